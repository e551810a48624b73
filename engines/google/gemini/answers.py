"""One answer of Gemini: its request, which may be sent to more than one model, and its words."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from engine_api import Question
from engines.google.gemini.api import Connection
from engines.google.gemini.contents import Content, write_contents
from engines.google.gemini.replies import Ending, Piece, read_chunk
from engines.google.gemini.thinking import configure_thinking, limit_tokens, takes_temperature
from engines.google.gemini.tutor_faults import EndedEarly
from engines.tutoring.attempts import CHARS_PER_TOKEN
from engines.tutoring.endings import read_to_ending
from engines.tutoring.prompt import instruct
from settings import Settings

PLACEHOLDER = "."
"""Stands for the contents, which go past the client's conversion as an extra of the body."""

SAFETY = [
    {"category": f"HARM_CATEGORY_{name}", "threshold": "BLOCK_MEDIUM_AND_ABOVE"}
    for name in ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
]
"""Learners may be children, and newer models block nothing unless told.

Source: ai.google.dev/gemini-api/docs/safety-settings.
"""


class Answer:
    """The answer to one question.

    Args:
        connection: The connection to the service.
        question: The question.
        settings: Limits, temperature and thinking.
        counts: Where attempts beyond the first are counted.
    """

    def __init__(
        self, connection: Connection, question: Question, settings: Settings, counts: Counter[str]
    ):
        self._connection = connection
        self._question = question
        self._contents: list[Content] | None = None
        self._instruction = instruct(question.language)
        self._settings = settings
        self._counts = counts
        self._asked = ""

    @property
    def max_chars(self) -> int:
        """Longest answer that is read; what comes after it is dropped."""
        return CHARS_PER_TOKEN * self._settings.gemini_max_output_tokens

    async def write(self, model: str) -> AsyncGenerator[str, None]:
        """Ask a model, and yield its words.

        To be read by a pump: left alone at a ``yield``, the client's stream would keep its
        connection until the next garbage collection (python-genai#2425).

        Raises:
            EndedEarly: The answer has no words, or not all of them.
            Exception: Whatever the client lets out.
        """
        self._count(model)
        config = await self._configure(model)
        await self._connection.renew_token()
        chunks = await self._connection.models.generate_content_stream(
            model=model, contents=PLACEHOLDER, config=config
        )
        ending, spoken = Piece(""), False
        async for chunk in read_to_ending(chunks, is_last):
            piece = read_chunk(chunk)
            ending = piece if piece.ending else ending
            spoken = spoken or bool(piece.text.strip())
            if piece.text:
                yield piece.text
        if ending.ending is not Ending.COMPLETE or not spoken:
            raise EndedEarly(ending, spoken=spoken)

    def _count(self, model: str) -> None:
        if self._asked:
            self._counts["retried" if model == self._asked else "fell_back"] += 1
        self._asked = model

    async def _configure(self, model: str) -> Any:
        """Return the configuration for a model, a plain dict like the contents."""
        settings = self._settings
        thinking = configure_thinking(model, settings.gemini_thinking)
        config = {
            "system_instruction": self._instruction,
            "max_output_tokens": limit_tokens(settings.gemini_max_output_tokens, thinking),
            "temperature": settings.gemini_temperature if takes_temperature(model) else None,
            "thinking_config": thinking,
            "safety_settings": SAFETY,
            "automatic_function_calling": {"disable": True},
            "automatic_continuation": False,
            "http_options": {"extra_body": {"contents": await self._write_contents()}},
        }
        return {name: value for name, value in config.items() if value is not None}

    async def _write_contents(self) -> list[Content]:
        if self._contents is None:
            write = partial(write_contents, self._question, self._settings.max_history)
            # A picture takes milliseconds, which the event loop owes to everybody's audio.
            self._contents = await asyncio.to_thread(write) if self._question.pictures else write()
        return self._contents


def is_last(chunk: Any) -> bool:
    """Return whether the answer ends with a chunk."""
    return read_chunk(chunk).ending is not None
