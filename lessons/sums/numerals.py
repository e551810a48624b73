"""Reads numbers as people say them and as recognizers write them: words, digits, fractions."""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from lessons.sums.numbers import Number


def _numbered(names: str, start: int = 0, step: int = 1) -> dict[str, int]:
    return {name: start + step * index for index, name in enumerate(names.split())}


_UNITS = _numbered("zero one two three four five six seven eight nine")
_TEENS = _numbered(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", start=10
)
_TENS = _numbered("twenty thirty forty fifty sixty seventy eighty ninety", start=20, step=10)
_ZEROS = {"nought": 0, "naught": 0, "oh": 0, "o": 0}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ARTICLES = {"a": 1, "an": 1}
_VALUES = _UNITS | _TEENS | _TENS | _ZEROS | _ARTICLES

ORDINALS = (
    _numbered(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth",
        start=1,
    )
    | _numbered(
        "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth hundredth",
        start=20,
        step=10,
    )
    | {"thousandth": 1000}
)
_UNIT_ORDINALS = {name: value for name, value in ORDINALS.items() if value < 10}
_PARTS = {name: value for name, value in ORDINALS.items() if value > 2} | {
    "half": 2, "halves": 2, "quarter": 4,
}  # fmt: skip

_LONGEST = 200
"""Letters and digits of a number; a longer one is not read, since exact sums with it are slow."""


def _any_of(names: Sequence[str] | dict[str, int]) -> str:
    return f"(?:{'|'.join(sorted(names, key=len, reverse=True))})"


_BELOW_HUNDRED = (
    rf"(?:{_any_of(_TENS)}(?: {_any_of(_UNITS)})?|{_any_of(_TEENS | _UNITS | _ZEROS)})\b"
)
_BELOW_THOUSAND = (
    rf"(?:(?:(?:a|{_BELOW_HUNDRED}) )?hundred\b(?:(?: and)? {_BELOW_HUNDRED})?|{_BELOW_HUNDRED})"
)
_SCALED = rf"(?:a|{_BELOW_THOUSAND}) {_any_of(_SCALES)}\b"
_WORDS = rf"(?:{_SCALED}(?:(?: and)? {_SCALED})*(?:(?: and)? {_BELOW_THOUSAND})?|{_BELOW_THOUSAND})"
_DIGITS = r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)"
_WRITTEN = rf"{_DIGITS}(?: {_any_of(_SCALES)}\b)?"
_WHOLE = rf"(?:{_WRITTEN}|{_WORDS})"
_POINT = rf"(?:(?P<before>{_WHOLE}) )?point(?P<after>(?: (?:\d+|{_BELOW_HUNDRED}))+)"
_PART = rf"(?:{_any_of(_TENS)} {_any_of(_UNIT_ORDINALS)}|{_any_of(_PARTS)}|\d+(?:st|nd|rd|th))s?\b"
_FRACTION = (
    rf"(?:(?P<written_top>\d+)/(?P<written_bottom>\d+)(?:rds?|ths?)?\b"
    rf"|(?:(?P<top>an?|{_WHOLE}) )?(?P<part>{_PART}))"
)
_MIXED = rf"(?P<whole>{_WHOLE})(?: and|(?= \d+/)) {_FRACTION}"


_NAMES = _UNITS | _TEENS | _TENS | _SCALES | _PARTS | {"hundred": 100, "nought": 0}
_ANY_NUMBER = re.compile(rf"\d|\b{_any_of(_NAMES)}s?\b", re.ASCII)


def mentions_number(text: str) -> bool:
    """Return whether there may be a number in ``text``: a quick test before a thorough one."""
    return _ANY_NUMBER.search(text) is not None


def read_number(text: str, start: int = 0, *, mixed: bool = True) -> tuple[Number, int] | None:
    """Read the number that stands at ``start`` in ``text``; return it and where it ends.

    Args:
        text: Lower-case words and digits, single spaces between them, no hyphens.
        start: Where to read.
        mixed: Whether a whole number and a fraction may be joined ('two and a half'); in
            'the sum of two and a half' they may not.
    """
    for pattern, value_of in _READERS if mixed else _READERS[1:]:
        match = pattern.match(text, start)
        if match and len(match[0]) <= _LONGEST:
            number = value_of(match)
            if number is not None:
                return number, match.end()
    return None


def _mixed_number(match: re.Match[str]) -> Number | None:
    fraction = _fraction(match)
    whole = _whole_value(match["whole"])
    if fraction is None or fraction.amount >= 1 or whole.denominator != 1:
        return None
    return Number(whole + fraction.amount, "fraction")


def _fraction(match: re.Match[str]) -> Number | None:
    """Return the fraction, or None for a division in disguise such as 120/4 or 1/0."""
    if match["written_top"]:
        top, bottom = Fraction(match["written_top"]), int(match["written_bottom"])
        if bottom == 0 or top % bottom == 0:
            return None
    else:
        top, bottom = _whole_value(match["top"] or "a"), _part_value(match["part"])
    amount = top / bottom
    is_simplest = amount.denominator == bottom or top.denominator != 1
    return Number(amount, "fraction", None if is_simplest else bottom)


def _decimal(match: re.Match[str]) -> Number | None:
    digits = "".join(
        word if word.isdecimal() else str(_VALUES[word]) for word in match["after"].split()
    )
    whole = _whole_value(match["before"]) if match["before"] else Fraction(0)
    return Number(whole + Fraction(int(digits), 10 ** len(digits)))


def _whole(match: re.Match[str]) -> Number | None:
    return Number(_whole_value(match[0]))


def _whole_value(text: str) -> Fraction:
    total, group = Fraction(0), Fraction(0)
    for word in text.split():
        if word in _SCALES:
            total, group = total + group * _SCALES[word], Fraction(0)
        elif word == "hundred":
            group = (group or Fraction(1)) * 100
        elif word != "and":
            group += _VALUES[word] if word in _VALUES else Fraction(word.replace(",", ""))
    return total + group


def _part_value(text: str) -> int:
    *tens, part = text.split()
    names = _PARTS | _UNIT_ORDINALS
    name = part if part in names else part.removesuffix("s")
    value = names[name] if name in names else int(name[:-2])
    return value + sum(_TENS[word] for word in tens)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Number | None]], ...] = (
    (re.compile(_MIXED, re.ASCII), _mixed_number),
    (re.compile(_FRACTION, re.ASCII), _fraction),
    (re.compile(_POINT, re.ASCII), _decimal),
    (re.compile(_WHOLE, re.ASCII), _whole),
)
