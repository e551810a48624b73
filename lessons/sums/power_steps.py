"""Works small powers, square roots and cube roots."""

from fractions import Fraction
from math import isqrt

from lessons.sums.numbers import Number, say, say_about
from lessons.sums.steps import (
    Unworkable,
    Worked,
    conclude,
    ensure_sayable,
    equation,
    result_form,
)

_LONGEST_CHAIN = 5
_NAMES = {2: "squared", 3: "cubed"}
_ROOTS = {2: "square root", 3: "cube root"}


def raise_to(base: Number, exponent: Number) -> Worked:
    """Multiply ``base`` by itself.

    Raises:
        Unworkable: The exponent is not whole, zero is raised to zero or below, or the result is
            too long to say.
    """
    power = _whole_exponent(base, exponent)
    value = result_form(base.amount**power, base)
    named = f"{say(base)} {_NAMES.get(power) or f'to the power of {say(exponent)}'}"
    steps: list[str] = []
    if base.is_whole and base.amount > 1 and 2 < power <= _LONGEST_CHAIN:
        running = base.amount
        for _ in range(power - 1):
            steps.append(equation(Number(running), "times", base, Number(running * base.amount)))
            running *= base.amount
    elif power == 2:
        steps = [equation(base, "times", base, value)]
    elif power < 0:
        turned = raise_to(base, Number(-exponent.amount))
        one = Number(Fraction(1))
        steps = [*turned.steps, equation(one, "divided by", turned.value, value)]
    return conclude(steps, f"{named} is {say(value)}", value)


def take_root(degree: int, radicand: Number, *, is_last: bool) -> Worked:
    """Find the number that, multiplied by itself, makes ``radicand``.

    Args:
        degree: 2 or 3.
        radicand: What to take the root of.
        is_last: Whether the root is the answer, so that a rounded one will do.

    Raises:
        Unworkable: There is no such number, or only a rounded one where an exact one is needed.
    """
    named = f"the {_ROOTS[degree]} of {say(radicand)}"
    if radicand.amount < 0 and degree == 2:
        raise Unworkable(f"{named} is no ordinary number: nothing times itself is below zero")
    root = _exact_root(radicand.amount, degree)
    if root is not None:
        value = result_form(root, radicand)
        check = raise_to(value, Number(Fraction(degree))).steps[:-1] if root > 1 else ()
        return conclude(list(check), f"{named} is {say(value)}", value)
    if not is_last:
        raise Unworkable(f"{named} goes on for ever, so I can't work with it exactly")
    return _between_whole_roots(named, degree, radicand)


def _between_whole_roots(named: str, degree: int, radicand: Number) -> Worked:
    below = _floor_root(int(radicand.amount), degree) if radicand.amount > 0 else -1
    rounded = Fraction(_floor_root(int(radicand.amount * 10 ** (3 * degree)), degree), 1000)
    if below < 1:
        raise Unworkable(f"{named} does not come out even, and I can't round it well")
    bounds = [
        raise_to(Number(Fraction(bound)), Number(Fraction(degree))).steps[-1].removeprefix("so ")
        for bound in (below, below + 1)
    ]
    steps = [*bounds, f"{say(radicand)} lies in between"]
    return conclude(steps, f"{named} is {say_about(rounded)}", Number(rounded))


def _whole_exponent(base: Number, exponent: Number) -> int:
    if not exponent.is_whole:
        raise Unworkable("I only work out powers with a whole number")
    if base.amount == 0 and exponent.amount <= 0:
        raise Unworkable("zero to that power has no answer that everybody agrees on")
    power = int(exponent.amount)
    ensure_sayable(base.amount, abs(power))
    return power


def _exact_root(amount: Fraction, degree: int) -> Fraction | None:
    size = abs(amount)
    top, bottom = _floor_root(size.numerator, degree), _floor_root(size.denominator, degree)
    root = Fraction(top, bottom) * (-1 if amount < 0 else 1)
    return root if root**degree == amount else None


def _floor_root(value: int, degree: int) -> int:
    """Return the largest whole number whose power is not above ``value``, by Newton's method."""
    if degree == 2 or value < 2:
        return isqrt(value) if degree == 2 else value
    root = 1 << -(-value.bit_length() // degree)
    while True:
        better = ((degree - 1) * root + value // root ** (degree - 1)) // degree
        if better >= root:
            return root
        root = better
