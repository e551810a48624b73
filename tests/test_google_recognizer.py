"""Google's recognizer against the emulator: what it asks and tells, and what it does in trouble."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator

import pytest

from endpointing import EndpointingPolicy
from engine_api import (
    Counting,
    FinalTranscript,
    InterimTranscript,
    RecognizerOptions,
    UtteranceEnded,
)
from engines.google.faults import NO_TOKEN
from engines.google.hearing.recognizer import GoogleRecognizer, create_recognizer
from engines.google.hearing.speech_messages import MAX_AUDIO_BYTES
from errors import EngineError
from settings import Settings
from tests.google_emulator.faults import Fault
from tests.google_emulator.process import Emulator
from tests.google_learner import QUICK, Learner, google_recognizer, learner_of, text_of

TEXT = text_of(6)

SPEED = 8.0


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, as new."""
    google_emulator.reset()
    return google_emulator


@pytest.fixture
async def learner(emulator: Emulator) -> AsyncIterator[Learner]:
    """A learner who speaks fast."""
    async with google_recognizer(emulator) as recognizer, learner_of(recognizer, SPEED) as learner:
        yield learner


def status(name: str, **place: object) -> Fault:
    """Return the fault of a call that ends with a status, at once unless a place is told."""
    return Fault(service="stt", kind="status", status=name, **place)  # type: ignore[arg-type]


async def ask(learner: Learner) -> list[str]:
    """Say the text, fall silent, and return all that was understood so far."""
    await learner.be_silent(300)
    await learner.say(TEXT)
    await learner.be_silent(1_000)
    return await learner.understood()


# --- what it tells ------------------------------------------------------------------------------


async def test_an_utterance_becomes_guesses_a_final_and_an_end(learner: Learner) -> None:
    """Guesses grow, the final has all of it, and both tell where in the audio they are."""
    assert await ask(learner) == TEXT
    *guesses, final, end = learner.events
    assert end == UtteranceEnded(1)
    assert isinstance(final, FinalTranscript)
    assert (final.text, final.language) == (" ".join(TEXT), "en-US")
    assert final.start_ms is not None
    assert final.start_ms <= 300
    assert final.end_ms == 300 + 6 * 240 - 40
    assert guesses
    for guess in guesses:
        assert isinstance(guess, InterimTranscript)
        assert final.text.startswith(guess.text)
        assert 0 < guess.stability <= 1
        assert guess.language == "en-US"
        assert guess.start_ms == final.start_ms


async def test_the_final_is_there_before_the_silence_ends_the_utterance(emulator: Emulator) -> None:
    """The usual 800 ms are enough for a service that takes 150 ms."""
    emulator.configure(stt={"final_ms": 150})
    async with google_recognizer(emulator) as recognizer, learner_of(recognizer, 1.0) as learner:
        await learner.be_silent(200)
        await learner.say(TEXT[:2])
        await learner.be_silent(700)
        assert learner.words == TEXT[:2]
        await learner.be_silent(200)
        assert await learner.understood() == TEXT[:2]
        assert recognizer.counts["calls"] == 1


async def test_the_language_that_was_heard_is_told(emulator: Emulator) -> None:
    """By our name of it."""
    emulator.configure(stt={"detected_language": "cmn-Hans-CN"})
    async with google_recognizer(emulator) as recognizer:
        options = RecognizerOptions("en-US", ("zh-CN",))
        async with learner_of(recognizer, SPEED, options=options) as learner:
            await ask(learner)
            finals = [event for event in learner.events if isinstance(event, FinalTranscript)]
    assert [final.language for final in finals] == ["zh-CN"]


# --- what it asks -------------------------------------------------------------------------------


async def test_the_service_is_told_what_to_expect(emulator: Emulator) -> None:
    """Languages by Google's names, phrases, the model, and how to answer."""
    options = RecognizerOptions("he-IL", ("zh-CN", "de"), ("chlorophyll",))
    async with (
        google_recognizer(emulator, google_stt_model="latest_short") as recognizer,
        learner_of(recognizer, SPEED, options=options) as learner,
    ):
        await ask(learner)
    (config,) = emulator.journal(service="stt", event="config")
    told = {"language": "iw-IL", "alternatives": ["cmn-Hans-CN", "de-DE"], "rate": 16_000}
    told |= {"model": "latest_short", "phrases": ["chlorophyll"], "punctuation": True}
    told |= {"interim_results": True, "single_utterance": False}
    assert told.items() <= config.items()


