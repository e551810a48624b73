"""Reads the number that a learner answers: 'um, fifty... no, fifty-six'."""

import re

from lessons.sums.lexer import spell_out
from lessons.sums.numerals import read_number
from lessons.wording import word_set

_LONGEST_ANSWER = 120
"""Letters of an answer; whoever says more is not answering with a number."""

_AROUND_A_NUMBER = word_set(
    """
    a actually ah answer be believe by could equal equals er erm final guess hmm i i'd i'll i'm is
    it it'll it's its just make makes maybe me my must no now of oh ok okay perhaps please
    probably say should so sorry sure that that's the then think times to uh uhm um wait was well
    will would yeah yes you
    """
)
"""Words around an answer; with 'not' or 'or' nobody knows which number counts."""

_PRODUCT = re.compile(r"\b(?:times|x)\b")
_LAST_COUNTS = re.compile(r"\b(?:actually|equals?|is|it's|makes?|no|sorry|wait)\b")
"""Words after which the last of several numbers is the answer."""

_WORD = re.compile(r"[a-z']+")


def read_answer(text: str) -> int | None:
    """Return the last whole number said, or None if anything but a number was said."""
    said = spell_out(text).replace("=", " is ")
    if len(said) > _LONGEST_ANSWER:
        return None
    numbers = _read_numbers(said)
    is_plain = len(set(numbers)) == 1 and not _PRODUCT.search(said)
    return numbers[-1] if is_plain or (numbers and _LAST_COUNTS.search(said)) else None


def _read_numbers(said: str) -> list[int | None]:
    """Return the numbers in ``said``, None for one that is not whole; nothing if it says more."""
    numbers: list[int | None] = []
    position = 0
    while position < len(said):
        if read := read_number(said, position):
            amount, position = read[0].amount, read[1]
            numbers.append(int(amount) if amount.denominator == 1 else None)
        elif word := _WORD.match(said, position):
            if word[0] not in _AROUND_A_NUMBER:
                return []
            position = word.end()
        elif said[position] in " ,.":
            position += 1
        else:
            return []
    return numbers
