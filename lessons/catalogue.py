"""Loads the lessons: one small TOML file each, checked when it is read."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from lessons.subject import Check, Subject

TEXTS = Path(__file__).parent / "texts"
"""Where the lesson files are."""

Spoken = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z ,.;:?!'-]*[.?!]$", max_length=240)]
"""Whole sentences that a voice reads right: words only, numbers and signs spelled out."""

Wording = Annotated[str, Field(pattern=r"^[a-z0-9' ]+$", max_length=80)]
"""Something a learner may say, as a recognizer would write it, in lower case."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckText(_Strict):
    """The ``[check]`` table of a lesson file; see :class:`lessons.subject.Check`."""

    question: Spoken
    answers: tuple[Wording, ...] = Field(min_length=1)
    hint: Spoken
    feedback: Spoken


class Lesson(_Strict):
    """A lesson file.

    Attributes:
        title: What it is about, so that 'ask me about ...' can go before it.
        names: Names of the topic; a learner who says one of them means this lesson.
        questions: Questions it answers.
        not_about: Words that sound like a name of the topic but mean something else.
        explanation: Three to five short sentences.
        simpler: The same for someone who did not understand it.
        why: The reason behind it.
        example: One example from daily life.
        check: A question to see whether it was understood.
    """

    title: Wording
    names: tuple[Wording, ...] = Field(min_length=1)
    questions: tuple[Wording, ...] = Field(min_length=1)
    not_about: tuple[Wording, ...] = ()
    explanation: tuple[Spoken, ...] = Field(min_length=3, max_length=5)
    simpler: Spoken
    why: Spoken
    example: Spoken
    check: CheckText

    def as_subject(self) -> Subject:
        """Return what can be taught from this lesson."""
        return Subject(
            title=self.title,
            explanation=" ".join(self.explanation),
            simpler=self.simpler,
            why=self.why,
            example=self.example,
            check=Check(**self.check.model_dump()),
        )


def load_lessons(folder: Path = TEXTS) -> tuple[Lesson, ...]:
    """Return every lesson in ``folder``, ordered by file name.

    Raises:
        ValueError: A file is no lesson; the message names the file and the field.
    """
    return tuple(_load(folder))


def _load(folder: Path) -> Iterator[Lesson]:
    for path in sorted(folder.glob("*.toml")):
        try:
            yield Lesson.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise ValueError(f"{path.name} is no lesson: {error}") from error
