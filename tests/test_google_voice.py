"""Google's voices against the emulator: what is written is said, in time, and let go of at once."""

import asyncio
import gc
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import pytest

from engine_api import Counting
from engines.google.speaking.voice import GoogleVoice, create_voice
from engines.google.speaking.voice_reply import AHEAD_LETTERS
from errors import EngineError
from settings import Settings
from tests.google_emulator.faults import Fault
from tests.google_emulator.process import Emulator
from tests.google_speaker import SENTENCES, google_voice, hear, options, words_of, write
from tests.leaks import no_task_left


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, as new."""
    google_emulator.reset()
    return google_emulator


@pytest.fixture
async def voice(emulator: Emulator) -> AsyncIterator[GoogleVoice]:
    """The voice, running."""
    async with google_voice(emulator) as voice:
        yield voice


# --- streaming ----------------------------------------------------------------------------------


async def test_reply_is_one_stream_from_which_every_word_is_heard(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """All sentences go into one stream, and each piece names the sentence it speaks."""
    heard = await hear(voice, write(SENTENCES))
    assert heard.words == words_of(*SENTENCES)
    for number, sentence in enumerate(SENTENCES):
        assert heard.words_of(number) == words_of(sentence)
    await emulator.wait_for("ended", service="tts", method="stream", status="OK")
    assert len(emulator.journal(event="opened", method="stream")) == 1
    sent = [entry["text"] for entry in emulator.journal(event="input")]
    assert sent == [f"{sentence} " for sentence in SENTENCES]


async def test_stream_is_asked_for_bare_samples_of_our_rate(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """PCM at 24 kHz from the voice of the settings, at the learner's speaking rate."""
    await hear(voice, write(SENTENCES[:1]), options(speaking_rate=0.8))
    (config,) = emulator.journal(event="config")
    asked = {key: config[key] for key in ("encoding", "sample_rate", "voice", "language")}
    assert asked == {
        "encoding": "PCM",
        "sample_rate": 24_000,
        "voice": "en-US-Chirp3-HD-Kore",
        "language": "en-US",
    }
    assert config["speaking_rate"] == pytest.approx(0.8)


async def test_usual_rate_is_not_asked_for(voice: GoogleVoice, emulator: Emulator) -> None:
    """A voice that knows no other rate need not refuse."""
    await hear(voice, write(SENTENCES[:1]))
    (config,) = emulator.journal(event="config")
    assert config["speaking_rate"] == 0


async def test_stream_opens_with_the_first_sentence(voice: GoogleVoice, emulator: Emulator) -> None:
    """While the tutor thinks nothing is open that could time out, and nothing is owed."""
    written = asyncio.Event()

    async def think() -> AsyncGenerator[str, None]:
        await written.wait()
        yield SENTENCES[0]

    hearing = asyncio.create_task(hear(voice, think()))
    await asyncio.sleep(0.1)
    assert not emulator.journal(event="opened", method="stream")
    written.set()
    assert (await hearing).words == words_of(SENTENCES[0])


