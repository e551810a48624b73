"""What the tests of the engines' contract share: every engine of the service, and a free loop.

The engines come from the tables in ``engines``, so one that is added there is tested as well.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from itertools import pairwise
from typing import Any, TypeVar

import pytest

from engine_api import Engine, Engines
from engines import create_engines
from engines.scripted import Script, play
from settings import EngineChoice, Settings
from tests.google_emulator.process import Emulator
from tests.leaks import no_task_left
from tests.recordings import load_recording

PATIENCE_S = 30.0
"""Longest wait for anything, on a machine that has other work."""

CLOSING_S = 1.0
"""Longest time an engine may take to let go of work nobody wants any more."""

LOOP_CPU_S = 0.010
"""Longest time an engine may keep the event loop to itself."""

FRAME = 640
"""Bytes in 20 ms of microphone audio."""

SPEECH = load_recording("go_forward").pcm
SILENCE = bytes(25 * FRAME)

CLIENTS = frozenset({"google", "generativeai", "openai"})
"""Engines that need somebody to talk to."""

QUICK_TO_START = frozenset({"scripted", "google"})
"""Engines that load no models."""

QUICK = Script(final_ms=30, first_word_ms=5, word_ms=1, first_audio_ms=10, audio_speed=50)

Item = TypeVar("Item")


def choices(*tables: Iterable[str], emulated: bool = False) -> list[Any]:
    """Return the engines of the tables as parameters, marked where they load models.

    Args:
        tables: The names of the engines.
        emulated: With Google's, which talk to the emulator. Engines that are the clients of a
            service are left out otherwise.
    """
    left_out = CLIENTS - {"google"} if emulated else CLIENTS
    names = dict.fromkeys(name for table in tables for name in table if name not in left_out)
    marks = {name: () if name in QUICK_TO_START else (pytest.mark.models,) for name in names}
    return [pytest.param(name, marks=marks[name]) for name in names]


def engines_named(choice: EngineChoice, request: pytest.FixtureRequest | None = None) -> Engines:
    """Return the engines of that name for every sense, not started.

    Args:
        choice: Their name.
        request: Gets the emulator for those of Google.
    """
    if choice == "scripted":
        return play(QUICK)
    if choice == "google" and request is not None:
        emulator: Emulator = request.getfixturevalue("google_emulator")
        emulator.reset()
        return create_engines(Settings(**emulator.settings))
    return create_engines(Settings(stt_engine=choice, tutor_engine=choice, voice_engine=choice))


@asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[None]:
    """Start an engine, and close it in the end, when it must have left no task behind."""
    await engine.start()
    try:
        yield
    finally:
        await engine.aclose()
        await no_task_left(CLOSING_S)


@asynccontextmanager
async def free_loop() -> AsyncIterator[None]:
    """Check that the block leaves the event loop free: in CPU time, to which others add nothing."""
    used = [time.thread_time()]

    async def beat() -> None:
        while True:
            await asyncio.sleep(0.001)
            used.append(time.thread_time())

    heart = asyncio.create_task(beat(), name="heart")
    try:
        yield
    finally:
        heart.cancel()
    used.append(time.thread_time())
    assert max(after - before for before, after in pairwise(used)) <= LOOP_CPU_S


async def collect(items: AsyncGenerator[Item, None], within_s: float = PATIENCE_S) -> list[Item]:
    """Return all that an engine yields, if it ends in time."""
    async with asyncio.timeout(within_s), aclosing(items):
        return [item async for item in items]
