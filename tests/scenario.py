"""A learner for scenarios: speaks frames into a session, plays what comes back, keeps a record."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from conversation import converse
from engine_api import OUTPUT_RATE, Engines
from messages import (
    AudioChunk,
    AudioComplete,
    AudioFrame,
    ClientMessage,
    Interrupted,
    Playback,
    ServerMessage,
    State,
    TutorText,
)
from reception import Reception
from session_state import SessionState
from settings import Settings

LOUD = struct.pack("<h", 12_000) * 320
QUIET = bytes(640)
FRAME_S = 0.02
REPORT_S = 0.1
PATIENCE_S = 60.0

M = TypeVar("M", bound=ServerMessage)


@dataclass
class Learner:
    """A client of one session, with a player that reports every 100 ms."""

    session: SessionState
    reception: Reception
    received: list[tuple[float, ServerMessage]] = field(default_factory=list)
    _arrival: asyncio.Condition = field(default_factory=asyncio.Condition)

    def send(self, message: ClientMessage) -> None:
        """Do what the server does with a message from the client."""
        self.reception.receive(message)

    async def speak(self, ms: int) -> None:
        """Speak into the microphone for that long."""
        await self._frames(LOUD, ms)

    async def be_silent(self, ms: int) -> None:
        """Let the microphone send silence for that long."""
        await self._frames(QUIET, ms)

    async def _frames(self, pcm: bytes, ms: int) -> None:
        for _ in range(ms // 20):
            self.send(AudioFrame(pcm))
            await asyncio.sleep(FRAME_S)

    def all(self, kind: type[M]) -> list[M]:
        """Return every message of a kind received so far."""
        return [message for _, message in self.received if isinstance(message, kind)]

    def phases(self) -> list[str]:
        """Return the phases told so far, each once in a row."""
        phases = [state.phase for state in self.all(State)]
        return [p for p, before in zip(phases, [None, *phases], strict=False) if p != before]

    def text(self, generation_id: int) -> str:
        """Return the text of a reply as received so far."""
        deltas = [t.delta for t in self.all(TutorText) if t.generation_id == generation_id]
        return " ".join(deltas)

    async def wait_for(self, kind: type[M], count: int = 1) -> M:
        """Wait until that many messages of a kind have come, and return the last of them."""
        async with asyncio.timeout(PATIENCE_S), self._arrival:
            await self._arrival.wait_for(lambda: len(self.all(kind)) >= count)
        return self.all(kind)[count - 1]

    async def wait_for_phase(self, phase: str) -> None:
        """Wait until the latest phase told is this one."""
        async with asyncio.timeout(PATIENCE_S), self._arrival:
            await self._arrival.wait_for(lambda: self.phases()[-1:] == [phase])

    async def read(self) -> None:
        """Take everything the server sends, as a fast client would."""
        loop = asyncio.get_running_loop()
        while True:
            message = await self.session.next_outbound()
            async with self._arrival:
                self.received.append((loop.time(), message))
                self._arrival.notify_all()

    async def play(self) -> None:
        """Play what was received in real time, and report how far it has come."""
        generation, played, reported_done = 0, 0.0, False
        while True:
            await asyncio.sleep(REPORT_S)
            chunks = self.all(AudioChunk)
            if not chunks:
                continue
            if chunks[-1].generation_id != generation:
                generation, played, reported_done = chunks[-1].generation_id, 0.0, False
            mine = [c for c in chunks if c.generation_id == generation]
            buffered = sum(len(chunk.pcm) // 2 for chunk in mine)
            played = min(buffered, played + REPORT_S * OUTPUT_RATE)
            totals = [
                c.total_samples for c in self.all(AudioComplete) if c.generation_id == generation
            ]
            ended = generation in [i.generation_id for i in self.all(Interrupted)]
            done = totals != [] and played >= totals[0]
            if not ended and not reported_done:
                self.send(Playback(generation, int(played), done))
                reported_done = done


@asynccontextmanager
async def lesson(
    engines: Engines, *, plays: bool = True, **options: object
) -> AsyncIterator[Learner]:
    """Run a session with a learner in it, until the block ends.

    Args:
        engines: What the session runs on.
        plays: Whether the learner's client reports its playback.
        options: Settings that differ from the defaults.
    """
    session = SessionState(Settings(**options))  # type: ignore[arg-type]  # values are validated
    learner = Learner(session, Reception(session, engines))
    for engine in (engines.detector, engines.recognizer, engines.tutor, engines.voice):
        await engine.start()
    running = [
        asyncio.create_task(converse(session, engines), name="converse"),
        asyncio.create_task(learner.read(), name="read"),
        *([asyncio.create_task(learner.play(), name="play")] if plays else []),
    ]
    try:
        yield learner
    finally:
        await stop(running)
        for engine in (engines.detector, engines.recognizer, engines.tutor, engines.voice):
            await engine.aclose()


async def stop(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait for their end; what failed in one is raised."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
