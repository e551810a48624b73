"""The spectrogram is Whisper's own."""

import numpy as np
import pytest

from engine_api import INPUT_RATE
from engines.whisper_mel import BANDS, DYNAMIC_RANGE, HOP, LogMel


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Return a pure tone at half of full scale."""
    times = np.arange(round(seconds * INPUT_RATE)) / INPUT_RATE
    return (0.5 * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def test_it_has_the_asked_number_of_frames() -> None:
    """Too little audio is filled up with silence, too much is cut."""
    log_mel = LogMel()
    assert log_mel(tone(440), 260).shape == (BANDS, 260)
    assert log_mel(tone(440), 40).shape == (BANDS, 40)


def test_silence_is_the_floor() -> None:
    """Nothing at all gives the same smallest value everywhere: (log10(1e-10) + 4) / 4."""
    assert np.all(LogMel()(np.zeros(INPUT_RATE, np.float32), 100) == -1.5)


def test_the_dynamic_range_is_bounded() -> None:
    """Nothing lies more than 80 dB below the loudest, a quarter of which is the scale's unit."""
    spectrogram = LogMel()(tone(440), 200)
    assert spectrogram.max() - spectrogram.min() == pytest.approx(DYNAMIC_RANGE / 4, abs=1e-6)


@pytest.mark.parametrize(("hertz", "band"), [(250, 6), (1_000, 26), (4_000, 62)])
def test_a_tone_is_loudest_in_its_band(hertz: float, band: int) -> None:
    """Bands are 37 Hz apart up to 1 kHz, then wider: Slaney's scale in 81 steps to 8 kHz."""
    assert LogMel()(tone(hertz), 100)[:, 50].argmax() == band


def test_the_bands_weigh_as_in_the_published_filters() -> None:
    """An impulse has the same power in every bin, so it shows the sum of each band's weights.

    The lowest band of Whisper's published filters has the one weight 0.02486259.
    """
    impulse = np.zeros(INPUT_RATE, np.float32)
    impulse[50 * HOP] = 1.0
    in_lowest_band = 10 ** (4 * LogMel()(impulse, 100)[0, 50] - 4)
    assert in_lowest_band == pytest.approx(0.02486259, rel=1e-4)
