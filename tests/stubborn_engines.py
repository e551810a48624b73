"""Tutors and voices that make barge-in hard: deaf to cancellation, blocking, slow to close."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Literal

from engine_api import Engines, Question, SpokenAudio, VoiceOptions
from engines.scripted import Script, ScriptedTutor, ScriptedVoice, play

Temper = Literal["obedient", "deaf", "blocking", "slow_to_close"]
TEMPERS: tuple[Temper, ...] = ("obedient", "deaf", "blocking", "slow_to_close")

DEAF_S = 2.0
"""How long a deaf engine goes on after it was cancelled."""

CLOSING_S = 3.0
"""How long an engine that is slow to close takes for it."""

BLOCKING_S = 0.001
"""Real time a blocking engine spends in a thread, where no cancellation reaches it."""


async def endure(temper: Temper) -> None:
    """Take the time between two yields in the manner of the temper."""
    if temper == "blocking":
        await asyncio.get_running_loop().run_in_executor(None, time.sleep, BLOCKING_S)
    if temper != "deaf":
        await asyncio.sleep(0.01)
        return
    until = asyncio.get_running_loop().time() + 0.01
    while asyncio.get_running_loop().time() < until:
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            until = min(until, asyncio.get_running_loop().time() + DEAF_S)


async def close(temper: Temper) -> None:
    """Close in the manner of the temper."""
    if temper == "slow_to_close":
        await asyncio.sleep(CLOSING_S)


class StubbornTutor(ScriptedTutor):
    """A scripted tutor with a temper."""

    def __init__(self, script: Script, temper: Callable[[], Temper]):
        super().__init__(script)
        self._temper = temper

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """Yield the words of the next reply, if need be to nobody."""
        temper = self._temper()
        try:
            async for word in super().answer(question):
                await endure(temper)
                yield word
        finally:
            await close(temper)


class StubbornVoice(ScriptedVoice):
    """A scripted voice with a temper."""

    def __init__(self, script: Script, temper: Callable[[], Temper]):
        super().__init__(script)
        self._temper = temper

    async def speak(
        self, sentences: AsyncIterator[str], options: VoiceOptions
    ) -> AsyncGenerator[SpokenAudio, None]:
        """Yield the sentences, deaf to the cancel event unless obedient."""
        temper = self._temper()
        options = options if temper == "obedient" else VoiceOptions(asyncio.Event())
        try:
            async for piece in super().speak(sentences, options):
                await endure(temper)
                yield piece
        finally:
            await close(temper)


def play_stubbornly(script: Script, temper: Callable[[], Temper]) -> Engines:
    """Return scripted engines whose tutor and voice choose a temper for each reply."""
    obedient = play(script)
    return Engines(
        obedient.detector,
        obedient.recognizer,
        StubbornTutor(script, temper),
        StubbornVoice(script, temper),
    )
