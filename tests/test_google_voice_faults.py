"""Every fault of Cloud Text-to-Speech, at each moment, ends as the fault table says.

A reply either goes on with every word said once, or ends in one error in good time, and never says
a word twice. The next reply works, and a line in the log tells the status and no words.
"""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from engines.google.speaking.voice import GoogleVoice
from tests.google_emulator.faults import Fault
from tests.google_emulator.process import Emulator
from tests.google_speaker import SENTENCES, Heard, google_voice, hear, options, words_of, write

TIMEOUT_S = 1.0
UNARY = "en-US-Neural2-C"
NOTHING = range(1)
RESTARTABLE = ["UNAVAILABLE", "INTERNAL", "UNKNOWN", "ABORTED", "CANCELLED", "DEADLINE_EXCEEDED"]
REFUSALS = {
    "RESOURCE_EXHAUSTED": "voice_quota",
    "UNAUTHENTICATED": "voice_unauthorized",
    "PERMISSION_DENIED": "voice_unauthorized",
    "INVALID_ARGUMENT": "voice_rejected",
    "NOT_FOUND": "voice_rejected",
}


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, as new, which speaks quickly."""
    google_emulator.reset()
    google_emulator.configure(tts={"audio_speed": 50})
    return google_emulator


@pytest.fixture
async def voice(emulator: Emulator) -> AsyncIterator[GoogleVoice]:
    """The voice with little time, running."""
    async with google_voice(emulator, voice_timeout_s=TIMEOUT_S) as voice:
        yield voice


def plan(emulator: Emulator, status: str = "", **fields: object) -> None:
    """Plan a fault for calls that speak."""
    values = {"kind": "status" if status else "stall", "method": "stream", **fields}
    emulator.plan(Fault.model_validate({"service": "tts", "status": status, **values}))


async def speak(voice: GoogleVoice, name: str = "") -> Heard:
    """Listen to the reply."""
    return await hear(voice, write(SENTENCES), options(voice=name))


def check_ended(
    heard: Heard, code: str, *, within_s: float = TIMEOUT_S, words: range = NOTHING
) -> None:
    """Check that a reply ended in an error in good time, after so many words, none said twice."""
    assert heard.code == code
    assert heard.took_s < within_s + 0.5
    assert len(heard.words) in words
    said = heard.words[:-1]  # the last may be cut
    assert said == words_of(*SENTENCES)[: len(said)]


async def check_recovered(voice: GoogleVoice) -> None:
    """Check that the next reply is whole."""
    assert (await speak(voice)).words == words_of(*SENTENCES)


# --- at the beginning ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", RESTARTABLE)
async def test_stream_that_fails_at_once_is_tried_again(
    voice: GoogleVoice, emulator: Emulator, status: str
) -> None:
    """The second attempt says every word once."""
    plan(emulator, status)
    heard = await speak(voice)
    assert heard.words == words_of(*SENTENCES)
    assert heard.numbers == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["", UNARY])
async def test_sentence_is_tried_twice_at_most(
    voice: GoogleVoice, emulator: Emulator, name: str
) -> None:
    """A service that fails again leaves the answer in writing."""
    plan(emulator, "UNAVAILABLE", times=None, method="")
    check_ended(await speak(voice, name), "voice_failed")
    assert len(emulator.journal(event="opened")) == 1 + 2  # with the list of voices
    emulator.plan()
    await check_recovered(voice)


@pytest.mark.parametrize("status", RESTARTABLE)
async def test_request_that_fails_is_tried_again(
    voice: GoogleVoice, emulator: Emulator, status: str
) -> None:
    """A voice that cannot stream loses no sentence to a single failure."""
    plan(emulator, status, method="unary", skip=1)
    heard = await speak(voice, UNARY)
    assert heard.words == words_of(*SENTENCES)


@pytest.mark.parametrize("name", ["", UNARY])
async def test_service_that_is_gone_for_a_moment_is_found_again(
    emulator: Emulator, name: str
) -> None:
    """A refused connection is tried anew within the time of the reply."""
    async with google_voice(emulator, voice_timeout_s=6) as voice:
        emulator.close_port("tts", 0.3)
        assert (await speak(voice, name)).words == words_of(*SENTENCES)


async def test_service_that_is_gone_leaves_the_answer_in_writing(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """A refused connection ends in an error in time; the next reply finds the service again."""
    emulator.close_port("tts", 60)
    check_ended(await speak(voice), "voice_failed")
    emulator.reset()
    await check_recovered(voice)


@pytest.mark.parametrize("name", ["", UNARY])
async def test_service_that_does_not_answer_is_tried_again(
    voice: GoogleVoice, emulator: Emulator, name: str
) -> None:
    """A stall is noticed by our own clock, in less than half of the time there is."""
    plan(emulator, method="")
    heard = await speak(voice, name)
    assert heard.words == words_of(*SENTENCES)


@pytest.mark.parametrize("name", ["", UNARY])
async def test_service_that_never_answers_ends_in_time(
    voice: GoogleVoice, emulator: Emulator, name: str
) -> None:
    """Two stalls end in our own error, before the loop would lose its patience."""
    plan(emulator, method="", times=None)
    check_ended(await speak(voice, name), "voice_timeout", within_s=0.5 * TIMEOUT_S)
    emulator.plan()
    await check_recovered(voice)


@pytest.mark.parametrize("name", ["", UNARY])
async def test_end_without_audio_is_tried_again(
    voice: GoogleVoice, emulator: Emulator, name: str
) -> None:
    """A call that ends well without a sound is a failure all the same."""
    emulator.plan(Fault(service="tts", kind="early_end"))
    assert (await speak(voice, name)).words == words_of(*SENTENCES)
    emulator.plan(Fault(service="tts", kind="early_end", times=None))
    check_ended(await speak(voice, name), "voice_failed")


# --- midway -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", RESTARTABLE)
async def test_stream_that_breaks_in_a_sentence_leaves_the_rest_in_writing(
    voice: GoogleVoice, emulator: Emulator, status: str
) -> None:
    """What came is heard, nothing is said twice, one error tells."""
    plan(emulator, status, where="messages", after=4)
    heard = await speak(voice)
    check_ended(heard, "voice_failed", words=range(3, 5))
    assert heard.seconds() == pytest.approx(0.8)
    assert heard.numbers == [0]
    await check_recovered(voice)


@pytest.mark.parametrize("seconds", [1.0, 2.5])
async def test_stream_that_ends_well_but_early_is_noticed(
    voice: GoogleVoice, emulator: Emulator, seconds: float
) -> None:
    """Where a third is said, the learner learns that the rest is in writing only."""
    plan(emulator, kind="early_end", where="seconds", after=seconds)
    words = range(int(seconds / 0.3), len(words_of(*SENTENCES)))
    check_ended(await speak(voice), "voice_failed", words=words)


async def test_stream_that_stalls_in_a_sentence_leaves_the_rest_in_writing(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """The clock runs between two pieces of audio too."""
    plan(emulator, where="messages", after=4)
    heard = await speak(voice)
    check_ended(heard, "voice_timeout", words=range(3, 5))
    assert heard.seconds() == pytest.approx(0.8)
    await check_recovered(voice)


async def test_stall_is_noticed_while_the_tutor_thinks(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """The clock runs for what was sent, though more is to be written."""
    plan(emulator, where="messages", after=2)
    thinking = asyncio.Event()

    async def think() -> AsyncIterator[str]:
        yield SENTENCES[0]
        await thinking.wait()

    heard = await hear(voice, think())
    check_ended(heard, "voice_timeout", words=range(1, 3))
    assert heard.seconds() == pytest.approx(0.4)


@pytest.mark.parametrize("status", RESTARTABLE)
async def test_reply_goes_on_at_the_sentence_without_audio(
    voice: GoogleVoice, emulator: Emulator, status: str
) -> None:
    """A stream that breaks when all that was sent is said costs nothing but a new stream."""
    plan(emulator, status, where="seconds", after=1.5)
    heard = await hear(voice, write(SENTENCES[:2], every_s=0.3))
    assert heard.words == words_of(*SENTENCES[:2])
    assert heard.numbers == [0, 1]


async def test_request_that_fails_midway_repeats_no_sentence(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """Sentences that were said stay said."""
    plan(emulator, "UNAVAILABLE", method="unary", skip=2, times=None)
    heard = await speak(voice, UNARY)
    check_ended(heard, "voice_failed", words=range(1, 99))
    assert heard.words == words_of(*SENTENCES[:2])


async def test_sentence_without_sound_is_left_to_be_read(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """A request that has no audio twice costs that sentence; the next ones are spoken."""
    plan(emulator, kind="empty", method="unary", skip=1, times=2)
    heard = await speak(voice, UNARY)
    assert heard.numbers == [0, 2, 3]
    assert heard.words == words_of(SENTENCES[0], *SENTENCES[2:])
    assert heard.code == ""


async def test_connection_that_is_lost_midway_ends_in_time(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """A reset of the connection is a break like any other."""
    emulator.configure(tts={"audio_speed": 2})
    hearing = asyncio.create_task(speak(voice))
    await emulator.wait_for("audio", service="tts", times=3)
    emulator.close_port("tts", 0.2)
    check_ended(await hearing, "voice_failed", within_s=3, words=range(1, 20))
    await asyncio.sleep(0.3)
    await check_recovered(voice)


async def test_audio_slower_than_it_plays_is_no_fault(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """The learner hears gaps, but every word."""
    emulator.plan(Fault(service="tts", kind="slow", details={"audio_speed": 0.8}))
    assert (await hear(voice, write(SENTENCES[:2]))).words == words_of(*SENTENCES[:2])


async def test_listener_who_is_slow_is_no_fault(
    voice: GoogleVoice, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While there is no room for more audio, the service owes none; nothing is lost."""
    monkeypatch.setattr("engines.google.speaking.voice_reply.AHEAD_SAMPLES", 4_800)
    heard = Heard()
    async for piece in voice.speak(write(SENTENCES), options()):
        if not heard.pieces:
            await asyncio.sleep(TIMEOUT_S)
        heard.pieces.append(piece)
    assert heard.words == words_of(*SENTENCES)
    assert len(emulator.journal(event="opened", method="stream")) == 1


