"""What the tests of the Gemini tutor share: a tutor that talks to the emulator, and barge-ins."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from engine_api import Question, Remark
from engines.google.gemini.tutor import GeminiTutor, create_tutor
from settings import Settings
from tests.google_emulator.process import Emulator

CALL = "streamGenerateContent"

CLOSING_S = 1.0
"""Longest wait for the service to see that its client has left."""


@asynccontextmanager
async def running_tutor(emulator: Emulator, **changes: Any) -> AsyncIterator[GeminiTutor]:
    """Run a tutor that talks to the emulator, with some settings changed."""
    tutor = create_tutor(Settings(**{**emulator.settings, **changes}))
    try:
        await tutor.start()
        yield tutor
    finally:
        await tutor.aclose()


def ask(
    text: str, *history: Remark, cancelled: asyncio.Event | None = None, **fields: Any
) -> Question:
    """Return a question, which nobody has cancelled yet if nothing else is said."""
    return Question(text, cancelled or asyncio.Event(), history, **fields)


async def break_in(tutor: GeminiTutor, emulator: Emulator, chance: random.Random) -> float:
    """Ask, break the answer off at some moment, and return how long the service took to see it.

    The moment is one of four: waiting for the headers, for the first words, for more words, or
    while the reader is busy with a word and reads none.

    Returns:
        Seconds from the cancellation to the end of the connection, as the service saw it.
    """
    since = next(iter(entry["index"] + 1 for entry in reversed(emulator.journal())), 0)
    busy = chance.random() < 0.5
    reader = asyncio.create_task(_read(tutor, busy_s=5.0 if busy else 0.0), name="reader")
    await asyncio.sleep(chance.uniform(0.0, 0.1))
    cancelled_at = time.monotonic()
    reader.cancel()
    await asyncio.wait({reader})
    opened = len(emulator.journal(since, event="opened"))
    if not opened:
        return 0.0  # broken off before the service heard of it
    closed = await emulator.wait_for("cancelled", times=opened, since=since, timeout_s=CLOSING_S)
    return float(closed[-1]["at"] - cancelled_at)


async def _read(tutor: GeminiTutor, busy_s: float) -> None:
    async with aclosing(tutor.answer(ask("Tell me more"))) as deltas:
        async for _ in deltas:
            await asyncio.sleep(busy_s)
