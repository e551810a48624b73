"""Decodes share the workers by urgency, and the queue is bounded."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from engines.decode_queue import MAX_WAITING_FINALS, Decode, DecodeQueue, Urgency
from errors import EngineError


class Gate:
    """A transcriber that works on nothing until it is let go; the audio is its own text."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._open = threading.Event()

    def transcribe(self, pcm: bytes, language: str) -> str:
        """Wait for ``open``, and return the audio as text."""
        self.begun.append(pcm.decode())
        assert self._open.wait(5)
        if pcm == b"bad":
            raise RuntimeError("quotes the learner")
        return f"{pcm.decode()} in {language}"

    def open(self) -> None:
        """Let everything go that waits or will wait."""
        self._open.set()


class Desk:
    """Hands decodes in and collects what comes back."""

    def __init__(self, workers: int = 1):
        self.gate = Gate()
        self.queue = DecodeQueue(self.gate, workers)
        self.delivered: list[str] = []
        self._news = asyncio.Event()

    def submit(self, text: str, urgency: Urgency = Urgency.FINAL) -> Decode:
        """Hand in a decode whose audio is its text."""
        decode = Decode(text.encode(), "en", urgency, self._take)
        self.queue.submit(decode)
        return decode

    async def collect(self, count: int) -> list[str]:
        """Open the gate and return what was delivered, once there is so much of it."""
        self.gate.open()
        async with asyncio.timeout(5):
            while len(self.delivered) < count:
                self._news.clear()
                await self._news.wait()
        return self.delivered

    def _take(self, outcome: str | EngineError) -> None:
        text = outcome.code if isinstance(outcome, EngineError) else outcome.removesuffix(" in en")
        self.delivered.append(text)
        self._news.set()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A desk with one worker."""
    desk = Desk()
    yield desk
    desk.gate.open()
    await desk.queue.aclose()


async def test_the_most_urgent_goes_first(desk: Desk) -> None:
    """Finals overtake early decodes, and those of the same urgency keep their order."""
    for text, urgency in (
        ("first", Urgency.EARLY),
        ("early", Urgency.EARLY),
        ("final", Urgency.FINAL),
        ("later", Urgency.FINAL),
    ):
        desk.submit(text, urgency)
    assert await desk.collect(4) == ["first", "final", "later", "early"]


async def test_a_hastened_decode_overtakes(desk: Desk) -> None:
    """An early decode becomes a final when the utterance ends."""
    desk.submit("first")
    desk.submit("early", Urgency.EARLY)
    hastened = desk.submit("hastened", Urgency.EARLY)
    desk.queue.hasten(hastened, Urgency.FINAL)
    assert await desk.collect(3) == ["first", "hastened", "early"]


async def test_one_worker_stays_free_of_interims() -> None:
    """With two workers, one decode under way leaves no room for a guess, and none does."""
    desk = Desk(workers=2)
    assert desk.queue.has_spare_worker
    desk.submit("one", Urgency.INTERIM)
    assert not desk.queue.has_spare_worker
    await desk.collect(1)
    assert desk.queue.has_spare_worker
    await desk.queue.aclose()


async def test_too_many_finals_are_refused(desk: Desk) -> None:
    """The final beyond those that may wait is answered at once: busy, but worth a retry."""
    desk.submit("running")
    for number in range(MAX_WAITING_FINALS):
        desk.submit(str(number))
    desk.submit("one too many")
    assert desk.delivered == ["busy"]
    early = desk.submit("early", Urgency.EARLY)
    desk.queue.hasten(early, Urgency.FINAL)
    assert desk.delivered == ["busy", "busy"]
    assert len(await desk.collect(11)) == 2 + 1 + MAX_WAITING_FINALS


async def test_a_discarded_decode_that_waits_is_never_begun(desk: Desk) -> None:
    """Nobody pays for what nobody wants."""
    desk.submit("first")
    desk.queue.discard(desk.submit("unwanted"))
    desk.submit("last")
    assert await desk.collect(2) == ["first", "last"]
    assert desk.gate.begun == ["first", "last"]


async def test_a_discarded_decode_that_runs_is_dropped(desk: Desk) -> None:
    """Its worker cannot be stopped, but its text goes nowhere, and the worker is free again."""
    desk.queue.discard(desk.submit("stale"))
    desk.submit("fresh")
    assert await desk.collect(1) == ["fresh"]


async def test_a_failure_is_an_engine_error_without_words(desk: Desk) -> None:
    """What the model raised is not told; the next decode works."""
    errors: list[str | EngineError] = []
    desk.queue.submit(Decode(b"bad", "en", Urgency.FINAL, errors.append))
    desk.submit("good")
    assert await desk.collect(1) == ["good"]
    (error,) = errors
    assert isinstance(error, EngineError)
    assert "learner" not in str(error)


async def test_closing_leaves_no_thread() -> None:
    """What waits is dropped, what runs is awaited, and a late decode is refused."""
    desk = Desk(workers=2)
    for text in ("one", "two", "three"):
        desk.submit(text)
    closing = asyncio.create_task(desk.queue.aclose())
    await asyncio.sleep(0)
    desk.gate.open()
    await closing
    assert desk.delivered == []
    assert sorted(desk.gate.begun) == ["one", "two"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("stt")]
    desk.submit("late")
    assert desk.delivered == ["stt_closed"]
