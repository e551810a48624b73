"""The audio of an utterance is bounded, and cut where it is quiet."""

import numpy as np
import pytest

from engine_api import INPUT_RATE
from engines.utterance_audio import BYTES_PER_SECOND, UtteranceAudio


def noise(seconds: float, loudness: float) -> bytes:
    """Return noise, PCM16."""
    samples = np.random.default_rng(7).normal(0, loudness, round(seconds * INPUT_RATE))
    return samples.astype("<i2").tobytes()


def test_it_keeps_what_is_appended() -> None:
    """Parts come out as they went in, also from a view."""
    audio = UtteranceAudio(b"ab", 1.0)
    audio.append(memoryview(b"cdef"))
    assert (len(audio), audio.slice(1, 5)) == (6, b"bcde")


def test_it_is_bounded() -> None:
    """Beyond the limit nothing more is kept."""
    audio = UtteranceAudio(bytes(100), 0.01)
    for _ in range(5):
        audio.append(bytes(100))
    assert len(audio) == BYTES_PER_SECOND // 100


@pytest.mark.parametrize("pause_at", [1.2, 2.0, 2.6])
def test_it_is_cut_in_the_middle_of_a_pause(pause_at: float) -> None:
    """The cut lies within the quiet moment, wherever that is."""
    pieces = (noise(pause_at, 3_000), noise(0.3, 30), noise(4.0 - pause_at, 3_000))
    audio = UtteranceAudio(b"".join(pieces), 10.0)
    cut = audio.quietest(BYTES_PER_SECOND, 3 * BYTES_PER_SECOND)
    assert cut % 2 == 0
    assert cut / BYTES_PER_SECOND == pytest.approx(pause_at + 0.15, abs=0.06)