async def test_audio_goes_in_requests_of_100_ms(emulator: Emulator) -> None:
    """In real time; what waited goes in larger ones, which are never too large."""
    async with google_recognizer(emulator) as recognizer, learner_of(recognizer, 1.0) as learner:
        await ask(learner)
    sizes = [entry["bytes"] for entry in emulator.journal(service="stt", event="audio")]
    assert max(sizes) <= MAX_AUDIO_BYTES
    assert sorted(sizes)[len(sizes) // 2] == pytest.approx(3_200, rel=0.3)


async def test_audio_that_waited_is_paced(emulator: Emulator) -> None:
    """Google refuses audio that comes much faster than it was spoken."""
    emulator.configure(stt={"max_pace": 12.0})
    emulator.plan(status("UNAVAILABLE", where="seconds", after=6))
    limits = type(QUICK)(burst_speed=10)
    async with google_recognizer(emulator, limits) as recognizer:
        async with learner_of(recognizer, SPEED, EndpointingPolicy()) as learner:
            await learner.be_silent(300)
            await learner.say(text := text_of(30))
            await learner.be_silent(1_000)
            assert await learner.understood() == text
        assert recognizer.counts["restarts"] == 1


# --- while nobody speaks ------------------------------------------------------------------------


async def test_a_muted_microphone_costs_nothing(emulator: Emulator) -> None:
    """Ten minutes of silence make no call, and the first word after them is heard."""
    async with google_recognizer(emulator) as recognizer, learner_of(recognizer, 1e9) as learner:
        await learner.be_silent(10 * 60_000)
        assert recognizer.counts["calls"] == 0
        await learner.say(TEXT)
        await learner.be_silent(1_000)
        assert await learner.understood() == TEXT
    assert len(emulator.journal(service="stt", event="opened")) == 1


async def test_a_call_ends_with_what_was_said(emulator: Emulator) -> None:
    """Google stops listening, and billing, before the silence that ends the utterance is over."""
    async with google_recognizer(emulator) as recognizer, learner_of(recognizer, SPEED) as learner:
        await ask(learner)
    (billed,) = emulator.journal(service="stt", event="billed")
    assert billed["audio_ms"] < 400 + 6 * 240 + 500


async def test_silence_within_an_utterance_does_not_end_it(emulator: Emulator) -> None:
    """Who holds the button may think for longer than Google waits for audio."""
    emulator.configure(stt={"audio_timeout_s": 0.5})
    policy = EndpointingPolicy(silence_timeout_ms=9_000)
    async with google_recognizer(emulator) as recognizer:
        async with learner_of(recognizer, SPEED, policy) as learner:
            await learner.be_silent(300)
            await learner.say(TEXT[:3])
            await learner.be_silent(6_000)
            await learner.say(TEXT[3:])
            await learner.be_silent(9_000)
            assert await learner.understood() == TEXT
        assert recognizer.counts["restarts"] == 0


async def test_audio_that_stops_coming_is_survived(emulator: Emulator) -> None:
    """Google gives up after ten seconds without audio; the words go on where they stopped."""
    emulator.configure(stt={"audio_timeout_s": 0.3})
    async with google_recognizer(emulator) as recognizer, learner_of(recognizer, SPEED) as learner:
        await learner.be_silent(300)
        await learner.say(TEXT[:3])
        await asyncio.sleep(0.5)
        await learner.say(TEXT[3:])
        await learner.be_silent(1_000)
        assert await learner.understood() == TEXT
        assert recognizer.counts["restarts"] >= 1


# --- faults -------------------------------------------------------------------------------------

TROUBLES = {
    "unavailable at open": status("UNAVAILABLE", times=3),
    "internal at open": status("INTERNAL", times=3),
    "unavailable midway": status("UNAVAILABLE", where="seconds", after=1.0, times=2),
    "internal midway": status("INTERNAL", where="seconds", after=1.0, times=2),
    "too long": status("OUT_OF_RANGE", where="seconds", after=1.0),
    "aborted": status("ABORTED", where="seconds", after=1.0),
    "never answers": Fault(service="stt", kind="stall"),
    "stops midway": Fault(service="stt", kind="stall", where="seconds", after=1.0),
    "stops at the end": Fault(service="stt", kind="stall", where="seconds", after=1.7),
    "garbage": Fault(service="stt", kind="garbage"),
    "slow": Fault(service="stt", kind="slow", details={"ms": 300}),
    "says nothing": Fault(service="stt", kind="forget"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_trouble_costs_no_word(emulator: Emulator, learner: Learner, trouble: str) -> None:
    """The utterance is understood in full, once, and so is the next."""
    emulator.plan(TROUBLES[trouble])
    assert await ask(learner) == TEXT
    assert emulator.journal(service="stt", event="fault")
    assert await ask(learner) == TEXT + TEXT
    assert learner.error is None


async def test_a_guess_without_a_final_is_final_at_the_end(
    emulator: Emulator, learner: Learner
) -> None:
    """Better a guess than a lost word."""
    emulator.plan(Fault(service="stt", kind="forget", where="seconds", after=1.0))
    await ask(learner)
    *guesses, final, end = learner.events
    assert end == UtteranceEnded(1)
    assert isinstance(final, FinalTranscript)
    assert isinstance(guesses[-1], InterimTranscript)
    assert final.text
    assert final.text == guesses[-1].text


async def test_a_guess_that_is_taken_back_is_no_final(emulator: Emulator, learner: Learner) -> None:
    """An empty guess says so, and the call is not made again."""
    details = {"last": ["empty_final"]}
    emulator.plan(Fault(service="stt", kind="forget", where="seconds", after=1.0, details=details))
    assert await ask(learner) == []
    *guesses, last, end = learner.events
    assert end == UtteranceEnded(1)
    assert guesses
    assert isinstance(last, InterimTranscript)
    assert last.text == ""
    assert len(emulator.journal(service="stt", event="opened")) == 1


async def test_an_utterance_without_a_word_is_tried_twice_at_most(
    emulator: Emulator, learner: Learner
) -> None:
    """It may be a noise; then it ends without a transcript."""
    emulator.plan(Fault(service="stt", kind="forget", times=None))
    assert await ask(learner) == []
    assert learner.error is None
    assert len(emulator.journal(service="stt", event="opened")) == 2


async def test_an_outage_costs_no_word(emulator: Emulator, learner: Learner) -> None:
    """What is said while Google cannot be reached waits for it."""
    emulator.close_port("stt", 0.7)
    assert await ask(learner) == TEXT
    assert await ask(learner) == TEXT + TEXT


@pytest.mark.parametrize("fault", [None, Fault(service="stt", kind="stall", times=None)])
async def test_an_outage_without_end_is_told_before_the_deadline(
    emulator: Emulator, fault: Fault | None
) -> None:
    """Refused or silent: by its own name, before anyone takes it for a stall of ours."""
    async with google_recognizer(emulator, stt_timeout_s=1.2) as recognizer:
        if fault is None:
            emulator.close_port("stt", 5.0)
        else:
            emulator.plan(fault)
        async with learner_of(recognizer, SPEED) as learner:
            await learner.be_silent(300)
            await learner.say(TEXT)
            await learner.be_silent(1_000)
            error = await learner.failed()
            now = asyncio.get_running_loop().time()
            assert isinstance(error, EngineError)
            assert (error.code, error.retryable) == ("stt_failed", True)
            assert learner.ended_at is not None
            assert now - learner.ended_at < 1.2
        assert recognizer.counts["stt_failed"] == 1
        assert recognizer.counts["calls"] <= 10, "with longer and longer pauses"


async def test_after_an_outage_the_next_stream_hears(emulator: Emulator) -> None:
    """The session opens one, and Google is found again within a second."""
    async with google_recognizer(emulator, stt_timeout_s=0.6) as recognizer:
        emulator.close_port("stt", 60)
        async with learner_of(recognizer, SPEED) as learner:
            await learner.be_silent(300)
            await learner.say(TEXT)
            await learner.be_silent(1_000)
            await learner.failed()
        emulator.reset()
        async with learner_of(recognizer, SPEED) as learner:
            assert await ask(learner) == TEXT


REFUSALS = {
    "RESOURCE_EXHAUSTED": "stt_quota",
    "UNAUTHENTICATED": "stt_unauthorized",
    "PERMISSION_DENIED": "stt_unauthorized",
    "INVALID_ARGUMENT": "stt_rejected",
    "NOT_FOUND": "stt_rejected",
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refusal_is_told_once_and_not_tried_again(
    emulator: Emulator, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """By its own name, counted, with one line in the log."""
    emulator.plan(status(name, times=None))
    async with google_recognizer(emulator) as recognizer:
        async with learner_of(recognizer, SPEED) as learner:
            with caplog.at_level(logging.WARNING):
                await learner.be_silent(300)
                await learner.say(TEXT)
                error = await learner.failed()
                await learner.be_silent(1_000)
        assert isinstance(error, EngineError)
        assert error.code == REFUSALS[name]
        assert recognizer.counts[error.code] == 1
    ended = [entry["status"] for entry in emulator.journal(service="stt", event="ended")]
    # gRPC may hide the first refusal behind INTERNAL; the second call is careful.
    assert ended in ([name], [name, name])
    assert sum(name in record.getMessage() for record in caplog.records) == 1


async def test_a_token_that_is_missing_for_a_moment_costs_no_word(
    emulator: Emulator, learner: Learner, caplog: pytest.LogCaptureFixture
) -> None:
    """The server of tokens was out of reach; nothing of what it said is logged."""
    emulator.plan(status("UNAVAILABLE", times=3, details={"text": f"{NO_TOKEN}: secret"}))
    assert await ask(learner) == TEXT
    assert "no token" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("timeout_s", [0.2, 6.0])
async def test_credentials_without_a_token_are_told_in_the_end(
    emulator: Emulator, timeout_s: float
) -> None:
    """At the deadline, or after some calls."""
    emulator.plan(status("UNAVAILABLE", times=None, details={"text": NO_TOKEN}))
    async with (
        google_recognizer(emulator, stt_timeout_s=timeout_s) as recognizer,
        learner_of(recognizer, SPEED) as learner,
    ):
        await learner.be_silent(300)
        await learner.say(TEXT[:1])
        await learner.be_silent(1_000)
        error = await learner.failed()
    assert isinstance(error, EngineError)
    assert error.code == "stt_unauthorized"
    assert 2 <= recognizer.counts["calls"] <= 12


async def test_a_language_google_does_not_know_is_rejected(emulator: Emulator) -> None:
    """The error names the settings."""
    async with google_recognizer(emulator) as recognizer:
        options = RecognizerOptions("tlh-KX")
        async with learner_of(recognizer, SPEED, options=options) as learner:
            await learner.be_silent(300)
            await learner.say(TEXT)
            error = await learner.failed()
    assert isinstance(error, EngineError)
    assert error.code == "stt_rejected"
    assert "DEFAULT_LANGUAGE" in error.action


async def test_a_refusal_is_seen_through_grpcs_disguise(emulator: Emulator) -> None:
    """A call that ends during a write looks like INTERNAL; the refusal is told all the same."""
    emulator.plan(status("PERMISSION_DENIED", where="messages", after=1, times=None))
    async with google_recognizer(emulator) as recognizer:
        for _ in range(20):
            async with learner_of(recognizer, 100.0) as learner:
                await learner.be_silent(300)
                await learner.say(TEXT)
                error = await learner.failed()
                assert isinstance(error, EngineError)
                assert error.code == "stt_unauthorized"


async def test_more_audio_than_may_wait_is_a_failure(emulator: Emulator) -> None:
    """Memory is bounded while Google is silent."""
    emulator.plan(Fault(service="stt", kind="stall", times=None))
    policy = EndpointingPolicy(max_utterance_ms=60_000)
    async with (
        google_recognizer(emulator, max_utterance_ms=1_000) as recognizer,
        learner_of(recognizer, 50.0, policy) as learner,
    ):
        await learner.be_silent(300)
        await learner.say(text_of(40))
        error = await learner.failed()
    assert isinstance(error, EngineError)
    assert error.code == "stt_failed"


# --- starting and stopping ----------------------------------------------------------------------


async def test_closing_hangs_up_at_once(emulator: Emulator) -> None:
    """Google sees it within milliseconds, and no call is left."""
    took: list[float] = []
    async with google_recognizer(emulator) as recognizer:
        for number in range(10):
            async with learner_of(recognizer, SPEED) as learner:
                await learner.be_silent(300)
                await learner.say(TEXT)
                closed_at = time.monotonic()
            (*_, seen) = await emulator.wait_for("cancelled", service="stt", times=number + 1)
            took.append(seen["at"] - closed_at)
        assert recognizer.calls == 0
    assert sorted(took)[len(took) // 2] < 0.02


async def test_a_session_that_was_refused_stays_quiet(emulator: Emulator) -> None:
    """The next stream makes no call before somebody speaks."""
    emulator.plan(status("RESOURCE_EXHAUSTED", times=None))
    async with google_recognizer(emulator) as recognizer:
        for refusals in (1, 2):
            async with learner_of(recognizer, SPEED) as learner:
                calls = recognizer.counts["calls"]
                await learner.be_silent(3_000)
                assert recognizer.counts["calls"] == calls
                await learner.say(TEXT)
                await learner.failed()
            assert recognizer.counts["stt_quota"] == refusals


async def test_it_starts_where_google_cannot_be_reached(free_port: int) -> None:
    """It may be there when somebody speaks."""
    recognizer = create_recognizer(Settings(speech_emulator_host=f"127.0.0.1:{free_port}"))
    await recognizer.start()
    await recognizer.aclose()


async def test_it_counts() -> None:
    """For operators; nothing has happened yet."""
    recognizer = GoogleRecognizer(Settings())
    assert isinstance(recognizer, Counting)
    assert dict(recognizer.counts) == {}


async def test_it_hears_nobody_before_it_is_started() -> None:
    """The error says so."""
    with pytest.raises(EngineError, match="stt_closed"):
        create_recognizer(Settings()).open(RecognizerOptions())
