"""The recognizer of one session, opened again whenever it fails."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace

from engine_api import Recognizer, RecognizerEvent, RecognizerOptions, RecognizerStream
from errors import EngineError
from listening.no_ears import NoEars
from watchdog import failed, is_cancelled

RETRY_S = 0.5
"""Pause before a recognizer that failed is opened again; doubled each time it fails at once. One
that served for longer than the pause is opened without any: meanwhile the learner is not heard."""

MAX_RETRY_S = 8.0

CLOSE_TIMEOUT_S = 1.0
"""Longest wait for a stream to close; its events are not read any more after that."""

ENDED = "The recognizer ended by itself."


class Recognition:
    """A recognizer stream that outlives the failures of the streams behind it.

    Args:
        recognizer: Opens the streams.
        options: What to expect to hear; ``language`` may be set, and holds from the next stream on.
    """

    def __init__(self, recognizer: Recognizer, options: RecognizerOptions):
        self.language = options.language
        self._options = options
        self._recognizer = recognizer
        self._stream: RecognizerStream = NoEars()
        self._failure: EngineError | None = None
        self._replacing = False
        self._following: asyncio.Timeout | None = None

    @property
    def deaf(self) -> bool:
        """Whether there is no recognizer at present."""
        return isinstance(self._stream, NoEars)

    async def events(self) -> AsyncGenerator[RecognizerEvent | EngineError, None]:
        """Yield what was understood, and each failure once, after which another stream opens."""
        now = asyncio.get_running_loop().time
        retry_s = RETRY_S
        while True:
            self._replacing, self._failure = False, None
            opened_at = now()
            try:
                self._stream = self._recognizer.open(replace(self._options, language=self.language))
                events = aiter(self._stream.events())
                while (event := await self._next(events)) is not None:
                    yield event
                failure = self._why_ended()
            except EngineError as error:
                failure = error
            except (Exception, asyncio.CancelledError) as error:
                if is_cancelled(error):
                    raise
                failure = failed("stt", error)
            failed_at = now()
            await self.aclose()
            if failure is not None:
                yield failure
                retry_s = await _rest(retry_s, served_s=failed_at - opened_at)

    async def _next(self, events: AsyncIterator[RecognizerEvent]) -> RecognizerEvent | None:
        """Return the next event, ``None`` at their end or when the stream was closed."""
        try:
            async with asyncio.timeout(None) as self._following:
                return await anext(events, None)
        except TimeoutError:
            return None
        finally:
            self._following = None

    def push(self, pcm: bytes | memoryview) -> None:
        """Hear the next audio."""
        try:
            self._stream.push(pcm)
        except Exception as error:
            self.fail(_as_engine_error(error))

    def begin_utterance(self, utterance_id: int) -> None:
        """Speech has begun."""
        self._guard(lambda stream: stream.begin_utterance(utterance_id))

    def pause_utterance(self) -> None:
        """The learner fell silent."""
        self._guard(lambda stream: stream.pause_utterance())

    def resume_utterance(self) -> None:
        """The learner speaks on."""
        self._guard(lambda stream: stream.resume_utterance())

    def end_utterance(self) -> None:
        """The utterance is over."""
        self._guard(lambda stream: stream.end_utterance())

    def fail(self, error: EngineError) -> None:
        """Give the present stream up, for this reason."""
        self._failure = error

    async def replace(self) -> None:
        """Open another stream in place of this one, in the language set by now."""
        self._replacing = True
        await self.aclose()

    async def aclose(self) -> None:
        """Close the present stream; one that takes long for it is not waited for."""
        stream, self._stream = self._stream, NoEars()
        with suppress(Exception):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await stream.aclose()
        # Where its events ended with it, those of the next stream may be followed by now.
        if self.deaf and self._following is not None and not self._following.expired():
            self._following.reschedule(asyncio.get_running_loop().time())

    @property
    def broken(self) -> bool:
        """Whether the stream failed in a call; closing it makes another one open."""
        return self._failure is not None

    def _guard(self, call: Callable[[RecognizerStream], None]) -> None:
        try:
            call(self._stream)
        except Exception as error:
            self.fail(_as_engine_error(error))

    def _why_ended(self) -> EngineError | None:
        """Return why the events ended, ``None`` where we wanted them to."""
        failure, self._failure = self._failure, None
        if failure is None and not self._replacing:
            return EngineError(
                "stt_failed",
                ENDED,
                "Please say it again.",
                retryable=True,
            )
        return failure


async def _rest(retry_s: float, *, served_s: float) -> float:
    """Wait before another stream is opened, and return how long to wait the next time."""
    if served_s >= retry_s:
        return RETRY_S
    await asyncio.sleep(retry_s)
    return min(2 * retry_s, MAX_RETRY_S)


def _as_engine_error(error: Exception) -> EngineError:
    return error if isinstance(error, EngineError) else failed("stt", error)
