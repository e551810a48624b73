"""The Gemini tutor with the real client, against the emulator."""

import asyncio
import hashlib
import logging
import random
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from engine_api import Counting, Picture, Remark
from engines.google.gemini.tutor import GeminiTutor, create_tutor
from engines.tutoring.prompt import BROKE_IN, instruct
from errors import EngineError
from settings import Settings
from tests.engine_contract import collect
from tests.gemini_tutor import CALL, ask, running_tutor
from tests.google_emulator.faults import Fault
from tests.google_emulator.gemini_tables import MODELS
from tests.google_emulator.process import Emulator

PNG = Picture(b"\x89PNG" + random.Random(1).randbytes(100_000), "image/png")


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, as if it had just been started."""
    google_emulator.reset()
    return google_emulator


@pytest.fixture
async def tutor(emulator: Emulator) -> AsyncIterator[GeminiTutor]:
    """A tutor with the default settings, running."""
    async with running_tutor(emulator) as tutor:
        yield tutor


# --- asking ---------------------------------------------------------------------------------------


async def test_the_answer_comes_as_it_is_written(emulator: Emulator, tutor: GeminiTutor) -> None:
    """Each chunk of the service is a delta; together they are its answer."""
    emulator.configure(llm={"replies": ["Two and two is four. What is three and three?"]})
    deltas = await collect(tutor.answer(ask("What is two plus two?")))
    assert len(deltas) > 2
    assert "".join(deltas) == "Two and two is four. What is three and three?"


async def test_the_request_is_a_conversation(emulator: Emulator, tutor: GeminiTutor) -> None:
    """Instruction, history and question have their own places; thinking is at its lowest."""
    history = (Remark("learner", "Hello"), Remark("tutor", "Good", interrupted=True))
    await collect(tutor.answer(ask("Stop", *history, language="de-DE")))
    (request,) = emulator.journal(event="request")
    assert request["contents"] == [
        {"role": "user", "texts": ["Hello"]},
        {"role": "model", "texts": ["Good"]},
        {"role": "user", "texts": [BROKE_IN, "Stop"]},
    ]
    assert request["instruction"] == instruct("de-DE")
    assert request["config"] == {
        "max_output_tokens": 2_048,
        "thinking_config": {"thinking_level": "MINIMAL"},
    }
    assert request["safety"] == [
        {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_MEDIUM_AND_ABOVE"},
        {"category": "HARM_CATEGORY_HATE_SPEECH", "threshold": "BLOCK_MEDIUM_AND_ABOVE"},
        {"category": "HARM_CATEGORY_SEXUALLY_EXPLICIT", "threshold": "BLOCK_MEDIUM_AND_ABOVE"},
        {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "threshold": "BLOCK_MEDIUM_AND_ABOVE"},
    ]


async def test_a_picture_arrives_whole(emulator: Emulator, tutor: GeminiTutor) -> None:
    """Its type and every byte of it."""
    await collect(tutor.answer(ask("What is this?", pictures=(PNG,))))
    (request,) = emulator.journal(event="request")
    assert request["pictures"] == [
        {
            "mime_type": "image/png",
            "bytes": len(PNG.data),
            "sha256": hashlib.sha256(PNG.data).hexdigest(),
        }
    ]


async def test_settings_reach_the_service(emulator: Emulator) -> None:
    """Model, thinking, temperature and the limit of tokens are whatever is set."""
    async with running_tutor(
        emulator,
        gemini_model="gemini-2.5-flash",
        gemini_thinking="low",
        gemini_temperature=0.5,
        gemini_max_output_tokens=64,
    ) as tutor:
        await collect(tutor.answer(ask("Hello")))
    (request,) = emulator.journal(event="request")
    assert request["model"] == "gemini-2.5-flash"
    assert request["config"] == {
        "max_output_tokens": 64 + 1_024,
        "temperature": 0.5,
        "thinking_config": {"thinking_budget": 1_024},
    }


@pytest.mark.parametrize("model", MODELS)
async def test_every_model_answers(emulator: Emulator, model: str) -> None:
    """No family refuses what it is sent."""
    async with running_tutor(emulator, gemini_model=model) as tutor:
        assert await collect(tutor.answer(ask("Hello")))


async def test_a_model_with_a_temperature_of_its_own_is_left_to_it(emulator: Emulator) -> None:
    """It is not sent one that it would not take."""
    async with running_tutor(
        emulator, gemini_model="gemini-3.5-flash-lite", gemini_temperature=0.5
    ) as tutor:
        await collect(tutor.answer(ask("Hello")))
    (request,) = emulator.journal(event="request")
    assert "temperature" not in request["config"]


async def test_thoughts_stay_unspoken(emulator: Emulator, tutor: GeminiTutor) -> None:
    """What the model thinks before it answers is not for the learner."""
    emulator.configure(llm={"thoughts": "The learner is wrong.", "replies": ["Try again."]})
    assert "".join(await collect(tutor.answer(ask("Five")))) == "Try again."


async def test_turns_share_a_connection(emulator: Emulator, tutor: GeminiTutor) -> None:
    """No turn waits for a handshake while there is a connection left from the last one."""
    for _ in range(3):
        await collect(tutor.answer(ask("Hello")))
    peers = {entry["peer"] for entry in emulator.journal(event="opened")}
    assert len(peers) == 1


async def test_vertex_ai_needs_no_key(emulator: Emulator) -> None:
    """A project and its location are enough, with the credentials of the machine."""
    async with running_tutor(
        emulator,
        gemini_api_key="",
        google_cloud_project="school",
        google_cloud_location="europe-west4",
    ) as tutor:
        assert await collect(tutor.answer(ask("Hello")))
    (opened, *_) = emulator.journal(event="opened", method=CALL)
    assert "/projects/school/locations/europe-west4/" in opened["path"]


async def test_the_environment_changes_nothing(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the client library reads there by itself is overruled by the settings."""
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_API_KEY", "wrong")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", "v0")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with running_tutor(emulator) as tutor:
        assert await collect(tutor.answer(ask("Hello")))


