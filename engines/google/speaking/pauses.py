"""Finds the pauses in speech while it arrives."""

from dataclasses import dataclass

import numpy as np

from engine_api import OUTPUT_RATE

FRAME = OUTPUT_RATE // 50
"""Samples judged at once: 20 ms."""

SHORTEST_FRAMES = 4
"""Frames of a pause at least: 80 ms. A stop consonant holds the breath for less."""

QUIET_SHARE = 0.06
"""Loudness of a quiet frame, as a share of the loudest frames so far (24 dB below)."""

QUIET_FLOOR = 30.0
"""Mean amplitude below which a frame is quiet in any case, of 32,768."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause, in samples from the beginning."""

    start: int
    end: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return (self.end - self.start) / OUTPUT_RATE


class PauseFinder:
    """Listens to one stream of speech. Takes a fifth of a millisecond a second of audio."""

    def __init__(self) -> None:
        self.samples = 0
        """Samples heard so far."""
        self._pauses: list[Pause] = []
        self._rest = b""
        self._frames = 0
        self._quiet = 0
        self._loudest = 0.0

    @property
    def is_pausing(self) -> bool:
        """Whether there is a pause at the end of what was heard."""
        return self._quiet >= SHORTEST_FRAMES

    def hear(self, pcm: bytes) -> None:
        """Listen to the next audio, PCM16 in whole samples."""
        self.samples += len(pcm) // 2
        data = self._rest + pcm
        whole = len(data) - len(data) % (2 * FRAME)
        self._rest = data[whole:]
        frames = np.frombuffer(data[:whole], "<i2").reshape(-1, FRAME)
        for loudness in np.abs(frames.astype(np.float32)).mean(axis=1).tolist():
            self._judge(loudness)

    def since(self, sample: int) -> list[Pause]:
        """Return the pauses that end after a sample, the last of which may still go on."""
        found = [pause for pause in self._pauses if pause.end > sample]
        if self.is_pausing:
            found.append(self._open_pause())
        return found

    def _judge(self, loudness: float) -> None:
        self._loudest = max(self._loudest * 0.9995, loudness)
        self._frames += 1
        if loudness < max(QUIET_FLOOR, QUIET_SHARE * self._loudest):
            self._quiet += 1
            return
        if self.is_pausing:
            self._pauses.append(self._open_pause(behind=1))
        self._quiet = 0

    def _open_pause(self, behind: int = 0) -> Pause:
        end = self._frames - behind
        return Pause((end - self._quiet) * FRAME, end * FRAME)
