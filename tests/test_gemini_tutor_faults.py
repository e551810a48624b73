"""Every fault of Gemini, its column of the fault table: what is tried again, and what is told."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine_api import Picture
from engines.google.gemini.tutor import GeminiTutor
from errors import EngineError
from tests.engine_contract import collect
from tests.gemini_tutor import CALL, ask, running_tutor
from tests.google_emulator.faults import Fault
from tests.google_emulator.process import Emulator

MODEL, FALLBACK = "gemini-3.5-flash-lite", "gemini-3.8-flash"
REPLY = "Two and two is four."

QUICK: dict[str, Any] = {"gemini_first_token_timeout_s": 0.3, "tutor_timeout_s": 1.5}
"""Patience for tests: within it every fault must have been answered."""

ROUNDING_S = 0.5
"""What an answer may take beyond its deadline."""


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, whose answers are all the same."""
    google_emulator.reset()
    google_emulator.configure(llm={"replies": [REPLY] * 10, "chunk_words": 1})
    return google_emulator


@pytest.fixture
async def tutor(emulator: Emulator) -> AsyncIterator[GeminiTutor]:
    """A tutor with one model and little patience."""
    async with running_tutor(emulator, **QUICK) as tutor:
        yield tutor


@pytest.fixture
async def backed_tutor(emulator: Emulator) -> AsyncIterator[GeminiTutor]:
    """A tutor with a model to fall back on."""
    async with running_tutor(emulator, gemini_fallback_model=FALLBACK, **QUICK) as tutor:
        yield tutor


def fault(kind: str, status: str = "", **fields: Any) -> Fault:
    """Return a fault of the next answer, before its headers if nothing else is said."""
    return Fault(service="llm", kind=kind, status=status, method=CALL, **fields)


def midway(kind: str, status: str = "", **fields: Any) -> Fault:
    """Return a fault after two words of the next answer."""
    return fault(kind, status, where="messages", after=2, **fields)


def asked(emulator: Emulator) -> list[str]:
    """Return the models that were asked, in order."""
    return [entry["model"] for entry in emulator.journal(event="request")]


async def hear(tutor: GeminiTutor) -> tuple[str, str]:
    """Ask, and return the words that came and the code of the error that ended them."""
    words = ""
    try:
        async with asyncio.timeout(QUICK["tutor_timeout_s"] + ROUNDING_S):
            async for delta in tutor.answer(ask("What is two plus two?")):
                words += delta
    except EngineError as error:
        return words, error.code
    return words, ""


PASSING = {
    "unavailable": fault("status", "503"),
    "internal": fault("status", "500"),
    "deadline_exceeded": fault("status", "504"),
    "reset": fault("reset"),
    "reset_after_the_headers": fault("reset", where="messages", after=0),
    "stall": fault("stall"),
    "error_in_the_stream": fault("status", "503", where="messages", after=0),
    "garbage": fault("garbage"),
    "nothing": fault("close"),
    "stop_without_words": fault("finish", "STOP"),
    "max_tokens_without_words": fault("finish", "MAX_TOKENS"),
    "malformed": fault("finish", "MALFORMED_RESPONSE"),
    "thoughts_without_end": fault("thoughts"),
    "quota_for_a_moment": fault("status", "429", details={"retry_delay": "0.1s"}),
}
"""Faults before the first word that may be gone the next time."""

ANSWERS = {
    "stall": "tutor_timeout",
    "thoughts_without_end": "tutor_timeout",
    "nothing": "tutor_empty",
    "stop_without_words": "tutor_empty",
    "max_tokens_without_words": "tutor_empty",
    "malformed": "tutor_empty",
    "quota_for_a_moment": "tutor_quota",
}
"""What the learner is told of those that stay; of the others ``tutor_failed``."""

LASTING = {
    "bad_key": (fault("status", "401"), "tutor_unauthorized"),
    "forbidden": (fault("status", "403"), "tutor_unauthorized"),
    "invalid": (fault("status", "400"), "tutor_rejected"),
    "no_such_model": (fault("status", "404"), "tutor_rejected"),
    "question_blocked": (fault("block", "SAFETY"), "tutor_blocked"),
    "safety_without_words": (fault("finish", "SAFETY"), "tutor_blocked"),
}
"""Faults that would be the same the next time."""

