"""The embedded voice: a Piper voice in worker threads, shared by all sessions.

A reply is spoken one short step at a time (look up a phrase, decode a chunk), and each step is a
job of its own for the workers. So replies take turns, the one whose listener would be the first to
hear a gap goes first, a reply that waits for its listener holds no thread, and one that is cut off
has at most a single step to stop.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from typing import Protocol

from engine_api import OUTPUT_RATE, SpokenAudio, Voice, VoiceOptions
from engines.prefetch import prefetch
from engines.turnstile import Turnstile
from errors import EngineError
from settings import Settings

WORKERS = 2
"""Steps under way at a time."""

MODEL_THREADS = 1
"""Threads of one step. ``bench.speaking`` compares the two."""

MAX_REPLIES = 8
"""Replies spoken at a time; one more is refused. A reply takes a seventh of a core. It has at most
one step waiting, so this bounds the waiting steps as well."""

PIECES_AHEAD = 2
"""Pieces ready before they are asked for: the next sentence begins while this one is sent."""

BYTES_PER_S = 2 * OUTPUT_RATE

_LOGGER = logging.getLogger(__name__)


class Run(Protocol):
    """The work done for one reply; setting ``terminate`` in any thread stops it."""

    terminate: bool


class Speaker(Protocol):
    """What the workers run: :class:`~engines.synthesizer.Synthesizer`, or a stand-in for it."""

    def new_run(self) -> Run:
        """Return the handle for the work of one reply."""
        ...

    def speak(self, text: str, rate: float, run: Run) -> Iterator[bytes]:
        """Yield the speech of ``text``, PCM16 at 24 kHz, a piece at a time; maybe none at all."""
        ...


def create_voice(settings: Settings) -> Voice:  # noqa: ARG001 - every factory takes them
    """Return the embedded voice, not yet started."""
    return LocalVoice(_load)


class LocalVoice:
    """A Piper voice for every session of the process.

    Args:
        load: Returns the loaded voice; runs in a worker thread and may block for seconds.
    """

    name = "Piper joe"
    languages = ("en-US",)

    def __init__(self, load: Callable[[], Speaker]):
        self._load = load
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="voice")
        self._turnstile = Turnstile(WORKERS)
        self._speaker: Speaker | None = None
        self._replies = 0

    async def start(self) -> None:
        """Load the voice and warm it up.

        Raises:
            EngineError: A package of the voice is missing or broken.
        """
        _LOGGER.info("loading the voice %s", self.name)
        loop = asyncio.get_running_loop()
        action = "Install it again, or choose another voice with VOICE_ENGINE."
        try:
            self._speaker = await loop.run_in_executor(self._workers, self._load)
        except ImportError as error:
            message = f"The embedded voice needs the package {error.name}."
            raise EngineError("voice_missing", message, action) from error
        except Exception as error:
            message = "The embedded voice does not load."
            raise EngineError("voice_broken", message, action) from error

    async def aclose(self) -> None:
        """Let the steps under way end and release threads and model."""
        self._speaker = None
        await asyncio.to_thread(self._workers.shutdown)

    async def speak(
        self, sentences: AsyncIterator[str], options: VoiceOptions
    ) -> AsyncGenerator[SpokenAudio, None]:
        """Yield the speech of each sentence, the first piece of it a quarter of a second long.

        Raises:
            EngineError: Too many replies are being spoken, or the voice failed.
        """
        with self._admission():
            pieces = prefetch(self._render(sentences, options), PIECES_AHEAD)
            async with aclosing(pieces):
                async for piece in pieces:
                    if options.cancel_event.is_set():
                        return
                    yield piece

    async def _render(
        self, sentences: AsyncIterator[str], options: VoiceOptions
    ) -> AsyncGenerator[SpokenAudio, None]:
        speaker = self._started()
        run = speaker.new_run()
        loop = asyncio.get_running_loop()
        deadline = loop.time()
        try:
            index = 0
            async for sentence in sentences:
                pieces = speaker.speak(sentence, options.speaking_rate, run)
                while pcm := await self._step(pieces, deadline):
                    if options.cancel_event.is_set():
                        return
                    deadline = max(deadline, loop.time()) + len(pcm) / BYTES_PER_S
                    yield SpokenAudio(index, pcm)
                index += 1
        finally:
            run.terminate = True  # a step that outlives us ends within milliseconds

    async def _step(self, pieces: Iterator[bytes], deadline: float) -> bytes | None:
        loop = asyncio.get_running_loop()
        try:
            async with self._turnstile.turn(deadline):
                return await loop.run_in_executor(self._workers, next, pieces, None)
        except Exception as error:
            # Neither logged nor chained whole: what a library raises may quote the text.
            _LOGGER.error("the voice failed: %s", type(error).__name__)
            raise EngineError(
                "voice_failed", "The voice failed.", "Ask again.", retryable=True
            ) from None

    @contextmanager
    def _admission(self) -> Iterator[None]:
        if self._replies >= MAX_REPLIES:
            raise EngineError(
                "busy", "The voice is busy with others.", "Ask again.", retryable=True
            )
        self._replies += 1
        try:
            yield
        finally:
            self._replies -= 1

    def _started(self) -> Speaker:
        if self._speaker is None:
            raise EngineError("voice_closed", "The voice is not running.", "Start the service.")
        return self._speaker


def _load() -> Speaker:
    from engines.synthesizer import load_synthesizer

    return load_synthesizer(MODEL_THREADS)
