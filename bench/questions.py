"""Questions in tone words, none of which is asked twice: so each can be found in a journal."""

from collections.abc import Iterator
from itertools import count

from tests.google_emulator.tone_words import encode_words
from tests.google_emulator.vocabulary import OTHER, WORDS

DIGITS = tuple(word for word in WORDS if len(word) >= 4 and word != OTHER)
"""Words that stand for digits. No short ones, of which some are abbreviations as well."""

LENGTH = 3
LAST = "question"
"""Ends each question, for a full stop behind it ends a sentence beyond doubt."""

SENTENCE_WORDS = 2 + LENGTH + 1
"""Words of the first sentence of an answer."""


def number_questions(asker: int, askers: int) -> Iterator[str]:
    """Yield the questions of one of several askers, a different one each time."""
    for number in count(asker, askers):
        yield write_question(number)


def write_question(number: int) -> str:
    """Return the question of a number."""
    words = [DIGITS[number // len(DIGITS) ** place % len(DIGITS)] for place in range(LENGTH)]
    return " ".join([*words, LAST])


def say(question: str) -> bytes:
    """Return a question as PCM16 at 16 kHz."""
    return encode_words(question.split())


def first_sentence(question: str) -> str:
    """Return the first sentence of what the emulated tutor answers."""
    return f"You say {question}."
