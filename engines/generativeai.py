"""Gemini through ``google-generativeai``, the library before ``google-genai``.

Its vendor has ended it. It cannot be installed beside today's clients of Google's speech services,
always lets a model think, and holds each piece of an answer back until the next one is there.
Source: https://github.com/google-gemini/deprecated-generative-ai-python
"""

import asyncio
import logging
import warnings
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from engine_api import Picture, Question
from engines.google.gemini.replies import MAX_TOKENS, REFUSALS
from engines.tutoring import tutor_errors
from engines.tutoring.attempts import CHARS_PER_TOKEN, LONGEST_RETRY_DELAY_S, Fault, answer_from
from engines.tutoring.checks import check_key, check_model
from engines.tutoring.dialogue import Line, Part, write_dialogue
from engines.tutoring.endings import read_to_ending
from engines.tutoring.prompt import instruct
from engines.tutoring.waits import START_PATIENCE_S, share_out
from errors import EngineError
from settings import Settings

logger = logging.getLogger(__name__)

KEY_SETTING = "GEMINI_API_KEY"
ROLES = {"learner": "user", "tutor": "model"}

SAFETY = "BLOCK_MEDIUM_AND_ABOVE"
"""For every kind of harm: learners may be children."""

LONGEST_STREAM_S = 600.0
"""Deadline of a call; without one the library takes its own."""

UNAUTHORIZED = frozenset({401, 403})
BAD_REQUEST = 400
REJECTED = frozenset({BAD_REQUEST, 404})
REQUEST_SETTINGS = "GEMINI_MODEL, GEMINI_TEMPERATURE and GEMINI_MAX_OUTPUT_TOKENS"
QUOTA = 429

REFUSED = "SAFETY"
"""Stands for whatever a question was refused for."""


def create_tutor(settings: Settings) -> "GenerativeAITutor":
    """Return the tutor that is Gemini behind its former library."""
    return GenerativeAITutor(settings)


class GenerativeAITutor:
    """Gemini behind its former library."""

    languages: Sequence[str] = ()

    def __init__(self, settings: Settings):
        self._settings = settings
        self._library: Any = None
        self._service: Any = None

    @property
    def name(self) -> str:
        """The model's name, and through what it is asked."""
        return f"{self._settings.gemini_model} (google-generativeai)"

    async def start(self) -> None:
        """Connect, and ask for the model's description, which costs nothing.

        Raises:
            EngineError: The key or the model is missing or refused.
            ImportError: The library is not installed.
        """
        key = self._settings.gemini_api_key or self._settings.google_api_key
        if not key.get_secret_value():
            raise tutor_errors.unauthorized(KEY_SETTING)
        check_key(KEY_SETTING, key.get_secret_value())
        check_model("GEMINI_MODEL", self._settings.gemini_model)
        self._library = await asyncio.to_thread(_import_library)
        self._service = _connect(key.get_secret_value(), _endpoint(self._settings))
        await self._check()

    async def aclose(self) -> None:
        """Close the connection."""
        service, self._service = self._service, None
        if service is not None:
            await service.transport.close()

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """Yield the answer as the model writes it.

        Raises:
            EngineError: No (more) answer can be had.
        """
        if self._service is None:
            raise EngineError("tutor_not_started", "The tutor is not connected.")
        settings = self._settings
        model, fallback = settings.gemini_model, settings.gemini_fallback_model
        deltas = answer_from(
            (model, model, fallback) if fallback else (model, model),
            partial(self._write, question),
            partial(judge, with_picture=bool(question.pictures)),
            waits=share_out(settings.tutor_timeout_s, settings.gemini_first_token_timeout_s),
            cancelled=question.cancel_event,
            max_chars=CHARS_PER_TOKEN * settings.gemini_max_output_tokens,
        )
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta

    async def _write(self, question: Question, name: str) -> AsyncGenerator[str, None]:
        config = {
            "max_output_tokens": self._settings.gemini_max_output_tokens,
            "temperature": self._settings.gemini_temperature,
        }
        model = self._library.GenerativeModel(
            name,
            system_instruction=instruct(question.language),
            safety_settings=SAFETY,
            generation_config={key: value for key, value in config.items() if value is not None},
        )
        lines = write_dialogue(question, self._settings.max_history)
        try:
            chunks = await model.generate_content_async(
                [_show_line(line) for line in lines], stream=True, request_options=_call_options()
            )
        except StopAsyncIteration:  # how the library reports an empty stream
            return
        reasons, spoken = set[str](), False
        async for chunk in read_to_ending(chunks, lambda chunk: bool(_reasons(chunk))):
            reasons |= _reasons(chunk)
            text = _read(chunk)
            spoken = spoken or bool(text.strip())
            yield text
        _check_ending(reasons, spoken=spoken)

    async def _check(self) -> None:
        name = f"models/{self._settings.gemini_model.removeprefix('models/')}"
        options = _call_options(START_PATIENCE_S)
        try:
            await asyncio.to_thread(self._library.get_model, name, request_options=options)
        except Exception as error:
            fault = judge(error)
            if not fault.same_model:
                raise fault.error from None
            logger.warning("GEMINI_MODEL was not reached at the start: %s", fault.cause)


