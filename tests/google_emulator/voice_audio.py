"""What the emulated voices say: tone words with pauses, in the encodings of the service."""

import re
import struct

import numpy as np
from numpy.typing import NDArray

from tests.google_emulator.tone_words import WORD_MS, encode_words, silence
from tests.google_emulator.vocabulary import OTHER, find_words

CLAUSE = re.compile(r"[^,;:.!?]*[,;:.!?]*")
ENDS = ".!?"
FIRST_WORD = re.compile(r"\w+")

WAV_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
WAVE_FORMATS = {"LINEAR16": (1, 16), "ALAW": (6, 8), "MULAW": (7, 8)}
"""Number and bits a sample of the formats that carry a header."""

Samples = NDArray[np.int32]


def join_on(before: str, text: str) -> str:
    """Return what is said for a text that goes on after another one as if both were one.

    Without a space between them the words that meet are one, which nobody understands.
    """
    meets = bool(before) and not (before[-1].isspace() or text[0].isspace())
    return FIRST_WORD.sub(OTHER, text, count=1) if meets else text


def speak_text(text: str, rate: int, speed: float, comma_ms: float, stop_ms: float) -> bytes:
    """Return the tone words of a text, with the pauses of its punctuation.

    Spoken slower, words stand further apart; spoken faster, they are squeezed and cannot be read
    back.

    Args:
        text: What to say.
        rate: Sample rate, in Hz.
        speed: Speaking rate.
        comma_ms: Pause after a clause.
        stop_ms: Pause after a sentence.
    """
    stretch = max(1 / speed, 1)
    gap = silence(WORD_MS * (stretch - 1), rate)
    parts = []
    for clause in CLAUSE.findall(text):
        words = find_words(clause)
        parts += [encode_words([word], rate) + gap for word in words]
        if words and clause[-1] in ENDS + ",;:":
            parts.append(silence((stop_ms if clause[-1] in ENDS else comma_ms) * stretch, rate))
    pcm = b"".join(parts)
    return pcm if speed <= 1 else _squeeze(pcm, speed)


def _squeeze(pcm: bytes, speed: float) -> bytes:
    samples = np.frombuffer(pcm, "<i2")
    kept = (np.arange(int(len(samples) / speed)) * speed).astype(np.intp)
    return samples[kept].tobytes()


def encode(pcm: bytes, encoding: str) -> bytes:
    """Return PCM16 as ``PCM``, ``LINEAR16``, ``ALAW`` or ``MULAW``, without a header."""
    if encoding in ("PCM", "LINEAR16"):
        return pcm
    samples = np.frombuffer(pcm, "<i2").astype(np.int32)
    return _mu_law(samples) if encoding == "MULAW" else _a_law(samples)


def add_header(audio: bytes, encoding: str, rate: int) -> bytes:
    """Return encoded audio as a WAV file, with a chunk before the samples as editors write."""
    number, bits = WAVE_FORMATS[encoding]
    size = bits // 8
    note = b"LIST" + struct.pack("<I", 4) + b"INFO"
    header = WAV_HEADER.pack(
        b"RIFF", 36 + len(note) + len(audio), b"WAVE", b"fmt ", 16, number, 1, rate, rate * size,
        size, bits, b"data", len(audio),
    )  # fmt: skip
    return header[:-8] + note + header[-8:] + audio


def _mu_law(samples: Samples) -> bytes:
    """Return G.711 mu-law."""
    sign = np.where(samples < 0, 0x80, 0)
    level = np.minimum(np.abs(samples), 32_635) + 132
    exponent = np.floor(np.log2(level)).astype(np.int32) - 7
    mantissa = (level >> (exponent + 3)) & 0x0F
    return bytes((~(sign | exponent << 4 | mantissa) & 0xFF).astype(np.uint8))


def _a_law(samples: Samples) -> bytes:
    """Return G.711 A-law."""
    sign = np.where(samples < 0, 0, 0x80)
    level = np.minimum(np.where(samples < 0, -samples - 1, samples) >> 3, 0x0FFF)
    exponent = np.maximum(np.floor(np.log2(np.maximum(level, 1))).astype(np.int32) - 4, 0)
    mantissa = (level >> np.maximum(exponent, 1)) & 0x0F
    return bytes(((sign | exponent << 4 | mantissa) ^ 0x55).astype(np.uint8))