MIDWAY = {
    "reset": (midway("reset"), "tutor_failed"),
    "error_in_the_stream": (midway("status", "503"), "tutor_failed"),
    "quota_in_the_stream": (midway("status", "429"), "tutor_quota"),
    "garbage": (midway("garbage"), "tutor_failed"),
    "malformed": (midway("finish", "MALFORMED_RESPONSE"), "tutor_failed"),
    "stall": (midway("stall"), "tutor_timeout"),
    "safety": (midway("finish", "SAFETY"), "tutor_blocked"),
    "max_tokens": (midway("finish", "MAX_TOKENS"), "tutor_cut_short"),
    "end_without_a_reason": (midway("close"), "tutor_failed"),
}
"""Faults after the first words."""


@pytest.mark.parametrize("name", PASSING)
async def test_what_passes_is_tried_again(
    emulator: Emulator, tutor: GeminiTutor, name: str
) -> None:
    """The learner hears the answer as if nothing had happened, and hears it once."""
    emulator.plan(PASSING[name])
    assert await hear(tutor) == (REPLY, "")
    assert asked(emulator) == [MODEL, MODEL]


@pytest.mark.parametrize("name", PASSING)
async def test_what_stays_is_told(emulator: Emulator, tutor: GeminiTutor, name: str) -> None:
    """After two attempts the answer ends with an error, in time; the next one is fine."""
    emulator.plan(PASSING[name].model_copy(update={"times": 2}))
    assert await hear(tutor) == ("", ANSWERS.get(name, "tutor_failed"))
    assert asked(emulator) == [MODEL, MODEL]
    assert await hear(tutor) == (REPLY, "")


@pytest.mark.parametrize("name", PASSING)
async def test_another_model_stands_in(
    emulator: Emulator, backed_tutor: GeminiTutor, name: str
) -> None:
    """Where the first model failed twice, the other one answers."""
    emulator.plan(PASSING[name].model_copy(update={"times": 2}))
    assert await hear(backed_tutor) == (REPLY, "")
    assert asked(emulator) == [MODEL, MODEL, FALLBACK]


@pytest.mark.parametrize("name", LASTING)
async def test_what_lasts_is_told_at_once(
    emulator: Emulator, backed_tutor: GeminiTutor, name: str
) -> None:
    """Nothing is asked twice that would be refused twice; the next answer is fine."""
    planned, code = LASTING[name]
    emulator.plan(planned)
    assert await hear(backed_tutor) == ("", code)
    assert asked(emulator) == [MODEL]
    assert await hear(backed_tutor) == (REPLY, "")


@pytest.mark.parametrize("name", MIDWAY)
async def test_what_was_said_is_not_said_again(
    emulator: Emulator, backed_tutor: GeminiTutor, name: str
) -> None:
    """After the first words nothing is tried again: they stand, and the error follows them."""
    planned, code = MIDWAY[name]
    emulator.plan(planned)
    assert await hear(backed_tutor) == ("Two and", code)
    assert asked(emulator) == [MODEL]
    assert await hear(backed_tutor) == (REPLY, "")


async def test_an_exhausted_quota_is_not_asked_again(
    emulator: Emulator, tutor: GeminiTutor
) -> None:
    """The service said when to come back, and that is too late for this answer."""
    emulator.plan(fault("status", "429", details={"retry_delay": "7s"}))
    assert await hear(tutor) == ("", "tutor_quota")
    assert asked(emulator) == [MODEL]
    assert tutor.counts["quota_refused"] == 1


async def test_another_model_has_a_quota_of_its_own(
    emulator: Emulator, backed_tutor: GeminiTutor
) -> None:
    """It is asked at once where the first one's is exhausted."""
    emulator.plan(fault("status", "429", details={"retry_delay": "7s"}))
    assert await hear(backed_tutor) == (REPLY, "")
    assert asked(emulator) == [MODEL, FALLBACK]


async def test_the_second_attempt_comes_within_300_ms(
    emulator: Emulator, tutor: GeminiTutor
) -> None:
    """A learner waits for it in silence."""
    emulator.plan(fault("status", "503"))
    await hear(tutor)
    (failed,) = emulator.journal(event="ended", status=503)
    (_, again) = emulator.journal(event="opened", method=CALL)
    assert again["at"] - failed["at"] < 0.3 + ROUNDING_S


