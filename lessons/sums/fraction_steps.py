"""Works fractions as taught at school: same bottom numbers, tops and bottoms, upside down."""

from fractions import Fraction
from math import lcm, prod

from lessons.sums import decimal_steps
from lessons.sums.numbers import Number, decimal_places, say, say_fraction
from lessons.sums.steps import Worked, conclude, equation


def add(left: Number, right: Number) -> Worked:
    """Add fractions over their common bottom number."""
    return _combine(left, right, "plus", +1)


def subtract(left: Number, right: Number) -> Worked:
    """Subtract fractions over their common bottom number."""
    return _combine(left, right, "minus", -1)


def multiply(left: Number, right: Number) -> Worked:
    """Multiply top by top and bottom by bottom."""
    value = Number(left.amount * right.amount, "fraction")
    steps = _multiply_tops_and_bottoms(left, right)
    return conclude(steps, equation(left, "times", right, value), value)


def take_part(part: Number, whole: Number) -> Worked:
    """Take a part of something: two thirds of ninety by way of one third."""
    share = whole.amount / part.amount.denominator
    amount = share * part.amount.numerator
    if whole.form == "fraction" or decimal_places(share) is None:
        value = Number(amount, "fraction")
        steps = _multiply_tops_and_bottoms(part, whole)
    else:
        value = Number(amount)
        steps = [equation(whole, "divided by", _whole(part.amount.denominator), Number(share))]
        if part.amount.numerator != 1:
            steps.append(equation(_whole(part.amount.numerator), "times", Number(share), value))
    return conclude(steps, equation(part, "of", whole, value), value)


def divide(left: Number, right: Number) -> Worked:
    """Multiply by the second fraction turned upside down.

    Raises:
        Unworkable: Division by zero.
    """
    if right.amount == 0:
        return decimal_steps.divide(left, right)
    turned = 1 / right.amount
    value = Number(left.amount * turned, "fraction")
    upside_down = Number(turned, "fraction", turned.denominator if turned.denominator > 1 else None)
    divisor = _as_one_fraction(right.amount)
    steps = [
        f"{say(left)} divided by {divisor} is the same as {say(left)} times {say(upside_down)}",
        *_multiply_tops_and_bottoms(left, upside_down),
    ]
    return conclude(steps, equation(left, "divided by", right, value), value)


def _combine(left: Number, right: Number, operator: str, sign: int) -> Worked:
    value = Number(left.amount + sign * right.amount, "fraction")
    bottom = lcm(left.amount.denominator, right.amount.denominator)
    left_top, right_top = (int(number.amount * bottom) for number in (left, right))
    top = left_top + sign * right_top
    conclusion = equation(left, operator, right, value)
    if (sign > 0 and (left.is_whole or right.is_whole)) or min(left_top, right_top, top) < 0:
        return Worked(value, (conclusion,))
    steps = _bring_to(bottom, left, right)
    tops = equation(_whole(left_top), operator, _whole(right_top), _whole(top))
    steps.append(f"{tops}, and that makes {say_fraction(top, bottom)}")
    steps.extend(_simplify(top, bottom))
    return conclude(steps, conclusion, value)


def _bring_to(bottom: int, left: Number, right: Number) -> list[str]:
    """Return the steps that write both fractions over ``bottom``."""
    if left.amount.denominator == right.amount.denominator:
        steps = ["the bottom numbers are the same already"]
    else:
        steps = [f"bring both to the same bottom number, {say(_whole(bottom))}"]
    for number in (left, right):
        written = say_fraction(int(number.amount * bottom), bottom)
        if written != say(number):
            steps.append(f"{say(number)} is the same as {written}")
    return steps


def _multiply_tops_and_bottoms(left: Number, right: Number) -> list[str]:
    if min(left.amount, right.amount) <= 0:
        return []
    tops = left.amount.numerator, right.amount.numerator
    bottoms = left.amount.denominator, right.amount.denominator
    top, bottom = prod(tops), prod(bottoms)
    steps = [
        f"{say(number)} is the same as {_as_one_fraction(number.amount)}"
        for number in (left, right)
        if not number.is_whole and _as_one_fraction(number.amount) != say(number)
    ]
    steps.append(f"top times top: {equation(*_times(tops), _whole(top))}")
    if 1 not in bottoms:
        steps.append(f"bottom times bottom: {equation(*_times(bottoms), _whole(bottom))}")
    if bottom > 1:
        steps.append(f"that makes {say_fraction(top, bottom)}")
        steps.extend(_simplify(top, bottom))
    return steps


def _simplify(top: int, bottom: int) -> list[str]:
    simplest = Number(Fraction(top, bottom), "fraction")
    written = say_fraction(top, bottom)
    return [] if written == say(simplest) else [f"{written} is the same as {say(simplest)}"]


def _times(factors: tuple[int, int]) -> tuple[Number, str, Number]:
    return _whole(factors[0]), "times", _whole(factors[1])


def _as_one_fraction(amount: Fraction) -> str:
    """Return 'three halves' for one and one half, and a whole number as it is."""
    if amount.denominator == 1:
        return say(Number(amount))
    return say_fraction(amount.numerator, amount.denominator)


def _whole(value: int) -> Number:
    return Number(Fraction(value))