def judge(error: Exception, *, with_picture: bool = False) -> Fault:
    """Return what an exception of the library means for the answer.

    Args:
        error: What the library raised.
        with_picture: Whether a picture was sent, which may be one that cannot be read.
    """
    code = getattr(error, "code", None)
    cause = type(error).__name__ if code is None else f"status {int(code)}"
    if isinstance(error, TimeoutError):
        return Fault(tutor_errors.timed_out(), cause, same_model=True, next_model=True)
    if code in UNAUTHORIZED or getattr(error, "reason", "") == "API_KEY_INVALID":
        return Fault(tutor_errors.unauthorized(KEY_SETTING), cause)
    if code == QUOTA:
        return _judge_quota(error, cause)
    if with_picture and code == BAD_REQUEST:
        return Fault(tutor_errors.unreadable(REQUEST_SETTINGS), cause)
    if code in REJECTED:
        return Fault(tutor_errors.rejected(REQUEST_SETTINGS), cause)
    return Fault(tutor_errors.failed(), cause, same_model=True, next_model=True)


def _judge_quota(error: Exception, cause: str) -> Fault:
    delays = [
        detail.retry_delay.ToTimedelta().total_seconds()
        for detail in getattr(error, "details", ())
        if hasattr(detail, "retry_delay")
    ]
    soon = bool(delays) and delays[0] <= LONGEST_RETRY_DELAY_S
    delay_s = delays[0] if soon else 0.0
    return Fault(
        tutor_errors.over_quota(), cause, same_model=soon, next_model=True, delay_s=delay_s
    )


def _import_library() -> Any:
    with warnings.catch_warnings():
        # It says at its import that it has ended, which who chose it has read in the README.
        warnings.simplefilter("ignore", FutureWarning)
        import google.generativeai
    return google.generativeai


def _connect(key: str, endpoint: str) -> Any:
    """Return the client that the library will use for every answer, to be closed in the end."""
    from google.generativeai import client

    options = {"api_endpoint": endpoint} if endpoint else {}
    client.configure(api_key=key, client_options=options)
    return client.get_default_generative_async_client()


def _endpoint(settings: Settings) -> str:
    """Return ``host:port`` of another address than the service's, empty for the service's own."""
    url = urlsplit(settings.google_gemini_base_url)
    if url.scheme not in ("", "https"):
        raise tutor_errors.rejected("GOOGLE_GEMINI_BASE_URL: this engine speaks only https")
    return url.netloc


def _call_options(timeout_s: float = LONGEST_STREAM_S) -> dict[str, Any]:
    """Return the options of a call: the library's own retries take up to ten minutes."""
    return {"retry": None, "timeout": timeout_s}


def _show_line(line: Line) -> dict[str, Any]:
    return {"role": ROLES[line.speaker], "parts": [_show(part) for part in line.parts]}


def _show(part: Part) -> dict[str, Any]:
    if isinstance(part, Picture):
        return {"inline_data": {"data": part.data, "mime_type": part.media_type}}
    return {"text": part}


def _read(chunk: Any) -> str:
    """Return the words of a chunk."""
    return "".join(part.text for candidate in chunk.candidates for part in candidate.content.parts)


def _reasons(chunk: Any) -> set[str]:
    """Return why the answer ends with a chunk, nothing where it goes on."""
    # Reasons that came up after the library's end are bare numbers.
    names = {getattr(candidate.finish_reason, "name", "OTHER") for candidate in chunk.candidates}
    refused = {REFUSED} if chunk.prompt_feedback.block_reason else set()
    return (names | refused) - {"FINISH_REASON_UNSPECIFIED"}


def _check_ending(reasons: set[str], *, spoken: bool) -> None:
    """Raise the error of an answer that did not end as it should."""
    if reasons & REFUSALS:
        raise tutor_errors.blocked()
    if not spoken:
        raise tutor_errors.empty()
    if MAX_TOKENS in reasons:
        raise tutor_errors.cut_short()
    if reasons != {"STOP"}:
        raise tutor_errors.failed()
