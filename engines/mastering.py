"""From what a voice model gives to what the learner gets: rate, loudness and PCM16."""

import numpy as np
from numpy.typing import NDArray

from engine_api import OUTPUT_RATE

GAIN = 1.8
"""Brings the voice, whose peaks lie near 0.5, to a usual speech level. Fixed, because a stream
cannot know the loudest sample to come."""

KNEE = 0.8
"""Level up to which nothing is changed; above it peaks bend towards full scale."""

ONSET_LEVEL = 0.004
"""Level below which the beginning of a phrase counts as silence."""

ONSET_LEAD_MS = 20
"""Silence kept before the first sound, so that a soft consonant is not cut."""

PCM_MAX = 32_767

Samples = NDArray[np.float32]
"""Mono audio, full scale at 1."""


class Master:
    """Masters one phrase, piece by piece.

    Args:
        rate: Sample rate of what comes in, in Hz.
    """

    def __init__(self, rate: int):
        from soxr import ResampleStream  # type: ignore[import-untyped]

        self._rate = rate
        self._resampler = ResampleStream(rate, OUTPUT_RATE, 1, dtype="float32")
        self._begun = False

    def push(self, samples: Samples) -> bytes:
        """Return the next PCM16 at 24 kHz; silence before the first sound is left out."""
        if not self._begun:
            samples = trim_onset(samples, self._rate)
            self._begun = samples.size > 0
        return self._finish(self._resampler.resample_chunk(samples))

    def end(self, pause_ms: int) -> bytes:
        """Return the rest of the phrase and the pause after it."""
        rest = self._resampler.resample_chunk(np.empty(0, np.float32), last=True)
        return self._finish(rest) + silence(pause_ms)

    def _finish(self, samples: Samples) -> bytes:
        return (limit(samples * GAIN) * PCM_MAX).astype("<i2").tobytes()


def trim_onset(samples: Samples, rate: int) -> Samples:
    """Return ``samples`` without the silence they begin with, or nothing if they are silent."""
    loud = np.flatnonzero(np.abs(samples) > ONSET_LEVEL)
    if not loud.size:
        return samples[:0]
    return samples[max(0, loud[0] - ONSET_LEAD_MS * rate // 1_000) :]


def limit(samples: Samples) -> Samples:
    """Bend what exceeds the knee so that nothing reaches full scale; no memory, so no seam."""
    room = 1 - KNEE
    over = np.maximum(np.abs(samples) - KNEE, 0) / room
    bent = KNEE + room * np.tanh(over)
    limited: Samples = np.where(over > 0, np.copysign(bent, samples), samples)
    return limited.astype(np.float32)


def silence(duration_ms: int) -> bytes:
    """Return PCM16 silence at 24 kHz."""
    return bytes(OUTPUT_RATE * duration_ms // 1_000 * 2)
