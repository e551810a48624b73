"""What can be taught, whatever it is about: a lesson from a file or a sum just worked out."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """A question about a subject, and what counts as its answer.

    Attributes:
        question: One question, answered in a word or two.
        answers: Every accepted answer.
        hint: Said after a first answer that was not it.
        feedback: The answer in a whole sentence, said at the end in any case.
    """

    question: str
    answers: tuple[str, ...]
    hint: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Something the tutor can explain, and go deeper into when the learner asks.

    All texts are whole spoken sentences.
    """

    title: str
    explanation: str
    simpler: str
    why: str
    example: str
    check: Check | None = None


Source = Callable[[str], Subject | None]
"""Finds the subject that a learner's words ask about; None where they ask for anything else."""
