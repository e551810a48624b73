"""The log-mel spectrogram that Whisper hears, in numpy alone.

The formula is Whisper's own (Radford et al., "Robust Speech Recognition via Large-Scale Weak
Supervision", section 2.2): 80 Slaney mel bands of a 25 ms Hann window every 10 ms, in log10,
at most 8 below the loudest, scaled to about -1...1.
"""

import numpy as np
from numpy.typing import NDArray

from engine_api import INPUT_RATE

HOP = 160
"""Samples between two frames: 10 ms."""

WINDOW = 400
"""Samples a frame looks at: 25 ms."""

BANDS = 80
"""Mel bands of every Whisper model but the largest."""

FLOOR = 1e-10
"""Smallest power that is told from silence."""

DYNAMIC_RANGE = 8.0
"""Powers of ten between the loudest and the softest."""

LINEAR_HZ_PER_MEL = 200 / 3
LOG_START_HZ = 1_000.0
LOG_STEP = np.log(6.4) / 27
"""Slaney's mel scale (Auditory Toolbox, 1998): linear to 1 kHz, then logarithmic."""

Floats = NDArray[np.float32]


class LogMel:
    """Turns samples into what the encoder takes. Safe to share between threads."""

    def __init__(self) -> None:
        self._hann = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
        self._bands = _mel_bands()

    def __call__(self, samples: Floats, frames: int) -> Floats:
        """Return the spectrogram of the samples and the silence after them.

        Args:
            samples: 16 kHz mono in -1...1, shape ``(n,)``.
            frames: Frames of 10 ms wanted; what the samples do not fill is silence.

        Returns:
            Shape ``(80, frames)``.
        """
        silence = max(0, frames * HOP - len(samples))
        padded = np.pad(np.pad(samples[: frames * HOP], (0, silence)), WINDOW // 2, "reflect")
        windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:frames]
        power = np.abs(np.fft.rfft(windows * self._hann)) ** 2
        loudness = np.log10(np.maximum(self._bands @ power.T, FLOOR))
        audible = np.maximum(loudness, loudness.max() - DYNAMIC_RANGE)
        return np.ascontiguousarray((audible + 4) / 4, dtype=np.float32)


def _mel_bands() -> Floats:
    """Return the weight of each FFT bin in each band, shape ``(80, 201)``, of equal area."""
    bins = np.fft.rfftfreq(WINDOW, 1 / INPUT_RATE)
    edges = _to_hz(np.linspace(0.0, _to_mel(INPUT_RATE / 2), BANDS + 2))
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    area = (edges[2:] - edges[:-2]) / 2
    return (np.maximum(0, np.minimum(rising, falling)) / area[:, None]).astype(np.float32)


def _to_mel(hertz: float) -> float:
    """Return the mel of a frequency above 1 kHz."""
    return float(LOG_START_HZ / LINEAR_HZ_PER_MEL + np.log(hertz / LOG_START_HZ) / LOG_STEP)


def _to_hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    log_start = LOG_START_HZ / LINEAR_HZ_PER_MEL
    logarithmic = LOG_START_HZ * np.exp(LOG_STEP * (mels - log_start))
    return np.where(mels < log_start, mels * LINEAR_HZ_PER_MEL, logarithmic)
