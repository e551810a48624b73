"""Exact numbers and how they are said: 'fifty-six', 'three point five', 'one and one sixth'."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from num2words import num2words  # type: ignore[import-untyped]  # ships no type hints

Form = Literal["decimal", "fraction"]

LONGEST_DECIMAL = 6
"""Digits after the point that are still said exactly; a longer number is said as a fraction."""

LARGEST_NAMED = 10**15
"""From here on nobody follows the words of a number; powers of ten are said instead."""

_LARGEST_NAMED_DENOMINATOR = 99


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number, and whether the learner thinks of it as a decimal or as a fraction.

    ``bottom`` is the bottom number of a fraction that must be said as it stands, not simplified.
    """

    amount: Fraction
    form: Form = "decimal"
    bottom: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing after the point."""
        return self.amount.denominator == 1


def decimal_places(amount: Fraction) -> int | None:
    """Return how many digits after the point ``amount`` needs, or None if they never end."""
    rest, places = amount.denominator, 0
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        places = max(places, count)
    return places if rest == 1 else None


def say(number: Number) -> str:
    """Return the words of ``number``; exact unless they begin with "about"."""
    amount = number.amount
    if number.bottom:
        return say_fraction(int(amount * number.bottom), number.bottom)
    if amount < 0:
        return f"minus {say(Number(-amount, number.form))}"
    if amount.denominator == 1:
        return _say_whole(amount.numerator)
    places = decimal_places(amount)
    if number.form == "fraction" or places is None or places > LONGEST_DECIMAL:
        return say_mixed(amount)
    return _say_digits(amount, places)


def say_count(count: int) -> str:
    """Return the words of a whole number."""
    return say(Number(Fraction(count)))


def say_mixed(amount: Fraction) -> str:
    """Return a positive fraction as whole and rest, 'one and one sixth', if it has such a name.

    Without a name for its parts it stays in one: 'one hundred and one over one hundred and two'
    must not sound like one hundred and a bit.
    """
    if amount.denominator > _LARGEST_NAMED_DENOMINATOR:
        return say_fraction(amount.numerator, amount.denominator)
    whole, rest = divmod(amount.numerator, amount.denominator)
    fraction = say_fraction(rest, amount.denominator)
    return f"{_say_whole(whole)} and {fraction}" if whole else fraction


def say_fraction(top: int, bottom: int) -> str:
    """Return a fraction as it stands, not simplified: 'four sixths'."""
    if top < 0:
        return f"minus {say_fraction(-top, bottom)}"
    if not 2 <= bottom <= _LARGEST_NAMED_DENOMINATOR:
        return f"{_say_whole(top)} over {_say_whole(bottom)}"
    return f"{_say_whole(top)} {_say_denominator(bottom, plural=top != 1)}"


def say_about(amount: Fraction) -> str:
    """Return a rounded decimal with two digits that mean something: 'about three point one four'.

    Raises:
        ValueError: The number is too near to zero to be said that way.
    """
    places = 2
    while abs(amount) * 10**places < 10 and abs(amount) < 1:
        places += 1
        if places > LONGEST_DECIMAL:
            raise ValueError("too near to zero")
    return f"about {say(Number(Fraction(round(amount * 10**places), 10**places)))}"


def place_values(amount: Fraction) -> Iterator[Fraction]:
    """Yield what each digit of a positive decimal is worth: 345 is 300, 40 and 5."""
    places = decimal_places(amount) or 0
    digits = str(int(amount * 10**places))
    for position, digit in enumerate(digits):
        if digit != "0":
            yield Fraction(int(digit)) * Fraction(10) ** (len(digits) - 1 - position - places)


def _say_whole(value: int) -> str:
    if value >= LARGEST_NAMED:
        exponent = len(str(value)) - 1
        leading = Fraction(round(Fraction(value, 10 ** (exponent - 2))), 100)
        about = "" if leading * 10**exponent == value else "about "
        if leading == 10:
            leading, exponent = Fraction(1), exponent + 1
        return f"{about}{say(Number(leading))} times ten to the power of {_say_whole(exponent)}"
    return str(num2words(value)).replace(",", "")


def _say_digits(amount: Fraction, places: int) -> str:
    whole, rest = divmod(amount.numerator * 10**places // amount.denominator, 10**places)
    digits = " ".join(_say_whole(int(digit)) for digit in f"{rest:0{places}}")
    return f"{_say_whole(whole)} point {digits}"


def _say_denominator(bottom: int, *, plural: bool) -> str:
    if bottom == 2:
        return "halves" if plural else "half"
    name = "quarter" if bottom == 4 else str(num2words(bottom, to="ordinal"))
    return f"{name}s" if plural else name
