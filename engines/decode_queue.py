"""Decodes of all sessions: a few at a time in worker threads, the most urgent first.

A decode cannot be interrupted, only ignored: one that nobody wants any more holds its worker until
it is done, which takes less than a second. All but the decoding itself happens on the event loop,
so nothing here needs a lock.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Protocol

from errors import EngineError

MAX_WAITING_FINALS = 8
"""Finals that may wait for a worker. The last of them is answered in about two seconds, still
before the service gives it up; one more is refused."""


class Urgency(IntEnum):
    """How soon a decode is needed; the lowest goes first."""

    FINAL = 0
    """The utterance is over and the learner waits."""
    EARLY = 1
    """The learner is silent, and the utterance probably over."""
    INTERIM = 2
    """The learner speaks; only captions wait."""


@dataclass(slots=True, eq=False)
class Decode:
    """One piece of audio to decode.

    ``deliver`` gets the text, or the error that prevents it, unless the decode is discarded before.
    A decode that is refused delivers its error at once.
    """

    pcm: bytes
    language: str
    urgency: Urgency
    deliver: Callable[[str | EngineError], None]
    discarded: bool = False


class Transcriber(Protocol):
    """What the workers call: :class:`~engines.whisper_model.WhisperModel`, or a stand-in."""

    def transcribe(self, pcm: bytes, language: str) -> str:
        """Return the text of the speech in PCM16 at 16 kHz. Blocks."""
        ...


class DecodeQueue:
    """Shares the workers out among all sessions.

    Args:
        transcriber: Called in the worker threads.
        workers: Decodes under way at a time.
    """

    def __init__(self, transcriber: Transcriber, workers: int):
        self._transcriber = transcriber
        self._workers = workers
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="stt")
        self._waiting: list[Decode] = []
        self._running: dict[asyncio.Future[str], Decode] = {}
        self._closed = False

    @property
    def has_spare_worker(self) -> bool:
        """Whether an interim may run: nothing waits, and one worker stays free for finals."""
        return not self._waiting and len(self._running) < max(1, self._workers - 1)

    def submit(self, decode: Decode) -> None:
        """Decode as soon as there is a worker for it, or refuse."""
        if refusal := self._refusal(decode.urgency):
            decode.deliver(refusal)
            return
        self._waiting.append(decode)
        self._start_next()

    def hasten(self, decode: Decode, urgency: Urgency) -> None:
        """Make a decode at least this urgent, or refuse it."""
        if urgency >= decode.urgency:
            return
        if decode in self._waiting and (refusal := self._refusal(urgency)):
            self.discard(decode)
            decode.deliver(refusal)
        decode.urgency = urgency

    def discard(self, decode: Decode) -> None:
        """Forget a decode: it is not begun any more, or its text dropped."""
        decode.discarded = True
        if decode in self._waiting:
            self._waiting.remove(decode)

    async def aclose(self) -> None:
        """Forget all decodes, let the running ones end and release the threads."""
        self._closed = True
        for decode in [*self._waiting, *self._running.values()]:
            self.discard(decode)
        await asyncio.to_thread(self._threads.shutdown)

    def _refusal(self, urgency: Urgency) -> EngineError | None:
        if self._closed:
            return EngineError("stt_closed", "The speech recognizer has been shut down.")
        finals = sum(decode.urgency is Urgency.FINAL for decode in self._waiting)
        if urgency is Urgency.FINAL and finals >= MAX_WAITING_FINALS:
            message = "Too many people have just finished speaking."
            return EngineError("busy", message, "Say it again in a moment.", retryable=True)
        return None

    def _start_next(self) -> None:
        while self._waiting and len(self._running) < self._workers:
            decode = min(self._waiting, key=lambda waiting: waiting.urgency)
            self._waiting.remove(decode)
            future = asyncio.get_running_loop().run_in_executor(
                self._threads, self._transcriber.transcribe, decode.pcm, decode.language
            )
            self._running[future] = decode
            future.add_done_callback(partial(self._finish, decode))

    def _finish(self, decode: Decode, future: asyncio.Future[str]) -> None:
        del self._running[future]
        self._start_next()
        outcome = _outcome(future)
        if not decode.discarded:
            decode.deliver(outcome)


def _outcome(future: asyncio.Future[str]) -> str | EngineError:
    if future.cancelled() or future.exception() is not None:
        # What the model raised may quote what it heard.
        return EngineError("stt_failed", "The speech recognizer failed.", "Say it again.")
    return future.result()
