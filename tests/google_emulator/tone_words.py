"""Speech made of tones that can be read back: PCM16 in which each word is a code of five tones.

A word is five tones of 40 ms, then 40 ms of silence. The tones of word number *n* are the points
``(a + b * i) mod 11``, ``i = 0..4``, of a line with ``b != 0``: a Reed-Solomon code. So no tone
comes twice in a word, and two words agree in one tone at most. A frame lost, doubled or moved
leaves a run of tones that is too short, too long or on no line, which reads as ``unclear``.

    pcm = encode_words(["what", "is", "two", "plus", "two"])          # 16 kHz, for the microphone
    decode_words(spoken_pcm, rate=24_000) == find_words("Two plus two is four.")

:class:`ToneReader` reads while the audio comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.google_emulator.vocabulary import UNCLEAR, WORDS

TONES_HZ = tuple(range(600, 2_800, 200))
"""Eleven tones. Each fits a 10 ms hop in whole cycles, so that the others vanish in its sum."""

SYMBOLS = 5
"""Tones of a word."""

HOP_MS = 10
"""Audio that is judged at once."""

SYMBOL_HOPS = 4
GAP_HOPS = 4
WORD_HOPS = SYMBOLS * SYMBOL_HOPS
WORD_MS = (WORD_HOPS + GAP_HOPS) * HOP_MS
"""Time from word to word."""

LOUDNESS = 0.3
"""Amplitude of a tone, of full scale."""

SILENCE = 0.02
"""Amplitude below which a hop is silent, of full scale."""

PURITY = 0.8
"""Share of a hop's energy that one tone must have."""

SILENT, MIXED = -1, -2
"""Labels of hops without a tone of their own: silence, and noise, voices or two tones."""


def encode_words(words: Sequence[str], rate: int = 16_000) -> bytes:
    """Return the PCM16 of words; each ends with its gap.

    Raises:
        KeyError: A word is not in the vocabulary.
    """
    return b"".join(_encode_word(word, rate) for word in words)


def silence(ms: float, rate: int = 16_000) -> bytes:
    """Return silent PCM16."""
    return bytes(2 * round(ms * rate / 1_000))


def decode_words(pcm: bytes, rate: int = 16_000) -> list[str]:
    """Return the words in PCM16, ``unclear`` for tones that are none."""
    reader = ToneReader(rate)
    reader.feed(pcm)
    reader.finish()
    return [heard.word for heard in reader.take()]


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word and where it was, in milliseconds of the audio; ``tonal`` is false for a voice."""

    word: str
    start_ms: int
    end_ms: int
    tonal: bool = True


class ToneReader:
    """Reads words from audio as it comes; each hop is looked at once.

    Args:
        rate: Its sample rate, in Hz.
    """

    def __init__(self, rate: int = 16_000):
        self._rate = rate
        self._hop_bytes = 2 * rate * HOP_MS // 1_000
        self._rest = b""
        self._labels: list[int] = []
        self._silent_hops = GAP_HOPS
        self._hops = 0
        self._heard: list[HeardWord] = []

    @property
    def silence_ms(self) -> int:
        """How long it has been silent at the end of the audio."""
        return self._silent_hops * HOP_MS

    @property
    def in_word(self) -> bool:
        """Whether a word has begun and not ended."""
        return bool(self._labels)

    @property
    def now_ms(self) -> int:
        """How much audio has been judged."""
        return self._hops * HOP_MS

    def feed(self, pcm: bytes) -> None:
        """Read the next audio, of any length."""
        data = self._rest + pcm
        whole = len(data) - len(data) % self._hop_bytes
        self._rest = data[whole:]
        for label in _label_hops(data[:whole], self._rate):
            self._step(label)

    def finish(self) -> None:
        """Take the audio as ended: a word that lacks its gap is read too."""
        self._end_word()

    def take(self) -> list[HeardWord]:
        """Return the words read since the last call."""
        heard, self._heard = self._heard, []
        return heard

    def _step(self, label: int) -> None:
        self._hops += 1
        if label != SILENT:
            self._labels += [SILENT] * self._silent_hops if self._labels else []
            self._labels.append(label)
            self._silent_hops = 0
            return
        self._silent_hops += 1
        if self._silent_hops == 2:
            self._end_word()

    def _end_word(self) -> None:
        if self._labels:
            end = self._hops - self._silent_hops
            start = end - len(self._labels)
            tonal = sum(label >= 0 for label in self._labels) * 2 >= len(self._labels)
            word = _read_word(self._labels)
            self._heard.append(HeardWord(word, start * HOP_MS, end * HOP_MS, tonal))
            self._labels = []


def _read_word(labels: list[int]) -> str:
    """Return the word of a run of sound, which may begin and end within a hop."""
    if not WORD_HOPS - 1 <= len(labels) <= WORD_HOPS + 1:
        return UNCLEAR
    symbols: list[int] = []
    for symbol in range(SYMBOLS):
        inner = set(labels[symbol * SYMBOL_HOPS + 1 : (symbol + 1) * SYMBOL_HOPS])
        if len(inner) != 1:
            return UNCLEAR
        symbols += inner
    return _words_by_code().get(tuple(symbols), UNCLEAR)


@cache
def _words_by_code() -> dict[tuple[int, ...], str]:
    return {_code(number): word for number, word in enumerate(WORDS)}


def _code(number: int) -> tuple[int, ...]:
    slope, start = divmod(number, len(TONES_HZ))
    return tuple((start + (slope + 1) * step) % len(TONES_HZ) for step in range(SYMBOLS))


@cache
def _encode_word(word: str, rate: int) -> bytes:
    codes = {known: code for code, known in _words_by_code().items()}
    time = np.arange(rate * SYMBOL_HOPS * HOP_MS // 1_000) / rate
    tones = [np.sin(2 * np.pi * TONES_HZ[symbol] * time) for symbol in codes[word]]
    samples = np.concatenate(tones) * LOUDNESS * 32_767
    return samples.astype("<i2").tobytes() + silence(GAP_HOPS * HOP_MS, rate)


@cache
def _waves(rate: int) -> NDArray[np.float32]:
    """Return the sines and cosines of the tones over a hop, scaled to give amplitudes."""
    hop = rate * HOP_MS // 1_000
    angles = 2 * np.pi * np.arange(hop)[:, None] * np.array(TONES_HZ) / rate
    return (np.hstack([np.sin(angles), np.cos(angles)]) * 2 / hop).astype(np.float32)


def _label_hops(pcm: bytes, rate: int) -> list[int]:
    """Return the label of each hop: the number of its tone, ``SILENT`` or ``MIXED``."""
    hops = np.frombuffer(pcm, "<i2").reshape(-1, rate * HOP_MS // 1_000).astype(np.float32)
    hops /= 32_768
    parts = (hops @ _waves(rate)) ** 2
    powers = parts[:, : len(TONES_HZ)] + parts[:, len(TONES_HZ) :]
    total = 2 * np.mean(hops**2, axis=1)
    best = np.argmax(powers, axis=1)
    pure = powers[np.arange(len(hops)), best] >= PURITY * total
    labels = np.where(pure, best, MIXED)
    return [int(label) for label in np.where(total < SILENCE**2, SILENT, labels)]
