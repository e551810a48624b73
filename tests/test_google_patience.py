"""How long Google's recognizer waits for what: dead connections, silence, and slow answers."""

import asyncio
from dataclasses import replace

import pytest

from engine_api import RecognizerOptions
from engines.google.hearing.recognition_call import CallLimits
from errors import EngineError
from tests.google_emulator.process import Emulator
from tests.google_learner import QUICK, Learner, google_recognizer, learner_of, text_of
from tests.google_tunnel import tunnel_to

TEXT = text_of(12)

SPEED = 8.0


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, as new."""
    google_emulator.reset()
    return google_emulator


async def ask(learner: Learner, utterances: int) -> list[str]:
    """Say the text, fall silent, and return all that was understood so far."""
    await learner.be_silent(300)
    await learner.say(TEXT)
    await learner.be_silent(1_000)
    return await learner.understood(utterances)


# --- dead connections ---------------------------------------------------------------------------


@pytest.mark.parametrize("heard", [3, 9, 12])
async def test_a_connection_that_goes_dead_costs_no_word(emulator: Emulator, heard: int) -> None:
    """Answers came until then, and nobody is told; the call is made again on another one."""
    limits = replace(QUICK, stall_s=0.8, drain_s=0.8)
    async with (
        tunnel_to(emulator.speech_host) as tunnel,
        google_recognizer(
            emulator, limits, speech_emulator_host=tunnel.host, stt_timeout_s=3.0
        ) as recognizer,
        learner_of(recognizer, SPEED) as learner,
    ):
        await learner.be_silent(300)
        await learner.say(TEXT[:heard])
        tunnel.go_dead()
        await learner.say(TEXT[heard:])
        await learner.be_silent(1_000)
        assert await learner.understood() == TEXT
        assert await ask(learner, 2) == TEXT + TEXT
        assert tunnel.connections == 2


async def test_after_the_deadline_a_dead_connection_gets_no_more_calls(emulator: Emulator) -> None:
    """The utterance is lost, and the next one is not."""
    limits = replace(QUICK, drain_s=3.0)
    async with (
        tunnel_to(emulator.speech_host) as tunnel,
        google_recognizer(
            emulator, limits, speech_emulator_host=tunnel.host, stt_timeout_s=0.8
        ) as recognizer,
    ):
        async with learner_of(recognizer, SPEED) as learner:
            await learner.be_silent(300)
            await learner.say(TEXT[:9])
            tunnel.go_dead()
            await learner.say(TEXT[9:])
            await learner.be_silent(1_000)
            assert isinstance(await learner.failed(), EngineError)
        async with learner_of(recognizer, SPEED) as learner:
            assert await ask(learner, 1) == TEXT


# --- silence ------------------------------------------------------------------------------------


async def test_noise_that_google_does_not_answer_is_no_stall(emulator: Emulator) -> None:
    """Without a word there is nothing to answer; the call and its connection go on."""
    async with google_recognizer(emulator, replace(QUICK, stall_s=0.2)) as recognizer:
        stream = recognizer.open(RecognizerOptions())
        stream.begin_utterance(1)
        for _ in range(50):
            stream.push(bytes(640))
            await asyncio.sleep(0.02)
        await stream.aclose()
    assert len(emulator.journal(service="stt", event="opened")) == 1


# --- slow answers -------------------------------------------------------------------------------


async def test_a_slow_final_is_waited_for_until_the_deadline(emulator: Emulator) -> None:
    """Where another call would not end in time, the one at hand may."""
    emulator.configure(stt={"final_ms": 900, "journal_audio": False})
    limits = CallLimits(stall_s=0.6, drain_s=0.6, burst_speed=20)
    text = text_of(55)
    async with google_recognizer(emulator, limits, stt_timeout_s=2.0) as recognizer:
        async with learner_of(recognizer, 4.0) as learner:
            await learner.be_silent(300)
            await learner.say(text)
            await learner.be_silent(1_000)
            assert await learner.understood() == text
        assert recognizer.counts["stt_failed"] == 0