async def test_sentences_are_sent_before_the_one_before_is_said(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """The service gets a sentence as soon as it is written, whatever it is busy with."""
    emulator.configure(tts={"first_audio_ms": 200})
    await hear(voice, write(SENTENCES))
    first_audio = emulator.journal(event="audio", service="tts")[0]["index"]
    assert emulator.journal(event="input")[-1]["index"] < first_audio


async def test_sound_leaves_as_soon_as_it_comes(voice: GoogleVoice, emulator: Emulator) -> None:
    """The first piece does not wait for a whole sentence, though the audio is slow."""
    emulator.configure(tts={"audio_speed": 1, "piece_ms": 100})
    async with aclosing(voice.speak(write(SENTENCES), options())) as pieces:
        piece = await anext(pieces)
    audio = emulator.journal(event="audio", service="tts")
    assert 0 < len(piece.pcm) <= 4_800
    assert len(audio) < 5


async def test_slow_tutor_keeps_sentences_apart(voice: GoogleVoice, emulator: Emulator) -> None:
    """A stream that was idle between two sentences shows exactly where the second begins."""
    emulator.configure(tts={"audio_speed": 50})
    heard = await hear(voice, write(SENTENCES, every_s=0.6))
    for number, sentence in enumerate(SENTENCES):
        assert heard.words_of(number) == words_of(sentence)
    assert len(emulator.journal(event="opened", method="stream")) == 1


async def test_slow_service_is_not_taken_for_the_end_of_a_sentence(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """A sentence that is written while the one before comes haltingly gets none of its words."""
    emulator.configure(tts={"audio_speed": 1.3, "piece_ms": 900})
    long = "What is two plus two and how many is four plus four and five plus five?"
    heard = await hear(voice, write([long, *SENTENCES[2:]], every_s=1.2))
    assert heard.words == words_of(long, *SENTENCES[2:])
    assert abs(len(heard.words_of(0)) - len(words_of(long))) <= 1


async def test_stream_ends_before_the_service_gives_it_up(emulator: Emulator) -> None:
    """A tutor that pauses for longer than a stream may wait gets another one; no word is lost."""
    emulator.configure(tts={"idle_limit_s": 0.4})
    async with google_voice(emulator, idle_s=0.2) as voice:
        heard = await hear(voice, write(SENTENCES, every_s=0.7))
    assert heard.words == words_of(*SENTENCES)
    assert heard.numbers == [0, 1, 2, 3]
    ended = [entry["status"] for entry in emulator.journal(event="ended", method="stream")]
    assert ended == ["OK"] * len(SENTENCES)


async def test_stream_given_up_for_want_of_text_loses_nothing(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """Even where the service is quicker to give up, the next sentence opens another stream."""
    emulator.configure(tts={"idle_limit_s": 0.3})
    heard = await hear(voice, write(SENTENCES[:3], every_s=0.6))
    assert heard.words == words_of(*SENTENCES[:3])
    assert "ABORTED" in [entry["status"] for entry in emulator.journal(event="ended")]


async def test_text_is_not_sent_far_ahead_of_what_is_heard(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """A long answer that is broken off has not been spoken, nor paid for, to its end."""
    emulator.configure(tts={"audio_speed": 200})
    async with aclosing(voice.speak(write(SENTENCES * 50), options())) as pieces:
        await anext(pieces)
        await asyncio.sleep(0.3)
        sent = sum(entry["characters"] for entry in emulator.journal(event="input"))
        assert sent < AHEAD_LETTERS + 100
        async for piece in pieces:
            if piece.sentence == 60:
                break
    assert sum(entry["characters"] for entry in emulator.journal(event="input")) > 60 * 20


async def test_lead_is_one_over_all_streams(emulator: Emulator) -> None:
    """A stream that ended while the learner listens leaves no more room to the next one."""
    emulator.configure(tts={"audio_speed": 200})
    async with (
        google_voice(emulator, idle_s=0.2) as voice,
        aclosing(voice.speak(write(SENTENCES * 50), options())) as pieces,
    ):
        await anext(pieces)
        await emulator.wait_for("ended", service="tts", method="stream")
        await asyncio.sleep(0.8)
        sent = sum(entry["characters"] for entry in emulator.journal(event="input"))
        assert sent < AHEAD_LETTERS + 100
        async for piece in pieces:
            if piece.sentence == 60:
                break
    assert len(emulator.journal(event="opened", method="stream")) > 1


async def test_sentence_beyond_the_limit_goes_in_parts(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """The service takes 5,000 bytes at a time; the learner hears one sentence."""
    emulator.configure(tts={"audio_speed": 5_000, "piece_ms": 5_000})
    long = "what is two plus two " * 300
    heard = await hear(voice, write([long, SENTENCES[0]]))
    assert heard.words == words_of(long, SENTENCES[0])
    assert heard.numbers == [0, 1]
    sizes = [len(entry["text"].encode()) for entry in emulator.journal(event="input")]
    assert len(sizes) == 3
    assert max(sizes) <= 5_000


@pytest.mark.parametrize("kind", ["odd", "empty", "header"])
async def test_garbage_is_not_heard(voice: GoogleVoice, emulator: Emulator, kind: str) -> None:
    """Samples torn apart, messages without audio and a WAV header leave every word as it was."""
    emulator.plan(Fault(service="tts", kind=kind, times=None))
    assert (await hear(voice, write(SENTENCES))).words == words_of(*SENTENCES)


async def test_header_is_not_heard_though_messages_cut_it(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """Messages that are shorter than the header leave every sample as it was."""
    emulator.configure(tts={"piece_ms": 1, "audio_speed": 1_000})
    plain = await hear(voice, write(SENTENCES[:1]))
    emulator.plan(Fault(service="tts", kind="header"))
    assert (await hear(voice, write(SENTENCES[:1]))).seconds() == plain.seconds()


# --- single requests ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["", "odd", "header"])
async def test_voice_that_cannot_stream_is_asked_for_each_sentence(
    voice: GoogleVoice, emulator: Emulator, kind: str
) -> None:
    """A sentence is a request; a header or half a sample is not heard."""
    if kind:
        emulator.plan(Fault(service="tts", kind=kind, times=None))
    heard = await hear(voice, write(SENTENCES), options(voice="en-US-Neural2-C"))
    for number, sentence in enumerate(SENTENCES):
        assert heard.words_of(number) == words_of(sentence)
    requests = emulator.journal(event="request", method="unary")
    assert [entry["text"] for entry in requests] == list(SENTENCES)
    assert {entry["voice"] for entry in requests} == {"en-US-Neural2-C"}


async def test_next_sentence_is_requested_while_this_one_plays(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """When the last piece of a sentence is taken, the next one is under way, and none further."""
    said = voice.speak(write(SENTENCES), options(voice="en-US-Neural2-C"))
    async with aclosing(said) as pieces:
        async for piece in pieces:
            if piece.sentence == 0:
                await asyncio.sleep(0.01)
            else:
                break
        requests = emulator.journal(event="request", method="unary")
        assert len(requests) == 2


# --- languages and voices -----------------------------------------------------------------------


async def test_voice_follows_the_language(voice: GoogleVoice, emulator: Emulator) -> None:
    """The learner's voice keeps its name when the language changes."""
    for language in ("en-US", "de-DE", "zh-CN"):
        await hear(voice, write(SENTENCES[:1]), options(language=language, voice="Puck"))
    names = [entry["voice"] for entry in emulator.journal(event="config")]
    assert names == [f"{tag}-Chirp3-HD-Puck" for tag in ("en-US", "de-DE", "cmn-CN")]


async def test_voice_of_another_language_is_not_asked_for(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """A full name that does not fit the language gives way to the voice of the settings."""
    wanted = options(language="fr-FR", voice="en-US-Neural2-C")
    assert (await hear(voice, write(SENTENCES[:1]), wanted)).words
    (config,) = emulator.journal(event="config")
    assert config["voice"] == "fr-FR-Chirp3-HD-Kore"


async def test_language_without_streaming_voices_is_spoken(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """Where nothing streams, the service chooses the voice."""
    heard = await hear(voice, write(SENTENCES[:1]), options(language="pt-PT"))
    assert heard.words == words_of(SENTENCES[0])
    (request,) = emulator.journal(event="request", method="unary")
    assert request["voice"] == ""


# --- starting -----------------------------------------------------------------------------------


async def test_start_checks_the_voice_of_the_settings(emulator: Emulator) -> None:
    """A name the service does not list is refused with the setting's name."""
    with pytest.raises(EngineError) as refusal:
        async with google_voice(emulator, google_voice="Nobody"):
            pass
    assert refusal.value.code == "voice_rejected"
    assert "GOOGLE_VOICE" in refusal.value.action
    async with google_voice(emulator, google_voice="en-US-Neural2-C") as voice:
        assert "Neural2" in voice.name


async def test_start_notices_wrong_credentials(emulator: Emulator) -> None:
    """Who is not let in learns which setting to look at."""
    emulator.plan(Fault(service="tts", kind="status", status="PERMISSION_DENIED", method="list"))
    with pytest.raises(EngineError) as refusal:
        async with google_voice(emulator):
            pass
    assert refusal.value.code == "voice_unauthorized"
    assert "GOOGLE_APPLICATION_CREDENTIALS" in refusal.value.action


async def test_start_survives_a_service_that_cannot_be_asked(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Trouble with the list is logged in one line; the voice speaks."""
    emulator.plan(Fault(service="tts", kind="status", status="UNAVAILABLE", method="list"))
    async with google_voice(emulator) as voice:
        assert (await hear(voice, write(SENTENCES))).words == words_of(*SENTENCES)
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_name_that_could_not_be_checked_is_not_asked_for(emulator: Emulator) -> None:
    """Without a list a learner's unknown voice gives way to that of the settings."""
    emulator.plan(Fault(service="tts", kind="status", status="UNAVAILABLE", method="list"))
    async with google_voice(emulator) as voice:
        wanted = options(voice="en-US-Chirp9-Gone")
        assert (await hear(voice, write(SENTENCES[:1]), wanted)).words == words_of(SENTENCES[0])


async def test_list_is_asked_for_again_when_a_voice_is_rejected(emulator: Emulator) -> None:
    """A voice of the settings that is gone costs one reply, not all."""
    emulator.plan(Fault(service="tts", kind="status", status="UNAVAILABLE", method="list"))
    async with google_voice(emulator, google_voice="en-US-Chirp3-HD-Gone") as voice:
        assert (await hear(voice, write(SENTENCES[:1]))).code == "voice_rejected"
        await emulator.wait_for("ended", service="tts", method="list", status="OK")
        await asyncio.sleep(0.1)
        assert (await hear(voice, write(SENTENCES[:1]))).words == words_of(SENTENCES[0])
        assert len(emulator.journal(event="opened", method="list")) == 2


async def test_voice_that_was_not_started_says_so(emulator: Emulator) -> None:
    """No call goes out without the credentials that a start loads."""
    voice = create_voice(Settings(**emulator.settings))
    with pytest.raises(EngineError, match="voice_closed"):
        await anext(voice.speak(write(SENTENCES), options()))


async def test_voice_counts_for_operators(voice: GoogleVoice) -> None:
    """The counter is there before anything was refused."""
    assert isinstance(voice, Counting)
    assert voice.counts == {"quota_refused": 0}


# --- being broken off ---------------------------------------------------------------------------

BARGE_INS = 20
NOTICED_S = 0.02


@pytest.mark.parametrize("name", ["Kore", "en-US-Neural2-C"])
async def test_cancelled_listener_ends_the_call(
    voice: GoogleVoice, emulator: Emulator, name: str
) -> None:
    """A barge-in before the first sound reaches the service within milliseconds."""
    emulator.configure(tts={"first_audio_ms": 5_000, "unary_ms": 5_000})
    delays = []
    for number in range(1, BARGE_INS + 1):
        hearing = asyncio.create_task(hear(voice, write(SENTENCES), options(voice=name)))
        event, end = ("input", " ") if name == "Kore" else ("request", "")
        await emulator.wait_for(event, service="tts", times=number, text=SENTENCES[0] + end)
        cancelled = time.monotonic()
        hearing.cancel()
        await asyncio.wait([hearing])
        seen = await emulator.wait_for("cancelled", service="tts", times=number)
        delays.append(seen[-1]["at"] - cancelled)
    assert sorted(delays)[BARGE_INS // 2] < NOTICED_S
    await no_task_left(0.1)


async def test_closing_while_nobody_asks_ends_the_call(
    voice: GoogleVoice, emulator: Emulator
) -> None:
    """A reply that is parked at a piece of audio lets go when closed, without the collector."""
    emulator.configure(tts={"audio_speed": 1})
    gc.disable()
    try:
        delays = []
        for number in range(1, BARGE_INS + 1):
            pieces = voice.speak(write(SENTENCES), options())
            await anext(pieces)
            closed = time.monotonic()
            await pieces.aclose()
            seen = await emulator.wait_for("cancelled", service="tts", times=number)
            delays.append(seen[-1]["at"] - closed)
    finally:
        gc.enable()
    assert sorted(delays)[BARGE_INS // 2] < NOTICED_S
    await no_task_left(0.1)


async def test_reply_that_is_dropped_ends_the_call(voice: GoogleVoice, emulator: Emulator) -> None:
    """Even a listener who forgets to close holds nothing open."""
    emulator.configure(tts={"audio_speed": 1})
    gc.disable()
    try:
        pieces = voice.speak(write(SENTENCES), options())
        await anext(pieces)
        del pieces
        await emulator.wait_for("cancelled", service="tts", timeout_s=2)
    finally:
        gc.enable()


async def test_no_sentence_is_lost_to_a_reply_that_was_broken_off(voice: GoogleVoice) -> None:
    """Whoever reads on after the voice gets every sentence that it had not taken."""
    waiting: asyncio.Queue[str] = asyncio.Queue()

    async def read() -> AsyncGenerator[str, None]:
        while True:
            yield await waiting.get()

    waiting.put_nowait(SENTENCES[0])
    async with (
        aclosing(read()) as sentences,
        aclosing(voice.speak(sentences, options())) as pieces,
    ):
        await anext(pieces)
    waiting.put_nowait(SENTENCES[1])
    async with asyncio.timeout(1):
        assert await waiting.get() == SENTENCES[1]
