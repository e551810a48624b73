"""The embedded ears: sessions share them, and they hear what people say."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest

import engines.whisper_model
from engine_api import (
    INPUT_RATE,
    PRE_ROLL_MS,
    FinalTranscript,
    InterimTranscript,
    RecognizerEvent,
    RecognizerOptions,
    UtteranceEnded,
)
from engines.decode_queue import MAX_WAITING_FINALS, Transcriber
from engines.local_stt import (
    MAX_ENDING,
    MAX_EVENTS,
    WORKERS,
    LocalRecognizer,
    LocalStream,
    create_recognizer,
)
from engines.whisper_model import WhisperModel, load_whisper
from errors import EngineError
from settings import Settings
from tests.recordings import load_recording, load_recordings
from tests.virtual_time import in_virtual_time, run_virtual
from tests.word_errors import normalize, word_error_rate

FRAME_S = 0.02
FRAME_BYTES = round(2 * INPUT_RATE * FRAME_S)

LONGEST_DECODE_S = 20.0
"""Real seconds, on a machine that has much else to do."""

WORST_WORD_ERROR_RATE = 0.08
"""0.024 to 0.036 was measured over 165 words; an error more or less is 0.006."""


class LengthTeller:
    """A transcriber that tells how many milliseconds it heard; it may be held up."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()

    def transcribe(self, pcm: bytes, language: str) -> str:
        """Return the length of the audio, once nothing holds it up."""
        assert language == "en"
        assert self.free.wait(5)
        return f"{len(pcm) * 500 // INPUT_RATE} ms" if any(pcm) else ""


async def start(load: Callable[[], Transcriber] = LengthTeller) -> LocalRecognizer:
    """Return ears that have started."""
    recognizer = LocalRecognizer(load, Settings())
    await recognizer.start()
    return recognizer


