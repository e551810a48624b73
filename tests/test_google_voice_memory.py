"""What Google's voice leaves in memory when a learner breaks in on it."""

import asyncio
import gc
import resource
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from engines.google.speaking.voice import GoogleVoice
from engines.google.speaking.voice_stream import SpokenTexts
from tests.google_emulator.process import Emulator
from tests.google_speaker import SENTENCES, google_voice, options

BARGE_INS = 150
MOMENT_S = 0.003
"""So soon after the first audio the rest of the answer is on its way."""

LIMIT_BYTES = 10_000
"""A message of audio is longer than this."""


async def speak_on() -> AsyncGenerator[str, None]:
    """Write an answer that is never at its end."""
    for sentence in SENTENCES:
        yield sentence
    await asyncio.Event().wait()


async def break_in(voice: GoogleVoice, times: int, moment_s: float = MOMENT_S) -> None:
    """Cancel so many replies while audio comes as fast as it can."""
    for _ in range(times):
        sounding = asyncio.Event()

        async def listen(sounding: asyncio.Event) -> None:
            async with aclosing(voice.speak(speak_on(), options())) as pieces:
                async for _ in pieces:
                    sounding.set()

        listening = asyncio.create_task(listen(sounding))
        await sounding.wait()
        await asyncio.sleep(moment_s)
        listening.cancel()
        await asyncio.wait([listening])


def resident_bytes() -> int:
    """Return how much memory this process has."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.parametrize("moment_s", [0.0, 0.03])
async def test_reply_that_is_broken_off_leaves_nothing_to_the_collector(
    google_emulator: Emulator, moment_s: float
) -> None:
    """Its texts and audio go with it, at whatever moment, without the garbage collector."""
    google_emulator.reset()
    google_emulator.configure(tts={"audio_speed": 100})
    async with google_voice(google_emulator) as voice:
        await break_in(voice, 1)
        gc.collect()
        gc.disable()
        try:
            for _ in range(10):
                await break_in(voice, 1, moment_s)
            await asyncio.sleep(0.1)
            assert not [kept for kept in gc.get_objects() if isinstance(kept, SpokenTexts)]
        finally:
            gc.enable()


@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
async def test_audio_on_its_way_is_freed_at_a_barge_in(google_emulator: Emulator) -> None:
    """What arrives for a read that was cancelled is kept by gRPC for ever, so none is."""
    google_emulator.reset()
    google_emulator.configure(tts={"audio_speed": 1_000})
    async with google_voice(google_emulator) as voice:
        await break_in(voice, BARGE_INS)
        before = resident_bytes()
        await break_in(voice, BARGE_INS)
        assert (resident_bytes() - before) / BARGE_INS < LIMIT_BYTES
