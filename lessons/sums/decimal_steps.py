"""Works whole and decimal numbers the way one does in the head."""

from collections.abc import Iterator
from fractions import Fraction

from lessons.sums.numbers import Number, decimal_places, place_values, say
from lessons.sums.steps import (
    Unworkable,
    Worked,
    conclude,
    equation,
    result_form,
    say_every_way,
)

_KNOWN_BY_HEART = 20
"""Additions up to here are told as facts."""
_LARGEST_TABLE = 12
_MOST_PARTS = 3
"""More digits than this to carry in the head confuse more than they explain."""
_LARGEST_FACTOR = 9_999
_LARGEST_SCALE = 10_000
"""Products of larger factors, and of longer decimals, are told without steps."""


def add(left: Number, right: Number) -> Worked:
    """Add one place value after the other: 47 + 38 by way of 77."""
    return _add_places(left, right, "plus", left.amount + right.amount, +1)


def subtract(left: Number, right: Number) -> Worked:
    """Take away one place value after the other; below zero, turn the sum around."""
    difference = left.amount - right.amount
    if difference >= 0 or left.amount < 0 or right.amount < 0:
        return _add_places(left, right, "minus", difference, -1)
    value = result_form(difference, left, right)
    turned = equation(right, "minus", left, result_form(-difference, left, right))
    return conclude([turned], equation(left, "minus", right, value), value)


def multiply(left: Number, right: Number) -> Worked:
    """Multiply by splitting a factor; decimals are scaled to whole numbers first."""
    product = Number(left.amount * right.amount)
    scale = 10 ** sum(decimal_places(factor.amount) or 0 for factor in (left, right))
    steps: list[str] = []
    if scale == 1:
        steps = _product_steps(left.amount, right.amount)
    elif min(left.amount, right.amount) > 0 and scale <= _LARGEST_SCALE:
        steps = list(_scale_product(left, right, scale))
    return conclude(steps, equation(left, "times", right, product), product)


def divide(left: Number, right: Number) -> Worked:
    """Divide, with remainder and decimal where it does not come out even.

    Raises:
        Unworkable: Division by zero.
    """
    if right.amount == 0:
        raise _explain_zero(left)
    quotient = left.amount / right.amount
    value = Number(quotient)
    if left.amount <= 0 or right.amount < 0:
        return Worked(value, (f"{_division(left, right)} is {say_every_way(quotient)}",))
    if not (left.is_whole and right.is_whole):
        return _divide_scaled(left, right, value)
    if value.is_whole:
        check = [equation(right, "times", value, left)] if right.amount > 1 else []
        return conclude(check, equation(left, "divided by", right, value), value)
    if left.amount < right.amount:
        return Worked(value, (f"{_division(left, right)} is {say_every_way(quotient)}",))
    return _divide_with_remainder(left, right, value)


def _explain_zero(dividend: Number) -> Unworkable:
    if dividend.amount == 0:
        return Unworkable("zero divided by zero has no answer: any number times zero is zero")
    return Unworkable(f"nobody can divide by zero: no number times zero gives {say(dividend)}")


def _add_places(left: Number, right: Number, operator: str, total: Fraction, sign: int) -> Worked:
    value = result_form(total, left, right)
    parts = list(place_values(right.amount)) if right.amount > 0 else []
    steps: list[str] = []
    by_heart = value.is_whole and max(left.amount, total) <= _KNOWN_BY_HEART
    if left.amount > 0 and 1 < len(parts) <= _MOST_PARTS and not by_heart:
        running = left.amount
        for part in parts:
            after = running + sign * part
            steps.append(equation(Number(running), operator, Number(part), Number(after)))
            running = after
    return conclude(steps, equation(left, operator, right, value), value)


def _product_steps(left: Fraction, right: Fraction) -> list[str]:
    """Return the steps of a product of whole numbers; none where it is a plain fact."""
    if min(left, right) <= 2 or max(left, right) > _LARGEST_FACTOR:
        return []
    in_table = max(left, right) <= _LARGEST_TABLE
    split = _split_table_factor if in_table else _split_places
    for factor, other in ((right, left), (left, right)):
        if first := split(factor, other):
            return _tell_split(factor, other, first)
    return []


def _split_table_factor(factor: Fraction, other: Fraction) -> Fraction | None:
    """Return the easy part of a factor: seven is five and two, nine is ten less one."""
    if factor <= 5 or 10 in (factor, other):
        return None
    return Fraction(5 if factor < 9 else 10)


def _split_places(factor: Fraction, _other: Fraction) -> Fraction | None:
    """Return the tens of a two-digit factor, the hundreds of 350: two parts, not more."""
    first, *rest = place_values(factor)
    return first if len(rest) == 1 else None


def _tell_split(factor: Fraction, other: Fraction, first: Fraction) -> list[str]:
    rest = factor - first
    partial, remainder = Number(first * other), Number(abs(rest) * other)
    steps = [equation(Number(first), "times", Number(other), partial)]
    if abs(rest) != 1:
        steps.append(equation(Number(abs(rest)), "times", Number(other), remainder))
    operator = "plus" if rest > 0 else "minus"
    steps.append(equation(partial, operator, remainder, Number(factor * other)))
    return steps


def _scale_product(left: Number, right: Number, scale: int) -> Iterator[str]:
    """Yield the steps of a product of decimals: whole numbers first, then back by the scale."""
    whole_left = Number(left.amount * 10 ** (decimal_places(left.amount) or 0))
    whole_right = Number(right.amount * 10 ** (decimal_places(right.amount) or 0))
    too_much = Number(whole_left.amount * whole_right.amount)
    yield f"without the point, {equation(whole_left, 'times', whole_right, too_much)}"
    product = Number(too_much.amount / scale)
    back = equation(too_much, "divided by", Number(Fraction(scale)), product)
    yield f"that is {say(Number(Fraction(scale)))} times too much, and {back}"


def _divide_scaled(left: Number, right: Number, value: Number) -> Worked:
    """Divide decimals: move both points until the numbers are whole."""
    scale = 10 ** max(decimal_places(number.amount) or 0 for number in (left, right))
    conclusion = f"{_division(left, right)} is {say_every_way(value.amount)}"
    if scale > _LARGEST_SCALE:
        return Worked(value, (conclusion,))
    whole_left, whole_right = Number(left.amount * scale), Number(right.amount * scale)
    same = f"{_division(left, right)} is the same as {_division(whole_left, whole_right)}"
    inner = divide(whole_left, whole_right).steps
    return conclude([same, *inner[:-1]], conclusion, value)


def _divide_with_remainder(left: Number, right: Number, value: Number) -> Worked:
    whole, rest = divmod(left.amount, right.amount)
    reached = Number(whole * right.amount)
    steps = [
        equation(Number(Fraction(whole)), "times", right, reached),
        equation(left, "minus", reached, Number(rest)),
    ]
    remainder = f"{say(Number(Fraction(whole)))} remainder {say(Number(rest))}"
    conclusion = f"{_division(left, right)} is {remainder}, or {say_every_way(value.amount)}"
    return conclude(steps, conclusion, value)


def _division(left: Number, right: Number) -> str:
    return f"{say(left)} divided by {say(right)}"
