"""Breaking Gemini's answer off: its connection is closed at once, whatever the moment.

With the garbage collection off, a stream that is not closed stays open: so nothing is closed by
luck. How quickly it is closed is a figure of the benches.
"""

import gc
import random
from collections.abc import Iterator

import pytest

from tests.gemini_tutor import break_in, running_tutor
from tests.google_emulator.process import Emulator

TRIALS = 24


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    """Let nothing be closed by chance."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_garbage_collection")
async def test_the_service_sees_every_barge_in(google_emulator: Emulator) -> None:
    """Waiting for headers, for words, or with a reader that is busy: it sees its client leave."""
    google_emulator.reset()
    reply = "so " * 400
    google_emulator.configure(
        llm={"replies": [reply] * TRIALS, "first_chunk_ms": 40, "chunk_ms": 10}
    )
    chance = random.Random(7)
    async with running_tutor(google_emulator) as tutor:
        for _ in range(TRIALS):
            await break_in(tutor, google_emulator, chance)
    opened = google_emulator.journal(event="opened", method="streamGenerateContent")
    cancelled = google_emulator.journal(event="cancelled")
    assert len(opened) == len(cancelled) > TRIALS / 2
