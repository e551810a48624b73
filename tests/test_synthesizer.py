"""The embedded voice speaks what it is given, loud enough, without clipping, and is understood."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray

from engine_api import INPUT_RATE, OUTPUT_RATE, VoiceOptions
from engines.local_tts import LocalVoice
from engines.mastering import silence
from engines.synthesizer import PAUSE_MS, Synthesizer, load_synthesizer
from engines.whisper_model import WhisperModel, load_whisper
from tests.word_errors import word_error_rate

pytestmark = pytest.mark.models

SENTENCES = (
    "Plants use sunlight to turn water and air into sugar.",
    "That's right, seven times eight is fifty six.",
    "Let's think about it step by step.",
    "What do you get if you add three quarters and one half?",
    "The heart pumps blood through the whole body.",
    "Sound is a wave that travels through the air.",
    "Not quite, but you are very close.",
    "A noun is a word for a person, a place or a thing.",
    "Would you like another example, or shall we go on?",
    "Ice floats because it is lighter than water.",
)
"""What a tutor says."""

SUM = "7 x 8 = 56, and 12.5% of $80 is $10."

MAX_WORD_ERROR_RATE = 0.15


@pytest.fixture(scope="module")
def synthesizer() -> Synthesizer:
    """The embedded voice, loaded once."""
    return load_synthesizer(threads=1)


@pytest.fixture(scope="module")
def whisper() -> WhisperModel:
    """The embedded ears, to listen to the voice."""
    return load_whisper(decodes=1)


def pieces(synthesizer: Synthesizer, text: str, rate: float = 1.0) -> list[bytes]:
    """Return the speech of a text in the pieces it comes in."""
    return list(synthesizer.speak(text, rate, synthesizer.new_run()))


def speech(synthesizer: Synthesizer, text: str, rate: float = 1.0) -> NDArray[np.int16]:
    """Return the samples of a text spoken."""
    return np.frombuffer(b"".join(pieces(synthesizer, text, rate)), "<i2")


def understand(whisper: WhisperModel, samples: NDArray[np.int16]) -> str:
    """Return what the ears make of speech at 24 kHz."""
    return whisper.transcribe(soxr.resample(samples, OUTPUT_RATE, INPUT_RATE).tobytes(), "en")


async def each(*sentences: str) -> AsyncIterator[str]:
    """Yield sentences that are there already."""
    for sentence in sentences:
        yield sentence


def test_a_tutor_is_understood(synthesizer: Synthesizer, whisper: WhisperModel) -> None:
    """Ten sentences of a tutor, recognised again, have few word errors."""
    heard = [understand(whisper, speech(synthesizer, sentence)) for sentence in SENTENCES]
    assert word_error_rate(SENTENCES, heard) <= MAX_WORD_ERROR_RATE


def test_a_sum_is_understood(synthesizer: Synthesizer, whisper: WhisperModel) -> None:
    """Figures and signs reach the learner as the numbers they are."""
    heard = understand(whisper, speech(synthesizer, SUM))
    assert "56" in heard
    assert "12.5" in heard


def test_speech_is_loud_and_does_not_clip(synthesizer: Synthesizer) -> None:
    """A usual speech level (-26 to -14 dB), with no sample at full scale and no offset."""
    samples = np.concatenate([speech(synthesizer, text) for text in SENTENCES[:3]]) / 32_768
    assert -26 < 10 * np.log10(np.mean(samples**2)) < -14
    assert np.abs(samples).max() < 1
    assert abs(samples.mean()) < 0.005


def test_first_piece_is_short(synthesizer: Synthesizer) -> None:
    """Speech can begin when a quarter of a second of it is there, and comes in growing pieces."""
    sizes = [len(piece) for piece in pieces(synthesizer, SENTENCES[0])]
    assert sizes[0] < 0.5 * OUTPUT_RATE * 2
    assert sizes[0] < sizes[1]
    assert not any(size % 2 for size in sizes)


def test_a_sentence_ends_in_a_pause(synthesizer: Synthesizer) -> None:
    """Two sentences do not run into each other."""
    assert pieces(synthesizer, "Yes.")[-1].endswith(silence(PAUSE_MS))


def test_speech_is_as_long_as_its_words(synthesizer: Synthesizer) -> None:
    """Speech runs at two to five words a second: the rate of 24 kHz is right."""
    seconds = speech(synthesizer, SENTENCES[0]).size / OUTPUT_RATE
    assert 2 < len(SENTENCES[0].split()) / seconds < 5


def test_rate_is_kept_within_what_is_understood(synthesizer: Synthesizer) -> None:
    """A rate of a hundred is as fast as the voice goes, not a click."""
    assert speech(synthesizer, SENTENCES[0], rate=100.0).size > OUTPUT_RATE


@pytest.mark.parametrize("text", ["", "...", "?!", "🙂", "—"])
def test_text_without_words_is_silent(synthesizer: Synthesizer, text: str) -> None:
    """There is no audio for what has no sound, not even a pause."""
    assert pieces(synthesizer, text) == []


def test_a_run_told_to_stop_makes_no_more_audio(synthesizer: Synthesizer) -> None:
    """The step that is due ends with an error instead of audio."""
    run = synthesizer.new_run()
    speaking = synthesizer.speak(SENTENCES[3], 1.0, run)
    next(speaking)
    run.terminate = True
    with pytest.raises(Exception, match="terminate flag"):
        next(speaking)


async def test_two_learners_are_spoken_to_at_once(synthesizer: Synthesizer) -> None:
    """The voice begins with the second before it has ended with the first."""
    voice = LocalVoice(lambda: synthesizer)
    await voice.start()
    options = VoiceOptions(cancel_event=asyncio.Event())
    order: list[int] = []

    async def reply(learner: int) -> None:
        async for _ in voice.speak(each(*SENTENCES[:2]), options):
            order.append(learner)  # noqa: PERF401 - as they arrive, one by one

    async with asyncio.TaskGroup() as group:
        group.create_task(reply(0))
        group.create_task(reply(1))
    assert order.index(1) < len(order) // 2
    assert order != sorted(order)
    await voice.aclose()


async def test_a_reply_cut_off_ends_at_once(synthesizer: Synthesizer) -> None:
    """Barge-in while the model decodes: the reply is closed long before the decode would end."""
    voice = LocalVoice(lambda: synthesizer)
    await voice.start()
    options = VoiceOptions(cancel_event=asyncio.Event())
    loop = asyncio.get_running_loop()
    async with aclosing(voice.speak(each(*SENTENCES), options)) as reply:
        await anext(reply)
        began = loop.time()
    assert loop.time() - began < 0.1
    await voice.aclose()
