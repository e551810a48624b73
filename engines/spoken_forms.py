"""Writes out in words the symbols that a pronunciation dictionary has no word for.

Plain numbers, percentages, money and clock times are left alone: gruut reads those well. What is
here is what it drops without a sound (signs, fractions, units), which would make a sum false.
"""

import re
import unicodedata
from collections.abc import Callable

DENOMINATORS = ("half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
"""What one part is called when a whole is cut into 2, 3, ... 10."""

Rewrite = str | Callable[[re.Match[str]], str]


def spell_out(text: str) -> str:
    """Return ``text`` with its symbols in English words, ready for a pronunciation dictionary."""
    for pattern, words in BEFORE_FOLDING:
        text = pattern.sub(words, text)
    text = _fold(text)
    for pattern, words in AFTER_FOLDING:
        text = pattern.sub(words, text)
    return " ".join(text.split())


def _fold(text: str) -> str:
    # "café" is in the dictionary as "cafe", and "½" means 1/2.
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _say_fraction(match: re.Match[str]) -> str:
    above, below = match[1], int(match[2])
    if not 2 <= below <= len(DENOMINATORS) + 1:
        return f"{above} over {below}"
    part = DENOMINATORS[below - 2]
    if int(above) == 1:
        return f"one {part}"
    return f"{above} halves" if below == 2 else f"{above} {part}s"


def _say_digits(match: re.Match[str]) -> str:
    return " ".join(match[0].replace(",", ""))


def _rules(*rules: tuple[str, Rewrite]) -> tuple[tuple[re.Pattern[str], Rewrite], ...]:
    return tuple((re.compile(pattern), words) for pattern, words in rules)


BEFORE_FOLDING = _rules(
    (r"²|\^2\b", " squared "),
    (r"³|\^3\b", " cubed "),
    (r"(?<=\d)(?=[¼-¾⅐-⅞])", " and "),
    (r"\s*°\s*C\b", " degrees Celsius"),
    (r"\s*°\s*F\b", " degrees Fahrenheit"),
    (r"°", " degrees "),
    (r"(?<=\d)\s*\N{EN DASH}\s*(?=\d)", " to "),
    (r"\s*[\N{EN DASH}\N{EM DASH}→]\s*|\s+-\s+(?=I\b|[A-Za-z]{2})", ", "),
)
"""Rules for signs that folding would turn into something else, or that come before a dash is a
minus."""

AFTER_FOLDING = _rules(
    (r"[\N{FRACTION SLASH}\N{DIVISION SLASH}]", "/"),
    (r"(?<![\d/.,])(\d{1,9})/(\d{1,9})(?![\d/]|[.,]\d)", _say_fraction),
    (r"(?<=[\d)])\s*[x*]\s*(?=[\d(])|\N{MULTIPLICATION SIGN}|⋅", " times "),
    (r"÷|(?<=[\d)])\s+/\s+(?=[\d(])", " divided by "),
    (r"≈", " is about "),
    (r"≠", " is not equal to "),
    (r"≤|<=", " is at most "),
    (r"≥|>=", " is at least "),
    (r"(?<=\s)<(?=\s)", " is less than "),
    (r"(?<=\s)>(?=\s)", " is greater than "),
    (r"=", " equals "),
    (r"\+(?=\s*[\w(])", " plus "),
    (r"(?<=[\w)])\s*\N{MINUS SIGN}\s*(?=[\w(])|\s-\s(?=[\d(]|[a-z]\b)", " minus "),
    (r"\N{MINUS SIGN}", "-"),
    (r"\^", " to the power of "),
    (r"√", " the square root of "),
    (r"π", " pi "),
    (r"(?<=\b[a-z])/(?=[a-z]\b)", " over "),
    (r"(?<=[A-Za-z])/(?=[A-Za-z])", " "),
    (r"\d(?:,?\d){15,}", _say_digits),
    (r"(?<=\d)(?=[A-Za-z]\b)|(?<=[A-Z])(?=\d)", " "),
)
"""Rules on folded text, in order. A run of 16 or more digits is read digit by digit, as anyone
would; gruut cannot count that far."""
