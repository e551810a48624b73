"""Splits a spoken or written sum into numbers and the names of what to do with them."""

import re
import unicodedata

from lessons.sums.numbers import Number
from lessons.sums.numerals import ORDINALS, read_number

Token = Number | str

_SPELLINGS = (
    ("\N{SUPERSCRIPT TWO}", " squared "),
    ("\N{SUPERSCRIPT THREE}", " cubed "),
    ("\N{MULTIPLICATION SIGN}", " times "),
    ("\N{DIVISION SIGN}", " divided by "),
    ("\N{MINUS SIGN}", " - "),
    ("\N{EN DASH}", " - "),
    ("\N{EM DASH}", " - "),
    ("\N{SQUARE ROOT}", " square root of "),
    ("\N{RIGHT SINGLE QUOTATION MARK}", "'"),
)
_HYPHEN = re.compile(
    r"(?<=[a-z])-(?=[a-z])|(?<=\d)-(?=half|halves|thirds?|quarters?|[a-z]+ths?\b|\d+(?:rd|th)s?\b)"
)
"""Joins the words of a number or a fraction; between plain numbers it is a minus."""
_MISHEARD_AND = re.compile(r"\bin (?=an? (?:half|third|quarter)\b)")
"""Recognizers write 'one in a half' for 'one and a half'."""
_NUMBER_END = re.compile(r"(?<=\d)(?=[a-z(])(?!(?:st|nd|rd|th)s?\b)|(?<=[a-z)])(?=\d)")
_SPACED_SLASH = re.compile(r"\s*(/)\s+|\s+(/)\s*")
_MIXED_SIGN = re.compile(
    r"(?<=\d)(?=[\N{VULGAR FRACTION ONE QUARTER}-\N{VULGAR FRACTION THREE QUARTERS}])"
)
_PUNCTUATION = re.compile(r"[?!;:\"]|[.,](?!\d)|\bthe\b")
_CURRENCY = re.compile(r"[$\N{EURO SIGN}\N{POUND SIGN}]|\b(?:dollars?|euros?|pounds?)\b")
_OVER = re.compile(r"(?<=\d) over (?=\d)")
_NTH_POWER = re.compile(r"\bto (\w+) power\b")
_SPACES = re.compile(r"\s+")

_PHRASES = {
    "plus": r"plus|added to|more than|\+",
    "add": "add",
    "at": "at",
    "minus": "minus|take away|less(?! than)|-",
    "less than": "less than",
    "subtract": "subtract",
    "take": "take(?! away)",
    "away": "away",
    "times": r"times?|multiplied (?:by|with)|groups of|lots of|x|\*(?!\*)",
    "multiply": "multiply",
    "divided by": "divided by|over|/",
    "divide": "divide",
    "to the power of": r"(?:raised )?to power(?: of)?|\^|\*\*",
    "percent": "per ?cents?|%",
    "of": "of",
    "squared": "squared",
    "cubed": "cubed",
    "square root": "square root(?: of)?",
    "cube root": "cube root(?: of)?",
    "(": r"\(|(?:open|left) (?:brackets?|parenthes[ie]s)",
    ")": r"\)|(?:close|right) (?:brackets?|parenthes[ie]s)",
    "equals": "is equal to|equal to|equals?|is|makes?|=",
    "sum": "sum of",
    "product": "product of",
    "difference": "difference (?:between|of)",
    "double": "double|twice",
    "triple": "triple",
    "increase": "increase",
    "decrease": "decrease|reduce",
    "off": "off(?: of)?",
    "into": "(?:goes |go )?into",
    "negative": "negative",
    "and": "and",
    "from": "from",
    "by": "by",
    "with": "with",
    "to": "too?",
    "for": "for",
    "ate": "ate",
    "won": "won",
}
_PHRASE = re.compile(
    "|".join(
        rf"(?P<p{index}>(?:{pattern})(?:(?<![a-z])|(?![a-z])))"
        for index, pattern in enumerate(_PHRASES.values())
    )
)
_NAMES = tuple(_PHRASES)


def spell_out(text: str) -> str:
    """Return ``text`` in lower case with single spaces, signs as words, no punctuation."""
    text = _MIXED_SIGN.sub(" ", text)
    for sign, spelling in _SPELLINGS:
        text = text.replace(sign, spelling)
    text = unicodedata.normalize("NFKC", text).replace("\N{FRACTION SLASH}", "/").lower()
    text = _drop_currency(_HYPHEN.sub(" ", text))
    text = _SPACED_SLASH.sub(" / ", text)
    text = _NUMBER_END.sub(" ", _PUNCTUATION.sub(" ", text))
    text = _MISHEARD_AND.sub("and ", _SPACES.sub(" ", text).strip())
    return _NTH_POWER.sub(_name_power, _OVER.sub("/", text))


def tokenize(text: str, *, mixed: bool = True) -> list[Token] | None:
    """Return the tokens of a text from :func:`spell_out`; None where a word is no part of a sum.

    Args:
        text: What to split.
        mixed: Whether 'and' may join a whole number and a fraction.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        token = _read_token(text, position, mixed=mixed)
        if token is None:
            return None
        tokens.append(token[0])
        position = token[1] + (text[token[1] : token[1] + 1] == " ")
    return tokens


def _read_token(text: str, position: int, *, mixed: bool) -> tuple[Token, int] | None:
    if number := read_number(text, position, mixed=mixed):
        return number
    phrase = _PHRASE.match(text, position)
    if phrase is None or phrase.lastgroup is None:
        return None
    return _NAMES[int(phrase.lastgroup[1:])], phrase.end()


def _drop_currency(text: str) -> str:
    """Return ``text`` without its currency; two kinds in it stay, since no sum can mix them."""
    kinds = {currency.removesuffix("s") for currency in _CURRENCY.findall(text)}
    return _CURRENCY.sub(" ", text) if len(kinds) == 1 else text


def _name_power(match: re.Match[str]) -> str:
    """Turn 'to tenth power' (its 'the' is gone) into 'to power of 10'."""
    exponent = ORDINALS.get(match[1]) or match[1].rstrip("sthndr")
    return f"to power of {exponent}"
