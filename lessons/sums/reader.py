"""Finds the sum in what a learner said: 'um, what's fifteen percent of eighty, please?'."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from lessons.sums.expression import (
    Claim,
    Conversion,
    Expression,
    Operation,
    Percent,
    Root,
    Share,
    Sum,
    Target,
)
from lessons.sums.lexer import Token, spell_out, tokenize
from lessons.sums.numbers import Number
from lessons.sums.numerals import mentions_number
from lessons.sums.parser import NotASum, parse
from lessons.wording import word_set

_LONGEST_TEXT = 300
"""A longer text is no sum for ears; this also bounds the time spent on it."""

_HARMLESS = word_set(
    """
    about alright and answer ask asked asks believe calculate can compute could do does er erm
    evaluate find for give good got great have hello help hey hi hmm homework how i i'd i'm if
    it it's know let's like look math maths me mister more much multiply my need next no now ok
    okay out please practice problem question quick quickly right says shall sir so solve some
    sorry sum teacher tell thank thanks that that's then think this true tutor uh uhm um
    understand wait want was we well what will with work would yeah yes you
    """
)
"""Words that may stand before a sum without changing it; 'in base two' may not."""

_LEAD_IN = re.compile(
    r"(?:(?:what(?: is|'s|s| are| does| do)|how (?:much|many) (?:is|are|does|do))"
    r"(?: answer (?:to|of)| (?:result|value|remainder) of| remainder (?:when|if))?"
    r"|how (?:many times|often) (?:does|do|will|can)|calculate|compute|work out|evaluate|solve|find"
    r"|what do (?:you|i|we) get if (?:you|i|we)) "
)
_SEVERAL_WORDS = re.compile("[ /]")
"""Tells 'a fifth' and '1/5', which are fractions, from 'fifth', which may be a place in a row."""
_TAIL = re.compile(
    r"(?: (?:please|then|again|now|tutor|exactly|altogether|thanks|thank you|make|come to|what|"
    r"with remainders?|equals?|equal to|is|=))+$"
)
_CLAIM_TAIL = re.compile(
    r" (?:right|correct|true|yes|isn't it|is (?:that|it) (?:right|correct|true))$"
)
_CLAIM_OPENING = re.compile(r"(?:is|isn't|does|doesn't|do) ")
_PERCENTAGE = r"(?:percent|percentage|per cent)"
_SHARES = (
    re.compile(rf"what {_PERCENTAGE} of (?P<whole>.+?) is (?P<part>.+)"),
    re.compile(rf"(?:what is )?(?P<part>.+?) is what {_PERCENTAGE} of (?P<whole>.+)"),
    re.compile(rf"(?:what is )?(?P<part>.+?) as a {_PERCENTAGE} of (?P<whole>.+)"),
)
_OPENING = r"(?:what is |what's |convert |turn |change |write |express |give me |show me )?"
_CONVERSION = re.compile(
    rf"{_OPENING}(?P<value>.+?) (?:as|in|into|to) (?:an? )?"
    rf"(?P<target>{_PERCENTAGE}|decimal|fraction)(?: number)?s?"
)
_SIMPLIFICATION = re.compile(r"(?:simplify|reduce) (?P<value>.+)")
_TARGETS: dict[str, Target] = {"decimal": "a decimal", "fraction": "a fraction"}


def read_sum(text: str) -> Sum | None:
    """Return the sum that ``text`` asks for, or None if it asks for anything else."""
    if len(text) > _LONGEST_TEXT:
        return None
    said = spell_out(text)
    if not mentions_number(said):
        return None
    for candidate in _candidates(said):
        for read in (_read_share, _read_conversion, _read_question, _read_claim):
            if task := read(candidate):
                return task
    return None


def _candidates(said: str) -> Iterator[str]:
    """Yield what was said, with one harmless word less at its beginning each time."""
    while said:
        yield _TAIL.sub("", said)
        word, _, rest = said.partition(" ")
        if word not in _HARMLESS:
            return
        said = rest


def _read_share(said: str) -> Share | None:
    for pattern in _SHARES:
        if match := pattern.fullmatch(said):
            part, whole = _parse(match["part"]), _parse(match["whole"])
            if part and whole:
                return Share(part, whole)
    return None


def _read_conversion(said: str) -> Conversion | None:
    match = _CONVERSION.fullmatch(said) or _SIMPLIFICATION.fullmatch(said)
    value = match and _parse(match["value"])
    if not match or not value:
        return None
    target = match.groupdict().get("target", "fraction")
    return Conversion(value, _TARGETS.get(target, "a percentage"))


def _read_question(said: str) -> Expression | None:
    lead_in = _LEAD_IN.match(said)
    asked = said[lead_in.end() :] if lead_in else said
    expression = _parse(asked)
    if isinstance(expression, Number):
        return _as_division(expression) if lead_in and _SEVERAL_WORDS.search(asked) else None
    return None if isinstance(expression, Percent) else expression


def _read_claim(said: str) -> Claim | None:
    """Read 'is seven times eight fifty-four', 'seven times eight is fifty-four, right?'."""
    asked = _CLAIM_OPENING.match(said)
    claimed = _CLAIM_TAIL.sub("", said[asked.end() :] if asked else said)
    tokens = tokenize(claimed) or []
    splits = [(index, index + 1) for index, token in enumerate(tokens) if token == "equals"]
    if asked and not splits:
        splits = [(index, index) for index, token in enumerate(tokens) if isinstance(token, Number)]
    for end, start in splits:
        left, right = _parse_tokens(tokens[:end]), _parse_tokens(tokens[start:])
        if left and right and any(map(_is_work, (left, right))):
            return Claim(left, right)
    return None


def _parse(said: str) -> Expression | None:
    """Parse a whole expression; 'and' joins a mixed number if that makes sense of it."""
    for mixed in (True, False):
        expression = _parse_tokens(tokenize(said, mixed=mixed) or [])
        if expression:
            return expression
    return None


def _parse_tokens(tokens: Sequence[Token]) -> Expression | None:
    try:
        return parse(tokens)
    except NotASum:
        return None


def _as_division(number: Number) -> Expression | None:
    """Take a lone fraction ('what is three quarters?') as the division it stands for."""
    if number.form != "fraction":
        return None
    bottom = number.bottom or number.amount.denominator
    return Operation("divided by", Number(number.amount * bottom), Number(Fraction(bottom)))


def _is_work(expression: Expression) -> bool:
    """Return whether there is something to work out or to compare."""
    if isinstance(expression, Number):
        return expression.form == "fraction"
    return isinstance(expression, Operation | Root)