# --- starting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["wrong", "forbidden", "unauthenticated"])
async def test_a_wrong_key_is_told_at_the_start(emulator: Emulator, key: str) -> None:
    """The message names the setting to change."""
    with pytest.raises(EngineError) as caught:
        async with running_tutor(emulator, gemini_api_key=key):
            pass
    assert caught.value.code == "tutor_unauthorized"
    assert "GEMINI_API_KEY" in caught.value.message


async def test_a_missing_key_is_told_at_the_start(emulator: Emulator) -> None:
    """The message names the setting to change, without a request."""
    with pytest.raises(EngineError) as caught:
        async with running_tutor(emulator, gemini_api_key=""):
            pass
    assert caught.value.code == "tutor_unauthorized"
    assert "GEMINI_API_KEY" in caught.value.message
    assert not emulator.journal()


@pytest.mark.parametrize("setting", ["gemini_model", "gemini_fallback_model"])
async def test_an_unknown_model_is_told_at_the_start(emulator: Emulator, setting: str) -> None:
    """The message names the setting, of the model or of the one that stands in for it."""
    with pytest.raises(EngineError) as caught:
        async with running_tutor(emulator, **{setting: "gemini-9-abacus"}):
            pass
    assert caught.value.code == "tutor_rejected"
    assert setting.upper() in caught.value.message


async def test_a_model_without_a_name_is_told_at_the_start(emulator: Emulator) -> None:
    """The message names the setting, without a request."""
    with pytest.raises(EngineError, match="GEMINI_MODEL"):
        async with running_tutor(emulator, gemini_model=""):
            pass
    assert not emulator.journal()


async def test_a_key_may_have_its_other_name(emulator: Emulator) -> None:
    """``GOOGLE_API_KEY`` serves where ``GEMINI_API_KEY`` is empty."""
    async with running_tutor(emulator, gemini_api_key="", google_api_key="other") as tutor:
        assert await collect(tutor.answer(ask("Hello")))


async def test_a_service_that_is_away_does_not_stop_the_start(
    emulator: Emulator, free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and the learner hears of it if it is still so when asked."""
    nowhere = f"http://127.0.0.1:{free_port}"
    async with running_tutor(emulator, google_gemini_base_url=nowhere) as tutor:
        assert "GEMINI_MODEL could not be checked at the start: ConnectError" in caplog.text
        with pytest.raises(EngineError, match="tutor_failed"):
            await collect(tutor.answer(ask("Hello")))


async def test_a_tutor_that_is_not_running_says_so(emulator: Emulator) -> None:
    """Asked before its start or after its end, it fails like any engine."""
    with pytest.raises(EngineError, match="tutor_not_started"):
        await collect(create_tutor(Settings(**emulator.settings)).answer(ask("Hello")))


# --- breaking off ---------------------------------------------------------------------------------


async def test_a_cancelled_question_is_not_asked(emulator: Emulator, tutor: GeminiTutor) -> None:
    """Nobody waits for its answer."""
    cancelled = asyncio.Event()
    cancelled.set()
    assert await collect(tutor.answer(ask("Hello", cancelled=cancelled))) == []
    assert not emulator.journal(event="request")


async def test_a_question_that_is_cancelled_ends_with_the_next_word(
    emulator: Emulator, tutor: GeminiTutor
) -> None:
    """The event alone is enough, and the service sees its client leave."""
    emulator.plan(Fault(service="llm", kind="drip", where="messages", after=1))
    cancelled = asyncio.Event()
    async with aclosing(tutor.answer(ask("Hello", cancelled=cancelled))) as deltas:
        await anext(deltas)
        cancelled.set()
        assert [delta async for delta in deltas] == []
    await emulator.wait_for("cancelled", timeout_s=1)


# --- counting and logging -------------------------------------------------------------------------


async def test_operators_can_count_what_happened(emulator: Emulator) -> None:
    """Repeated attempts, those of the other model, and refusals for want of quota."""
    emulator.plan(
        Fault(service="llm", kind="status", status="503", method=CALL),
        Fault(service="llm", kind="status", status="429", method=CALL),
    )
    async with running_tutor(emulator, gemini_fallback_model="gemini-3.8-flash") as tutor:
        assert await collect(tutor.answer(ask("Hello")))
        assert isinstance(tutor, Counting)
        assert tutor.counts == {"retried": 1, "fell_back": 1, "quota_refused": 1}


async def test_the_log_holds_no_words(
    emulator: Emulator, tutor: GeminiTutor, caplog: pytest.LogCaptureFixture
) -> None:
    """Not the learner's, not the service's: a fault is one line with its status."""
    emulator.plan(Fault(service="llm", kind="status", status="400"))
    with caplog.at_level(logging.DEBUG), pytest.raises(EngineError):
        await collect(tutor.answer(ask("My name is Ada")))
    lines = [record.getMessage() for record in caplog.records if "tutor" in record.getMessage()]
    assert lines == ["tutor: attempt 1 failed: status 400"]
    assert "Ada" not in caplog.text
