"""The tutor that is Gemini, through ``google-genai``."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from functools import partial

from engine_api import Question
from engines.google.gemini.access import Access, find_access
from engines.google.gemini.answers import Answer
from engines.google.gemini.api import Connection, connect
from engines.google.gemini.tutor_faults import explain_start, judge
from engines.tutoring.attempts import Fault, answer_from
from engines.tutoring.checks import check_model
from engines.tutoring.waits import START_PATIENCE_S, share_out
from errors import EngineError
from settings import Settings

logger = logging.getLogger(__name__)


def create_tutor(settings: Settings) -> "GeminiTutor":
    """Return the tutor that is Gemini."""
    return GeminiTutor(settings)


class GeminiTutor:
    """Gemini behind the seam of the engines."""

    languages: Sequence[str] = ()

    def __init__(self, settings: Settings):
        self._settings = settings
        self._access = Access()
        self._connection: Connection | None = None
        self._counts = Counter[str](retried=0, fell_back=0, quota_refused=0)
        self._waits = share_out(settings.tutor_timeout_s, settings.gemini_first_token_timeout_s)

    @property
    def name(self) -> str:
        """The model's name, for example ``"Gemini 3.5 flash lite"``."""
        return self._settings.gemini_model.rpartition("/")[2].replace("-", " ").capitalize()

    @property
    def counts(self) -> Mapping[str, int]:
        """How often an attempt was repeated, went to the other model, or met the quota."""
        return self._counts

    async def start(self) -> None:
        """Connect, and ask for the models' descriptions, which costs nothing.

        A service that does not answer yet may do so when a learner asks; that is only logged.

        Raises:
            EngineError: The key is missing or refused, or there is no such model.
        """
        check_model("GEMINI_MODEL", self._settings.gemini_model)
        self._access = find_access(self._settings)
        self._connection = await connect(self._access)
        await self._check(self._settings.gemini_model, "GEMINI_MODEL")
        if self._settings.gemini_fallback_model:
            await self._check(self._settings.gemini_fallback_model, "GEMINI_FALLBACK_MODEL")

    async def aclose(self) -> None:
        """Close the connections."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """Yield the answer as the model writes it, without its thoughts.

        Raises:
            EngineError: No (more) answer can be had.
        """
        if self._connection is None:
            raise EngineError("tutor_not_started", "The tutor is not connected.")
        answer = Answer(self._connection, question, self._settings, self._counts)
        deltas = answer_from(
            self._models(),
            answer.write,
            partial(self._judge, with_picture=bool(question.pictures)),
            waits=self._waits,
            cancelled=question.cancel_event,
            max_chars=answer.max_chars,
        )
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta

    def _models(self) -> tuple[str, ...]:
        """Return whom to ask in turn."""
        model, fallback = self._settings.gemini_model, self._settings.gemini_fallback_model
        return (model, model, fallback) if fallback else (model, model)

    def _judge(self, error: Exception, *, with_picture: bool = False) -> Fault:
        fault = judge(error, self._access.setting, with_picture=with_picture)
        self._counts["quota_refused"] += fault.error.code == "tutor_quota"
        return fault

    async def _check(self, model: str, setting: str) -> None:
        assert self._connection is not None
        try:
            async with asyncio.timeout(START_PATIENCE_S):
                await self._connection.renew_token()
                await self._connection.models.get(model=model)
        except Exception as error:
            if explanation := explain_start(error, self._access.setting, setting):
                raise explanation from None
            cause = self._judge(error).cause
            logger.warning("%s could not be checked at the start: %s", setting, cause)
