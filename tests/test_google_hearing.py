"""A session that hears through Google: turns, refusals, and what follows them."""

import asyncio
import dataclasses
from collections.abc import Sequence

import pytest

from engines.google.hearing.recognizer import GoogleRecognizer
from engines.scripted import Script, play
from messages import AudioFrame, Error, TranscriptFinal, TranscriptInterim, TurnMetrics
from settings import Settings
from tests.google_emulator.faults import Fault
from tests.google_emulator.process import Emulator
from tests.google_emulator.tone_words import encode_words, silence
from tests.google_learner import FRAME, FRAME_S, text_of
from tests.scenario import Learner, lesson

TEXT = text_of(4)

BRIEF = Script(replies=("Yes.", "No."), spoken_word_ms=100)


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, as new."""
    google_emulator.reset()
    return google_emulator


async def ask(learner: Learner, words: Sequence[str] = TEXT) -> None:
    """Say words in real time, and fall silent for as long as the tutor waits."""
    pcm = silence(200) + encode_words(words) + silence(1_000)
    for at in range(0, len(pcm), FRAME):
        learner.send(AudioFrame(pcm[at : at + FRAME]))
        await asyncio.sleep(FRAME_S)


async def test_a_spoken_question_is_heard(emulator: Emulator) -> None:
    """Guesses come while it is spoken, and the tutor gets all of it."""
    recognizer = GoogleRecognizer(Settings(**emulator.settings))
    engines = dataclasses.replace(play(BRIEF), recognizer=recognizer)
    async with lesson(engines) as learner:
        await ask(learner)
        await learner.wait_for(TurnMetrics)
        assert learner.all(TranscriptInterim)
        assert [final.text for final in learner.all(TranscriptFinal)] == [" ".join(TEXT)]
        assert learner.all(Error) == []


async def test_a_refusal_is_reported_once_and_the_next_turn_is_heard(emulator: Emulator) -> None:
    """Nothing is tried again before the learner speaks again."""
    # For as long as it takes: gRPC may hide the first refusal behind INTERNAL.
    emulator.plan(Fault(service="stt", kind="status", status="RESOURCE_EXHAUSTED", times=None))
    recognizer = GoogleRecognizer(Settings(**emulator.settings))
    engines = dataclasses.replace(play(BRIEF), recognizer=recognizer)
    async with lesson(engines) as learner:
        await ask(learner)
        await learner.wait_for(TurnMetrics)
        calls = recognizer.counts["calls"]
        await learner.be_silent(1_000)
        assert [error.code for error in learner.all(Error)] == ["stt_quota"]
        assert recognizer.counts["calls"] == calls
        emulator.plan()
        await ask(learner)
        await learner.wait_for(TurnMetrics, 2)
        assert [final.text for final in learner.all(TranscriptFinal)] == [" ".join(TEXT)]
