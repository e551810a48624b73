"""A tutor behind any server with OpenAI's chat completions: Ollama, llama.cpp, LM Studio, vLLM.

Nothing is sent that one of them refuses: no temperature, no limit of tokens, no switch for
thinking. An answer is bounded here, and thoughts are left out of it here.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from engine_api import Question
from engines.openai_faults import judge
from engines.openai_messages import write_messages
from engines.tutoring import tutor_errors
from engines.tutoring.attempts import answer_from
from engines.tutoring.checks import check_key, check_url
from engines.tutoring.endings import read_to_ending
from engines.tutoring.thoughts import ThoughtFilter
from engines.tutoring.waits import START_PATIENCE_S, share_out
from errors import EngineError
from settings import Settings

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletionChunk

logger = logging.getLogger(__name__)

LONGEST_ANSWER = 8_000
"""Characters of an answer, about ten minutes of speech; small models sometimes never end."""

CONNECT_PATIENCE_S = 2.0
"""Longest wait for a connection, the way to a server far away included."""

NO_KEY = "none"
"""The client insists on a key; servers that ask for none ignore it."""

ATTEMPTS = 2


def create_tutor(settings: Settings) -> "OpenAITutor":
    """Return the tutor behind the server that the settings name."""
    return OpenAITutor(settings)


class OpenAITutor:
    """A language model on a server that speaks OpenAI's protocol."""

    languages: Sequence[str] = ()

    def __init__(self, settings: Settings):
        self._settings = settings
        self._model = settings.openai_model
        self._client: AsyncOpenAI | None = None

    @property
    def name(self) -> str:
        """The model's name, as far as it is known."""
        return self._model.rpartition("/")[2] or "OpenAI-compatible tutor"

    async def start(self) -> None:
        """Connect, and ask for the list of models, which costs nothing.

        A server that does not answer yet may do so when a learner asks; that is only logged.

        Raises:
            EngineError: The key is refused, the address is none, or no model is chosen.
        """
        check_url("OPENAI_BASE_URL", self._settings.openai_base_url)
        check_key("OPENAI_API_KEY", self._settings.openai_api_key.get_secret_value())
        self._client = await asyncio.to_thread(_connect, self._settings)
        try:
            async with asyncio.timeout(START_PATIENCE_S):
                await self._choose_model(self._client)
        except EngineError:
            raise
        except Exception as error:
            fault = judge(error)
            if fault.error.code == "tutor_unauthorized":
                raise fault.error from None
            logger.warning("no list of models from OPENAI_BASE_URL: %s", fault.cause)

    async def aclose(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """Yield the answer as the model writes it, without its thoughts.

        Raises:
            EngineError: No (more) answer can be had.
        """
        if self._client is None:
            raise EngineError("tutor_not_started", "The tutor is not connected.")
        deltas = answer_from(
            (self._model,) * ATTEMPTS,
            partial(self._stream, self._client, question),
            partial(judge, with_picture=bool(question.pictures)),
            waits=share_out(self._settings.tutor_timeout_s),
            cancelled=question.cancel_event,
            max_chars=LONGEST_ANSWER,
        )
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta

    async def _stream(
        self, client: "AsyncOpenAI", question: Question, model: str
    ) -> AsyncGenerator[str, None]:
        messages = write_messages(question, self._settings.max_history)
        stream = await client.chat.completions.create(
            model=model or await self._choose_model(client),
            messages=cast("Any", messages),
            stream=True,
        )
        thoughts, ending, spoken = ThoughtFilter(), "", False
        async with stream:
            async for chunk in read_to_ending(stream, lambda chunk: bool(_ending(chunk))):
                words = thoughts.feed(_read(chunk))
                spoken = spoken or bool(words.strip())
                ending = ending or _ending(chunk)
                yield words
        rest = thoughts.flush()
        yield rest
        _check_ending(ending, spoken=spoken or bool(rest.strip()))

    async def _choose_model(self, client: "AsyncOpenAI") -> str:
        """Return the model to ask: the one of the settings, else the only one there is."""
        served = [model.id async for model in client.models.list()]
        if not self._model and len(served) == 1:
            self._model = served[0]
        if not self._model:
            raise EngineError(
                "tutor_rejected",
                f"The tutor's server offers {len(served)} models, and none is chosen.",
                "Whoever runs this tutor: name one of them in OPENAI_MODEL.",
            )
        # Ollama lists a model with its tag, and takes it without.
        if self._model not in served and f"{self._model}:latest" not in served:
            logger.warning("the server at OPENAI_BASE_URL does not list OPENAI_MODEL")
        return self._model


def _connect(settings: Settings) -> "AsyncOpenAI":
    """Return a client; importing its package and reading its certificates takes a second."""
    from openai import AsyncOpenAI, Timeout

    # At DEBUG the client logs whole requests, and with them what learners say.
    logging.getLogger("openai").setLevel(logging.INFO)
    try:
        return AsyncOpenAI(
            base_url=settings.openai_base_url,
            api_key=settings.openai_api_key.get_secret_value() or NO_KEY,
            max_retries=0,
            timeout=Timeout(settings.tutor_timeout_s, connect=CONNECT_PATIENCE_S),
        )
    except Exception as error:
        raise tutor_errors.rejected("OPENAI_BASE_URL") from error


def _read(chunk: "ChatCompletionChunk") -> str:
    """Return the words of a chunk; some servers put their thoughts into fields of their own."""
    return (chunk.choices[0].delta.content or "") if chunk.choices else ""


def _ending(chunk: "ChatCompletionChunk") -> str:
    """Return the reason why the answer ends with a chunk, empty where it goes on."""
    return (chunk.choices[0].finish_reason or "") if chunk.choices else ""


def _check_ending(reason: str, *, spoken: bool) -> None:
    """Raise the error of an answer that did not end as it should."""
    if reason == "content_filter":
        raise tutor_errors.blocked()
    if reason == "length":
        raise tutor_errors.cut_short() if spoken else tutor_errors.empty()
    if reason != "stop":
        raise tutor_errors.failed()
