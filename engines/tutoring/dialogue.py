"""A question and its history as the dialogue that a language model continues.

Models want it strict: the learner speaks first, the two take turns, and nobody says nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, groupby
from operator import itemgetter
from typing import Literal

from engine_api import Picture, Question, Remark
from engines.tutoring.prompt import BROKE_IN, NOTHING_SAID

MAX_REMARKS = 40
"""Twenty turns: what a model needs to remember, and no more time than a request may take."""

Speaker = Literal["learner", "tutor"]
Part = str | Picture


@dataclass(frozen=True, slots=True)
class Line:
    """What one of the two says before the other one speaks."""

    speaker: Speaker
    parts: tuple[Part, ...]


def write_dialogue(question: Question, max_remarks: int = MAX_REMARKS) -> list[Line]:
    """Return the dialogue: the history as it was heard, then the question.

    Args:
        question: What the learner asks now.
        max_remarks: How many of the latest remarks to keep, ``MAX_REMARKS`` at most.
    """
    latest = _latest(question.history, min(max_remarks, MAX_REMARKS))
    said = [*_recall(latest), *(("learner", part) for part in _ask(question))]
    return [
        Line(speaker, tuple(part for _, part in parts))
        for speaker, parts in groupby(said, itemgetter(0))
    ]


def _latest(history: Sequence[Remark], count: int) -> Iterator[Remark]:
    """Return the last remarks that hold words, from one of the learner's on."""
    remarks = (remark for remark in history[-count:] if remark.text.strip()) if count else ()
    return dropwhile(lambda remark: remark.speaker == "tutor", remarks)


def _recall(remarks: Iterator[Remark]) -> Iterator[tuple[Speaker, Part]]:
    for remark in remarks:
        yield remark.speaker, remark.text
        if remark.interrupted and remark.speaker == "tutor":
            yield "learner", BROKE_IN


def _ask(question: Question) -> Iterator[Part]:
    """Yield the pictures, then the words about them."""
    yield from question.pictures
    if question.text.strip():
        yield question.text
    elif not question.pictures:
        yield NOTHING_SAID
