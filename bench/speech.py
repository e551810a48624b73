"""Where the speech is in a recording: latency counts from the voice, not from the file."""

from dataclasses import dataclass
from pathlib import Path

from bench.wave_files import read_speech
from engine_api import DETECTOR_WINDOW, INPUT_RATE
from engines.local_vad import create_detector
from settings import Settings

SPEECH_THRESHOLD = 0.5
WINDOW_S = DETECTOR_WINDOW / INPUT_RATE


@dataclass(frozen=True, slots=True)
class Recording:
    """Something to say.

    Attributes:
        pcm: PCM16 LE at 16 kHz, mono.
        voiced: For each window of 32 ms, whether Silero VAD takes it for speech.
    """

    pcm: bytes
    voiced: tuple[bool, ...]

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.pcm) / 2 / INPUT_RATE

    @property
    def speech_begins(self) -> float:
        """Seconds from its beginning to its first voiced window; 0 where there is none."""
        return next((i for i, voiced in enumerate(self.voiced) if voiced), 0) * WINDOW_S

    @property
    def speech_ends(self) -> float:
        """Seconds from its beginning to the end of its last voiced window; else its length."""
        last = max((i for i, voiced in enumerate(self.voiced) if voiced), default=None)
        return self.seconds if last is None else (last + 1) * WINDOW_S

    def word_ends(self, text: str) -> list[float]:
        """Return about when each word of a text has been said, in seconds from the beginning.

        The letters are spread evenly over the voiced windows: wrong by some tenths of a second
        for one word, and right on the average of many.
        """
        voiced = [i for i, is_voiced in enumerate(self.voiced) if is_voiced]
        words = text.split()
        if not voiced or not words:
            return []
        letters, said, ends = sum(map(len, words)), 0, []
        for word in words:
            said += len(word)
            ends.append((voiced[said * len(voiced) // letters - 1] + 1) * WINDOW_S)
        return ends


async def load_recording(path: Path) -> Recording:
    """Return a WAV file as something to say.

    Raises:
        BadRecording: It is no such file.
        EngineError: The speech detector does not start.
    """
    return await find_speech(read_speech(path))


async def find_speech(pcm: bytes) -> Recording:
    """Return PCM16 at 16 kHz with its voiced windows.

    Raises:
        EngineError: The speech detector does not start.
    """
    detector = create_detector(Settings())
    await detector.start()
    try:
        scores = detector.open().score(pcm)
    finally:
        await detector.aclose()
    return Recording(pcm, tuple(score > SPEECH_THRESHOLD for score in scores))