def speech(milliseconds: int) -> bytes:
    """Return something that is not silence."""
    return bytes([1, 0]) * (milliseconds * INPUT_RATE // 1_000)


async def push(stream: LocalStream, pcm: bytes) -> None:
    """Push audio at the pace of speech."""
    for begin in range(0, len(pcm), FRAME_BYTES):
        await asyncio.sleep(FRAME_S)
        stream.push(pcm[begin : begin + FRAME_BYTES])


async def read_until_end(stream: LocalStream, utterance_id: int = 1) -> list[RecognizerEvent]:
    """Return the events up to the end of an utterance, without the guesses."""
    events: list[RecognizerEvent] = []
    async for event in stream.events():
        if not isinstance(event, InterimTranscript):
            events.append(event)
        if event == UtteranceEnded(utterance_id):
            return events
    raise AssertionError("the stream ended first")


def stt_threads() -> list[str]:
    """Return the names of the recognizer's threads that are alive."""
    return [t.name for t in threading.enumerate() if t.name.startswith("stt")]


# --- with a stand-in for the model ---------------------------------------------------------------


@in_virtual_time
async def test_the_pre_roll_is_heard() -> None:
    """An utterance includes what was pushed just before it, and no more."""
    recognizer = await start()
    stream = recognizer.open(RecognizerOptions())
    await push(stream, speech(1_000))
    stream.begin_utterance(1)
    await push(stream, speech(100))
    stream.end_utterance()
    final = FinalTranscript(1, f"{PRE_ROLL_MS + 100} ms", "en-US")
    assert await read_until_end(stream) == [final, UtteranceEnded(1)]
    await stream.aclose()
    await recognizer.aclose()


@in_virtual_time
async def test_nothing_is_heard_twice() -> None:
    """The next utterance begins no earlier than the end of speech of the last one."""
    recognizer = await start()
    stream = recognizer.open(RecognizerOptions())
    stream.begin_utterance(1)
    await push(stream, speech(500))
    stream.pause_utterance()
    await push(stream, speech(100))
    stream.end_utterance()
    stream.begin_utterance(2)
    await push(stream, speech(200))
    stream.end_utterance()
    events = await read_until_end(stream, 2)
    finals = [event.text for event in events if isinstance(event, FinalTranscript)]
    assert finals == ["500 ms", "300 ms"]
    await stream.aclose()
    await recognizer.aclose()


@in_virtual_time
async def test_an_utterance_without_text_has_no_final() -> None:
    """Noise is answered by the end of the utterance alone."""
    recognizer = await start()
    stream = recognizer.open(RecognizerOptions())
    stream.begin_utterance(1)
    await push(stream, bytes(32_000))
    stream.end_utterance()
    assert await read_until_end(stream) == [UtteranceEnded(1)]
    await stream.aclose()
    await recognizer.aclose()


@in_virtual_time
async def test_finals_keep_the_order_of_the_utterances() -> None:
    """A short utterance that is understood before a longer one waits for it."""
    teller = LengthTeller()
    recognizer = await start(lambda: teller)
    stream = recognizer.open(RecognizerOptions())
    teller.free.clear()
    for utterance_id in (1, 2, 3):
        stream.begin_utterance(utterance_id)
        stream.push(speech(500 - 100 * utterance_id))
        stream.end_utterance()
    teller.free.set()
    events = await read_until_end(stream, 3)
    assert [event.utterance_id for event in events] == [1, 1, 2, 2, 3, 3]
    await stream.aclose()
    await recognizer.aclose()


async def test_a_full_queue_is_a_plain_answer() -> None:
    """When too many finals wait, the stream fails: busy, worth a retry; the others are served."""
    teller = LengthTeller()
    recognizer = await start(lambda: teller)
    teller.free.clear()
    streams = [
        recognizer.open(RecognizerOptions()) for _ in range(WORKERS + MAX_WAITING_FINALS + 1)
    ]
    for stream in streams:
        stream.begin_utterance(1)
        stream.push(speech(200))
        stream.end_utterance()
    with pytest.raises(EngineError, match="busy") as refused:
        await anext(aiter(streams[-1].events()))
    assert refused.value.retryable
    teller.free.set()
    for stream in streams[:-1]:
        assert len(await read_until_end(stream)) == 2
    await recognizer.aclose()


async def test_one_session_cannot_take_the_places_of_all() -> None:
    """Who ends utterances faster than they are understood is told; others find room."""
    teller = LengthTeller()
    recognizer = await start(lambda: teller)
    teller.free.clear()
    hasty, patient = (recognizer.open(RecognizerOptions()) for _ in range(2))
    for utterance_id in range(MAX_ENDING + 1):
        hasty.begin_utterance(utterance_id)
        hasty.push(speech(200))
        hasty.end_utterance()
    patient.begin_utterance(1)
    patient.push(speech(200))
    patient.end_utterance()
    with pytest.raises(EngineError, match="busy"):
        await anext(aiter(hasty.events()))
    teller.free.set()
    assert len(await read_until_end(patient)) == 2
    await recognizer.aclose()


async def test_a_closed_stream_leaves_nothing_behind() -> None:
    """Its waiting decodes are dropped, its reader ends, and the others are served."""
    teller = LengthTeller()
    recognizer = await start(lambda: teller)
    teller.free.clear()
    leaving, staying = (recognizer.open(RecognizerOptions()) for _ in range(2))
    for stream in (leaving, staying):
        for utterance_id in range(MAX_ENDING):
            stream.begin_utterance(utterance_id)
            stream.push(speech(200))
            stream.end_utterance()
    await leaving.aclose()
    assert [event async for event in leaving.events()] == []
    teller.free.set()
    assert len(await read_until_end(staying, MAX_ENDING - 1)) == 2 * MAX_ENDING
    await recognizer.aclose()
    assert stt_threads() == []


@in_virtual_time
async def test_a_guess_that_nobody_read_is_replaced() -> None:
    """A slow reader gets the newest guess only, and the events stay few."""
    recognizer = await start()
    stream = recognizer.open(RecognizerOptions())
    stream.begin_utterance(1)
    await push(stream, speech(4_000))
    stream.end_utterance()
    async with asyncio.timeout(5):
        await asyncio.sleep(1)
    events = stream.events()
    kinds = [type(await anext(aiter(events))) for _ in range(3)]
    assert kinds == [InterimTranscript, FinalTranscript, UtteranceEnded]
    await stream.aclose()
    await recognizer.aclose()


@in_virtual_time
async def test_events_that_nobody_reads_end_the_stream() -> None:
    """Memory stays bounded when the reader is gone."""
    recognizer = await start()
    stream = recognizer.open(RecognizerOptions())
    for utterance_id in range(MAX_EVENTS):
        stream.begin_utterance(utterance_id)
        await push(stream, speech(100))
        stream.end_utterance()
    with pytest.raises(EngineError, match="stt_unread"):
        [event async for event in stream.events()]
    await recognizer.aclose()


async def test_calls_after_the_end_are_harmless() -> None:
    """A session may still push when its stream has failed or is closed."""
    recognizer = await start()
    stream = recognizer.open(RecognizerOptions())
    await stream.aclose()
    stream.push(speech(100))
    stream.begin_utterance(1)
    stream.pause_utterance()
    stream.resume_utterance()
    stream.end_utterance()
    assert [event async for event in stream.events()] == []
    await recognizer.aclose()


async def test_other_languages_are_refused() -> None:
    """Other languages are not understood well, so they are not offered."""
    recognizer = await start()
    with pytest.raises(EngineError, match="English"):
        recognizer.open(RecognizerOptions("de-DE"))
    await recognizer.aclose()
    german = LocalRecognizer(LengthTeller, Settings(default_language="de-DE"))
    with pytest.raises(EngineError, match="English") as refused:
        await german.start()
    assert "DEFAULT_LANGUAGE" in refused.value.action


async def test_a_missing_package_names_the_setting() -> None:
    """The operator learns which package is missing, and what else to choose."""

    def load() -> Transcriber:
        raise ModuleNotFoundError("gone", name="ctranslate2")

    with pytest.raises(EngineError, match="ctranslate2") as failure:
        await start(load)
    assert "STT_ENGINE" in failure.value.action


# --- with the model ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whisper() -> WhisperModel:
    """The model, loaded once."""
    return load_whisper(WORKERS)


@pytest.fixture
async def ears(whisper: WhisperModel) -> AsyncIterator[LocalRecognizer]:
    """Ears that have started, on the model."""
    recognizer = await start(lambda: whisper)
    yield recognizer
    await recognizer.aclose()
    assert stt_threads() == []


@pytest.mark.models
def test_people_are_understood(whisper: WhisperModel) -> None:
    """Few words of the recordings are heard wrong."""
    recordings = load_recordings()
    heard = [whisper.transcribe(recording.pcm, "en") for recording in recordings]
    references = [recording.reference for recording in recordings]
    assert word_error_rate(references, heard) <= WORST_WORD_ERROR_RATE


@pytest.mark.models
def test_text_looks_like_a_sentence(whisper: WhisperModel) -> None:
    """It begins with a capital and without a space, and has its punctuation."""
    text = whisper.transcribe(load_recording("kennedy_ask").pcm, "en")
    assert text == "Ask what you can do for your country."


@pytest.mark.models
@pytest.mark.parametrize("loudness", [0, 3, 100, 1_000])
@pytest.mark.parametrize("seconds", [0.5, 1.0, 3.0, 10.0])
def test_noise_is_not_text(whisper: WhisperModel, loudness: int, seconds: float) -> None:
    """Neither silence nor hiss of any loudness makes words."""
    samples = np.random.default_rng(3).normal(0, loudness, round(seconds * INPUT_RATE))
    assert whisper.transcribe(samples.astype("<i2").tobytes(), "en") == ""


@pytest.mark.models
def test_a_sentence_is_guessed_at_and_then_known(whisper: WhisperModel) -> None:
    """Guesses arrive while the recording lasts, and the final at the very end of the hold."""
    recording = load_recording("austen_amiable")

    async def hear() -> None:
        recognizer = await start(lambda: whisper)
        stream = recognizer.open(RecognizerOptions())
        stream.begin_utterance(1)
        pushing = asyncio.create_task(push(stream, recording.pcm))
        guess = await anext(aiter(stream.events()))
        assert isinstance(guess, InterimTranscript)
        assert not pushing.done()
        await pushing
        stream.pause_utterance()
        await push(stream, bytes(16_000))
        stream.end_utterance()
        ended_at = asyncio.get_running_loop().time()
        final, end = await read_until_end(stream)
        assert asyncio.get_running_loop().time() == ended_at
        assert isinstance(final, FinalTranscript)
        assert normalize(final.text) == normalize(recording.reference)
        assert end == UtteranceEnded(1)
        await stream.aclose()
        await recognizer.aclose()

    run_virtual(hear(), thread_patience_s=LONGEST_DECODE_S)


@pytest.mark.models
async def test_a_long_speech_is_understood(ears: LocalRecognizer) -> None:
    """Twenty-five seconds are cut in pieces, and few words are lost at the cuts."""
    recordings = [r for r in load_recordings() if r.speaker == "austen"]
    stream = ears.open(RecognizerOptions())
    stream.begin_utterance(1)
    for recording in recordings:
        stream.push(recording.pcm)
    stream.end_utterance()
    final, _ = await read_until_end(stream)
    assert isinstance(final, FinalTranscript)
    reference = " ".join(recording.reference for recording in recordings)
    assert word_error_rate([reference], [final.text]) <= WORST_WORD_ERROR_RATE
    await stream.aclose()


@pytest.mark.models
async def test_a_damaged_model_is_told_from_a_whole_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model with another checksum is not loaded, and the setting is named."""
    monkeypatch.setattr(engines.whisper_model, "SHA256", "0" * 64)
    recognizer = create_recognizer(Settings())
    with pytest.raises(EngineError, match="stt_broken") as failure:
        await recognizer.start()
    assert "STT_ENGINE" in failure.value.action
