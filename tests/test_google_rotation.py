"""Endless recognition: however often a call ends, no word is lost, doubled or out of order.

Learners speak tone words, five times as fast as in life, from which the emulator decodes what it
understood; and there are calls of a second where there are minutes in life.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from endpointing import EndpointingPolicy
from engines.google.hearing.recognition_call import CallLimits
from engines.google.hearing.recognizer import GoogleRecognizer
from tests.google_emulator.faults import Fault
from tests.google_emulator.process import Emulator
from tests.google_learner import QUICK, google_recognizer, learner_of, text_of

LEARNERS = 6
WORDS = 40
PHRASE = 4
SPEED = 5.0

ONE_LONG_UTTERANCE = EndpointingPolicy(max_utterance_ms=600_000)
ENDPOINT_MS = 120


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, whose results are final at short pauses too."""
    google_emulator.reset()
    google_emulator.configure(stt={"journal_audio": False, "endpoint_ms": ENDPOINT_MS})
    return google_emulator


async def dictate(recognizer: GoogleRecognizer, text: Sequence[str]) -> list[str]:
    """Speak a text in phrases, and return what was understood."""
    async with learner_of(recognizer, SPEED, ONE_LONG_UTTERANCE) as learner:
        await learner.be_silent(300)
        for at in range(0, len(text), PHRASE):
            await learner.say(text[at : at + PHRASE])
            await learner.be_silent(1.5 * ENDPOINT_MS)
        await learner.be_silent(1_000)
        return await learner.understood()


async def check_every_word(emulator: Emulator, limits: CallLimits) -> GoogleRecognizer:
    """Have all learners dictate at once, compare word by word, and return the recognizer."""
    texts = [text_of(WORDS, begin) for begin in range(LEARNERS)]
    async with google_recognizer(emulator, limits, max_utterance_ms=60_000) as recognizer:
        understood = await asyncio.gather(*(dictate(recognizer, text) for text in texts))
    assert understood == texts
    return recognizer


async def test_a_call_is_replaced_when_no_guess_is_pending(emulator: Emulator) -> None:
    """After its time, at the first final: what was sent since is sent again, and no more."""
    recognizer = await check_every_word(emulator, replace(QUICK, soft_rotation_s=0.1))
    assert recognizer.counts["rotations"] >= 50
    assert recognizer.counts["resent_ms"] < 2_000 * recognizer.counts["rotations"]


async def test_a_call_is_replaced_mid_word_where_it_must(emulator: Emulator) -> None:
    """At the hard limit, whatever is pending is sent again."""
    recognizer = await check_every_word(emulator, replace(QUICK, hard_rotation_s=0.35))
    assert recognizer.counts["rotations"] >= 20


async def test_a_call_that_google_ends_at_its_limit_is_replaced(emulator: Emulator) -> None:
    """OUT_OF_RANGE comes mid-word too."""
    emulator.configure(stt={"stream_limit_s": 2.0})
    recognizer = await check_every_word(emulator, QUICK)
    assert recognizer.counts["restarts"] >= 40


ENDS = ("UNAVAILABLE", "INTERNAL", "ABORTED", "UNKNOWN", "DEADLINE_EXCEEDED", "CANCELLED", "OK")


def troubles() -> Iterator[Fault]:
    """Yield faults for calls in turn: at their beginning, midway, and silence."""
    for number, status in enumerate(2 * ENDS):
        yield Fault(
            service="stt", kind="status", status=status, where="seconds", after=1 + number / 9
        )
        yield Fault(service="stt", kind="status", status=status)
    for after in (0.0, 0.7, 1.6):
        yield Fault(service="stt", kind="stall", where="seconds", after=after)


async def test_a_call_that_breaks_is_made_again(emulator: Emulator) -> None:
    """In every way a call can break, and while nobody answers at the door."""
    emulator.plan(*random.Random(1).sample(faults := list(troubles()), k=len(faults)))
    outage = asyncio.get_running_loop().call_later(1.0, emulator.close_port, "stt", 0.4)
    recognizer = await check_every_word(emulator, QUICK)
    outage.cancel()
    assert recognizer.counts["restarts"] >= 20


AROUND_A_CUT_MS = range(350, 440, 5)
AROUND_AN_END_MS = range(700, 800, 5)
PAUSES_MS = (0, 20, 100, 140, 200, 1_000, *AROUND_A_CUT_MS, *AROUND_AN_END_MS)


async def hesitate(recognizer: GoogleRecognizer, seed: int) -> None:
    """Speak with pauses after each word, and check what was understood."""
    chance, text = random.Random(seed), text_of(25, seed)
    async with learner_of(recognizer, SPEED) as learner:
        for word in text:
            await learner.say([word])
            await learner.be_silent(chance.choice(PAUSES_MS))
        await learner.be_silent(1_000)
        assert await learner.understood() == text


async def test_pauses_of_any_length_lose_no_word(emulator: Emulator) -> None:
    """A word may begin just when a stretch is cut, or just when the utterance ends."""
    async with google_recognizer(emulator) as recognizer:
        await asyncio.gather(*(hesitate(recognizer, seed) for seed in range(LEARNERS)))
        assert recognizer.counts["calls"] > 10 * LEARNERS
