"""Turns the audio of a stream into guesses and results, by the words its tones say.

Speech without tones, a person's voice, becomes a sentence that tells how long it lasted.
"""

from dataclasses import dataclass

from tests.google_emulator.behaviour import SpeechBehaviour
from tests.google_emulator.tone_words import HeardWord, ToneReader
from tests.google_emulator.vocabulary import NUMBERS

SLICE_MS = 100
"""Audio after which pauses are looked for, however much comes at once."""

SHORTEST_VOICE_MS = 200
"""A shorter sound without a tone is a noise."""

PATIENCE_MS = 1_000
"""How long a result that is too long waits for a gap between words."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What was said since the last result: a part that stays, and a tail that may change."""

    stable: str
    tail: str
    end_ms: int


@dataclass(frozen=True, slots=True)
class Result:
    """What was said, finally."""

    text: str
    end_ms: int


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """Sound after silence."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The pause that makes a result final."""

    at_ms: int


Heard = Guess | Result | SpeechBegan | SpeechEnded


class Transcriber:
    """Transcribes one stream. Each sample is looked at once.

    Args:
        rate: Sample rate of the audio, in Hz.
        behaviour: When results are due.
    """

    def __init__(self, rate: int, behaviour: SpeechBehaviour):
        self._behaviour = behaviour
        self._reader = ToneReader(rate)
        self._slice_bytes = 2 * rate * SLICE_MS // 1_000
        self._words: list[HeardWord] = []
        self._began_ms: int | None = None
        self._guessed_ms = 0
        self._last_guess = ("", "")
        self._heard: list[Heard] = []

    @property
    def now_ms(self) -> int:
        """How much audio has been heard."""
        return self._reader.now_ms

    def feed(self, pcm: bytes) -> list[Heard]:
        """Hear the next audio, and return what follows from it."""
        for start in range(0, len(pcm), self._slice_bytes):
            self._listen(pcm[start : start + self._slice_bytes])
        return self._take()

    def finish(self) -> list[Heard]:
        """Take the audio as ended, and return what was not final yet."""
        self._end_result()
        return self._take()

    def _take(self) -> list[Heard]:
        heard, self._heard = self._heard, []
        return heard

    def _listen(self, pcm: bytes) -> None:
        self._reader.feed(pcm)
        self._words += self._reader.take()
        if self._began_ms is None:
            self._notice_speech()
        if self._began_ms is not None:
            self._judge(self.now_ms - self._began_ms)

    def _notice_speech(self) -> None:
        if self._words or self._reader.in_word:
            first = self._words[0].start_ms if self._words else self.now_ms
            self._began_ms = self._guessed_ms = first
            self._heard.append(SpeechBegan(first))

    def _judge(self, lasted_ms: int) -> None:
        longest_ms = self._behaviour.longest_result_s * 1_000
        silence_ms = 0 if self._reader.in_word else self._reader.silence_ms
        too_long = lasted_ms >= longest_ms + (0 if silence_ms else PATIENCE_MS)
        if too_long or silence_ms >= self._behaviour.endpoint_ms:
            self._end_result()
        elif self.now_ms - self._guessed_ms >= self._behaviour.interim_every_ms:
            self._guess()

    def _guess(self) -> None:
        self._guessed_ms = self.now_ms
        *stable, tail = _texts(self._words) or [""]
        guess = (" ".join(stable), tail)
        if tail and guess != self._last_guess:
            self._last_guess = guess
            self._heard.append(Guess(*guess, self.now_ms))

    def _end_result(self) -> None:
        self._reader.finish()
        self._words += self._reader.take()
        if self._began_ms is not None:
            self._heard.append(SpeechEnded(self.now_ms))
        if texts := _texts(self._words):
            self._heard.append(Result(" ".join(texts), self._words[-1].end_ms))
        self._words = []
        self._began_ms = None
        self._last_guess = ("", "")


def _texts(words: list[HeardWord]) -> list[str]:
    """Return what tones say, word by word, or a sentence about a voice."""
    tonal_ms = sum(word.end_ms - word.start_ms for word in words if word.tonal)
    voiced_ms = sum(word.end_ms - word.start_ms for word in words if not word.tonal)
    if tonal_ms >= voiced_ms:
        return [word.word for word in words]
    if voiced_ms < SHORTEST_VOICE_MS:
        return []
    return describe_voice(words[-1].end_ms - words[0].start_ms).split()


def describe_voice(lasted_ms: int) -> str:
    """Return the transcript of a voice that lasted so long."""
    seconds = max(1, round(lasted_ms / 1_000))
    number = NUMBERS[seconds] if seconds < len(NUMBERS) else str(seconds)
    return f"I spoke for {number} second{'s' if seconds > 1 else ''}"
