"""The pieces a worked sum is told in: equations in words, and why a sum cannot be worked."""

from dataclasses import dataclass
from fractions import Fraction

from lessons.sums.numbers import Number, decimal_places, say, say_about


@dataclass(frozen=True, slots=True)
class Worked:
    """A result and how it came about. Every step is a clause without capital and full stop."""

    value: Number
    steps: tuple[str, ...]


LARGEST_BITS = 1_000
"""Size of the largest number worked with, about 300 digits; beyond it nothing can be said."""


class Unworkable(ValueError):
    """The sum has no answer this tutor can give; the message says why, to the learner."""


def ensure_sayable(amount: Fraction, times: int = 1) -> None:
    """Refuse a number that has grown too long, before any time is spent on it.

    Args:
        amount: The number.
        times: How many of its length the result would have: the exponent of a power.

    Raises:
        Unworkable: The number is too long.
    """
    bits = max(amount.numerator.bit_length(), amount.denominator.bit_length())
    if bits * times > LARGEST_BITS:
        raise Unworkable("that number is far too long to say")


def equation(left: Number, operator: str, right: Number, result: Number) -> str:
    """Return an equation in words: 'seven times eight is fifty-six'."""
    return f"{say(left)} {operator} {say(right)} is {say(result)}"


def conclude(steps: list[str], conclusion: str, value: Number) -> Worked:
    """Close a chain of steps; a single fact needs no 'so'."""
    return Worked(value, (*steps, f"so {conclusion}") if steps else (conclusion,))


def result_form(amount: Fraction, *operands: Number) -> Number:
    """Return ``amount`` in the form in which the learner gave the operands."""
    as_fraction = any(operand.form == "fraction" for operand in operands)
    return Number(amount, "fraction" if as_fraction else "decimal")


def say_decimal(amount: Fraction) -> str:
    """Return a number as a decimal, rounded where it is long: 'about three point three three'.

    Raises:
        Unworkable: Rounding would leave nothing of it.
    """
    places = decimal_places(amount)
    try:
        return say(Number(amount)) if places is not None and places <= 4 else say_about(amount)
    except ValueError as error:
        raise Unworkable("that number is too near to zero to say as a decimal") from error


def say_every_way(amount: Fraction) -> str:
    """Return a number as a fraction and as a decimal: 'one third, or about zero point three'."""
    if amount.denominator == 1:
        return say(Number(amount))
    fraction = say(Number(amount, "fraction"))
    try:
        return f"{fraction}, or {say_decimal(amount)}"
    except Unworkable:
        return fraction
