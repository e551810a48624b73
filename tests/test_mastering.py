"""What a voice model gives becomes PCM16 at 24 kHz of an even, safe loudness."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine_api import OUTPUT_RATE
from engines.mastering import GAIN, KNEE, Master, Samples, limit, silence, trim_onset

RATE = 22_050


def tone(seconds: float, level: float = 0.4) -> Samples:
    """Return a sine of 440 Hz at the rate of the voice."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * 440 * time)).astype(np.float32)


def decode(pcm: bytes) -> NDArray[np.int16]:
    """Return the samples in PCM16."""
    return np.frombuffer(pcm, dtype="<i2")


def test_rate_becomes_24_khz() -> None:
    """A second of the voice's audio is a second of what the learner gets."""
    master = Master(RATE)
    pcm = decode(master.push(tone(1.0)) + master.end(0))
    assert pcm.size == pytest.approx(OUTPUT_RATE, abs=2)


def test_pieces_join_without_a_seam() -> None:
    """Audio mastered in pieces is the same, sample for sample, as mastered at once."""
    whole, pieces = Master(RATE), Master(RATE)
    audio = tone(1.0)
    expected = whole.push(audio) + whole.end(0)
    joined = b"".join(pieces.push(piece) for piece in np.split(audio, [900, 5_000, 5_100]))
    assert joined + pieces.end(0) == expected


def test_quiet_audio_gets_the_fixed_gain_alone() -> None:
    """Below the knee the limiter changes nothing, so that speech keeps its shape."""
    master = Master(RATE)
    pcm = decode(master.push(tone(1.0, level=0.3)) + master.end(0))
    assert np.abs(pcm).max() / 32_767 == pytest.approx(0.3 * GAIN, abs=0.01)


def test_loud_audio_stays_below_full_scale() -> None:
    """However loud the voice gets, nothing clips."""
    master = Master(RATE)
    pcm = decode(master.push(tone(0.5, level=1.4)) + master.end(0))
    assert 32_767 * KNEE < np.abs(pcm.astype(int)).max() <= 32_767


def test_limiter_keeps_the_order_of_levels() -> None:
    """A louder sample stays the louder one, on either side of zero."""
    levels = np.linspace(-2, 2, 801, dtype=np.float32)
    assert (np.diff(limit(levels)) >= 0).all()


def test_silence_before_the_first_sound_is_left_out() -> None:
    """A learner does not wait for silence, but a soft beginning is kept."""
    quiet = np.zeros(RATE // 2, dtype=np.float32)
    trimmed = trim_onset(np.concatenate([quiet, tone(0.1)]), RATE)
    assert 0.1 * RATE < trimmed.size < 0.13 * RATE


def test_silence_within_speech_is_kept() -> None:
    """Only what comes before the first sound is trimmed, also over several pieces."""
    master = Master(RATE)
    quiet = np.zeros(RATE // 2, dtype=np.float32)
    pieces = (quiet, tone(0.1), quiet, tone(0.1))
    pcm = b"".join(master.push(piece) for piece in pieces) + master.end(0)
    assert decode(pcm).size == pytest.approx(0.7 * OUTPUT_RATE, abs=2)


def test_a_phrase_ends_with_its_pause() -> None:
    """The pause is silence of the length asked for."""
    master = Master(RATE)
    master.push(tone(0.1))
    assert master.end(150).endswith(silence(150))
    assert len(silence(150)) == OUTPUT_RATE * 150 // 1_000 * 2