async def test_tutor_that_fails_is_heard_up_to_there(voice: GoogleVoice) -> None:
    """What was written is said; then whoever listens learns what went wrong."""

    async def fail() -> AsyncIterator[str]:
        yield SENTENCES[0]
        raise LookupError

    heard = Heard()

    async def listen() -> None:
        async for piece in voice.speak(fail(), options()):
            heard.pieces.append(piece)

    with pytest.raises(LookupError):
        await listen()
    assert heard.words == words_of(SENTENCES[0])


async def test_reply_ends_when_the_voice_is_closed(voice: GoogleVoice, emulator: Emulator) -> None:
    """Closing the connections ends the replies on them in an error, not in silence."""
    emulator.configure(tts={"audio_speed": 1})
    hearing = asyncio.create_task(speak(voice))
    await emulator.wait_for("audio", service="tts")
    await voice.aclose()
    assert (await hearing).code in ("voice_failed", "voice_closed")


async def test_reply_is_divided_alike_whatever_was_said_before(voice: GoogleVoice) -> None:
    """One learner's odd replies move no other learner's sentences."""
    before = await speak(voice)
    for _ in range(3):
        await hear(voice, write(["A b c d e f g h i j k l m n o."]))
    after = await speak(voice)
    assert [before.words_of(n) for n in range(4)] == [after.words_of(n) for n in range(4)]
    assert after.code == ""


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", UNARY])
@pytest.mark.parametrize("status", REFUSALS)
async def test_refusal_is_final(
    voice: GoogleVoice,
    emulator: Emulator,
    caplog: pytest.LogCaptureFixture,
    status: str,
    name: str,
) -> None:
    """What would be refused again is not sent again, and the error says why."""
    plan(emulator, status, times=None, method="unary" if name else "stream")
    heard = await speak(voice, name)
    check_ended(heard, REFUSALS[status], within_s=0)
    assert heard.error is not None
    assert heard.error.retryable is (status == "RESOURCE_EXHAUSTED")
    # gRPC says INTERNAL where the refusal met a message on its way; that is tried once more.
    hidden = sum("INTERNAL" in record.getMessage() for record in caplog.records)
    assert len(emulator.journal(event="opened")) == 1 + 1 + hidden
    assert voice.counts == {"quota_refused": int(status == "RESOURCE_EXHAUSTED")}
    emulator.plan()
    await check_recovered(voice)