async def test_a_port_that_is_closed_is_told(emulator: Emulator, tutor: GeminiTutor) -> None:
    """Connections dropped and refused: an error in time, and an answer once it is open again."""
    assert await hear(tutor) == (REPLY, "")
    emulator.close_port("llm", seconds=1.0)
    assert await hear(tutor) == ("", "tutor_failed")
    async with asyncio.timeout(10):
        while await hear(tutor) != (REPLY, ""):
            pass  # each answer rests between its attempts


@pytest.mark.parametrize("planned", [fault("stall"), midway("stall")])
async def test_a_stalled_connection_is_given_up(emulator: Emulator, planned: Fault) -> None:
    """The service sees its client leave: nothing is left open that nobody waits for."""
    emulator.plan(planned)
    async with running_tutor(emulator, **QUICK) as tutor:
        await hear(tutor)
        await emulator.wait_for("cancelled", timeout_s=1)


async def test_our_own_error_comes_before_the_services_watchdog(emulator: Emulator) -> None:
    """However patient each attempt may be, the answer has one deadline."""
    emulator.plan(fault("stall", times=None))
    patience = {"gemini_first_token_timeout_s": 5.0, "tutor_timeout_s": 0.5}
    async with running_tutor(emulator, **patience) as tutor:
        began = time.monotonic()
        assert await hear(tutor) == ("", "tutor_timeout")
        assert time.monotonic() - began < 0.5 + ROUNDING_S
    assert asked(emulator) == [MODEL]


@pytest.mark.parametrize("planned", [fault("huge"), fault("drip", details={"ms": 0.1})])
async def test_an_answer_without_end_is_cut_short(emulator: Emulator, planned: Fault) -> None:
    """In one chunk or in many: what is beyond any limit of tokens is not read out."""
    emulator.plan(planned)
    async with running_tutor(emulator, gemini_max_output_tokens=64, **QUICK) as tutor:
        words, code = await hear(tutor)
    assert code == "tutor_cut_short"
    assert len(words) == 64 * 8


async def test_the_service_may_pause(emulator: Emulator) -> None:
    """Between words it may take longer than for the first of them."""
    emulator.configure(llm={"replies": [REPLY], "first_chunk_ms": 50, "chunk_ms": 500})
    async with running_tutor(emulator, **QUICK) as tutor:
        assert "".join(await collect(tutor.answer(ask("Hello")))) == REPLY
    assert asked(emulator) == [MODEL]


async def test_a_model_may_think_longer_than_one_attempt_lasts(emulator: Emulator) -> None:
    """The last attempt has all the time there is."""
    emulator.configure(llm={"replies": [REPLY] * 2, "first_chunk_ms": 500})
    patience = {"gemini_first_token_timeout_s": 0.3, "tutor_timeout_s": 5.0}
    async with running_tutor(emulator, **patience) as tutor:
        assert "".join(await collect(tutor.answer(ask("Hello")))) == REPLY
    assert asked(emulator) == [MODEL, MODEL]


@pytest.mark.parametrize(
    ("reason", "code"), [("STOP", ""), ("SAFETY", "tutor_blocked")], ids=["stop", "safety"]
)
async def test_an_answer_that_has_ended_is_not_waited_for(
    emulator: Emulator, reason: str, code: str
) -> None:
    """A stream that stays open after its end is left soon, and no apology follows the answer."""
    emulator.plan(midway("linger", reason))
    async with running_tutor(emulator, tutor_timeout_s=5.0) as tutor:
        began = time.monotonic()
        assert await hear(tutor) == ("Two and", code)
        assert time.monotonic() - began < 0.3 + 2 * ROUNDING_S
        await emulator.wait_for("cancelled", timeout_s=1)


async def test_a_picture_that_cannot_be_read_is_named(tutor: GeminiTutor) -> None:
    """Neither the model nor any setting is what the learner can change."""
    broken = Picture(b"no picture", "image/png")
    with pytest.raises(EngineError, match="picture") as caught:
        await collect(tutor.answer(ask("What is this?", pictures=(broken,))))
    assert caught.value.code == "tutor_rejected"
