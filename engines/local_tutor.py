"""The embedded tutor: exact instead of fluent, with no keys and no network.

It works out sums, drills times tables and gives short lessons, all written by people. It answers
nothing else, because no language model small enough to ship answers truthfully.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence

from engine_api import Question, Tutor
from engines.practice.skill import Turn
from engines.practice.tutor import PracticeTutor
from errors import EngineError
from lessons.catalogue import load_lessons
from settings import Settings

_LONGEST_DRILL = 10
_REMARKS_PER_QUESTION = 4
"""A drilled question takes two remarks if it is answered at once, and up to six with hints."""

_LONGEST_HISTORY = 80
"""Remarks that are looked at; it bounds the time an answer takes."""

_WORD = re.compile(r"\S+\s*")
_ENGLISH_ONLY = "The practice tutor speaks only English. Add a Gemini key for other languages."
_ENGLISH_ONLY_IN = {
    "de": "Ohne Gemini kann ich nur Englisch.",
    "es": "Sin Gemini solo hablo ingl\N{LATIN SMALL LETTER E WITH ACUTE}s.",
    "fr": "Sans Gemini, je ne parle qu'anglais.",
}
_CANNOT_SEE = "I can't see pictures offline."
_READ_IT_TO_ME = "Read me the question that is on it, and I will try."


def create_tutor(settings: Settings) -> Tutor:
    """Return the practice tutor."""
    length = min(settings.max_history, _LONGEST_HISTORY) // _REMARKS_PER_QUESTION
    return LocalTutor(drill_length=max(1, min(_LONGEST_DRILL, length)))


class LocalTutor:
    """The practice tutor behind the seam of the engines.

    Args:
        drill_length: Questions in a round of a drill.
    """

    def __init__(self, drill_length: int):
        self._drill_length = drill_length
        self._tutor: PracticeTutor | None = None

    @property
    def name(self) -> str:
        """Name shown to learners and operators."""
        return "Practice tutor (offline)"

    @property
    def languages(self) -> Sequence[str]:
        """English of any kind."""
        return ("en-US", "en-GB", "en-AU", "en-CA", "en-IN")

    async def start(self) -> None:
        """Read the lessons.

        Raises:
            EngineError: A lesson file is broken.
        """
        try:
            self._tutor = await asyncio.to_thread(_load, self._drill_length)
        except (OSError, ValueError) as error:
            raise EngineError(
                "bad_lesson", str(error), "Correct the file in lessons/texts."
            ) from error

    async def aclose(self) -> None:
        """Forget the lessons."""
        self._tutor = None

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """Yield the answer word by word.

        Raises:
            EngineError: The tutor was not started.
        """
        if self._tutor is None:
            raise EngineError("tutor_not_started", "The practice tutor is not running.")
        # A long sum takes a few dozen milliseconds to work out.
        reply = await asyncio.to_thread(_reply, self._tutor, question)
        for word in _WORD.findall(reply):
            if question.cancel_event.is_set():
                return
            yield word


def _load(drill_length: int) -> PracticeTutor:
    tutor = PracticeTutor(load_lessons(), drill_length)
    tutor.reply(Turn("what is seven times eight"))  # the first answer is slower than all others
    return tutor


def _reply(tutor: PracticeTutor, question: Question) -> str:
    language = question.language.partition("-")[0].lower()
    if language != "en":
        return f"{_ENGLISH_ONLY} {_ENGLISH_ONLY_IN.get(language, '')}".rstrip()
    turn = Turn(question.text, question.history[-_LONGEST_HISTORY:])
    if not question.pictures:
        return tutor.reply(turn)
    return f"{_CANNOT_SEE} {tutor.find_reply(turn) or _READ_IT_TO_ME}"