async def test_quota_of_the_service_is_counted(voice: GoogleVoice, emulator: Emulator) -> None:
    """Each reply above the limits of the service is refused and counted."""
    emulator.configure(tts={"max_streams": 0})
    assert (await speak(voice)).code == "voice_quota"
    emulator.configure(tts={"max_streams": 100, "requests_per_minute": 0})
    assert (await speak(voice)).code == "voice_quota"
    assert (await speak(voice, UNARY)).code == "voice_quota"
    assert voice.counts == {"quota_refused": 3}


async def test_voice_that_is_gone_since_the_start_is_refused(
    emulator: Emulator,
) -> None:
    """A name that could not be checked is refused when it is used, with the setting's name."""
    emulator.plan(Fault(service="tts", kind="status", status="UNAVAILABLE", method="list"))
    async with google_voice(emulator, google_voice="en-US-Chirp3-HD-Gone") as voice:
        heard = await speak(voice)
    check_ended(heard, "voice_rejected", within_s=0)
    assert heard.error is not None
    assert "GOOGLE_VOICE" in heard.error.action


# --- the log ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", UNARY])
async def test_log_tells_the_status_and_no_words(
    voice: GoogleVoice, emulator: Emulator, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """One warning for each failed call, without a traceback."""
    plan(emulator, "UNAVAILABLE", times=None, method="")
    await speak(voice, name)
    lines = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [line.getMessage() for line in lines] == [
        f"a call of the voice engine ended: UNAVAILABLE, attempt {attempt}" for attempt in (1, 2)
    ]
    assert not any(line.exc_info for line in lines)
