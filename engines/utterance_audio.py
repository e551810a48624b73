"""The audio of one utterance, and where it can be cut."""

import numpy as np

from engine_api import INPUT_RATE

BYTES_PER_SECOND = 2 * INPUT_RATE

PAUSE_S = 0.2
"""A cut is made in the middle of the quietest stretch of this length."""

STEP_S = 0.01
"""How finely the quietest stretch is looked for."""


class UtteranceAudio:
    """PCM16 at 16 kHz, up to a limit; positions are bytes from the beginning.

    Args:
        pcm: The audio from just before the utterance.
        limit_s: Audio beyond it is not kept.
    """

    def __init__(self, pcm: bytes | bytearray, limit_s: float):
        self._pcm = bytearray(pcm)
        self._limit = round(limit_s * INPUT_RATE) * 2

    def __len__(self) -> int:
        return len(self._pcm)

    def append(self, pcm: bytes | memoryview) -> None:
        """Keep the next audio, as far as there is room."""
        self._pcm += pcm[: max(0, self._limit - len(self._pcm))]

    def slice(self, start: int, end: int) -> bytes:
        """Return a copy of a part."""
        return bytes(memoryview(self._pcm)[start:end])

    def quietest(self, start: int, end: int) -> int:
        """Return the middle of the quietest moment of a part: there, no word is cut in two."""
        samples = np.frombuffer(self.slice(start, end), "<i2").astype(np.float32)
        step = round(STEP_S * INPUT_RATE)
        steps = samples[: len(samples) // step * step].reshape(-1, step)
        width = round(PAUSE_S / STEP_S)
        loudness = np.convolve(np.square(steps).sum(axis=1), np.ones(width), "valid")
        return start + 2 * step * (int(loudness.argmin()) + width // 2)
