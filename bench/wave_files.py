"""Recordings: any PCM WAV in, the microphone's format out; and answers written back as WAV."""

import wave
from pathlib import Path

import numpy as np
import soxr  # type: ignore[import-untyped]  # it ships no types
from numpy.typing import NDArray

from engine_api import INPUT_RATE, OUTPUT_RATE

MAX_SECONDS = 600
"""Longest recording; a longer one is more likely a mistake than a question."""

Samples = NDArray[np.float32]


class BadRecording(Exception):
    """The file is not a recording that can be spoken; the text says why."""


def read_speech(path: Path) -> bytes:
    """Return a WAV file as the microphone would have heard it.

    Args:
        path: PCM of 8, 16, 24 or 32 bits, at any rate, with any number of channels.

    Returns:
        PCM16 LE at 16 kHz, mono.

    Raises:
        BadRecording: There is no such file, or it is not such a recording.
    """
    try:
        with wave.open(str(path), "rb") as file:
            if file.getnframes() > MAX_SECONDS * file.getframerate():
                raise BadRecording(f"{path}: longer than {MAX_SECONDS} seconds")
            samples = _to_float(file.readframes(file.getnframes()), file.getsampwidth())
            channels, rate = file.getnchannels(), file.getframerate()
    except OSError as error:
        raise BadRecording(f"{path}: {error.strerror}") from error
    except (wave.Error, EOFError) as error:
        raise BadRecording(f"{path}: {error or 'the file ends too early'}") from error
    if not len(samples):
        raise BadRecording(f"{path}: no sound in it")
    mono = samples.reshape(-1, channels).mean(axis=1, dtype=np.float32)
    return to_pcm(resample(mono, rate, INPUT_RATE))


def write_speech(path: Path, pcm: bytes) -> None:
    """Write the tutor's voice, PCM16 LE at 24 kHz, as a WAV file."""
    with path.open("wb") as opened, wave.open(opened, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(OUTPUT_RATE)
        file.writeframes(pcm)


def resample(samples: Samples, rate: int, to_rate: int) -> Samples:
    """Return mono samples at another rate."""
    resampled: Samples = soxr.resample(samples, rate, to_rate, quality="HQ")
    return resampled


def to_pcm(samples: Samples) -> bytes:
    """Return samples between -1 and 1 as PCM16 LE."""
    scaled = np.clip(np.rint(samples * np.float32(32_768)), -32_768, 32_767)
    pcm: bytes = scaled.astype("<i2").tobytes()
    return pcm


def to_samples(pcm: bytes) -> Samples:
    """Return PCM16 LE as samples between -1 and 1."""
    return _to_float(pcm, 2)


def _to_float(data: bytes, width: int) -> Samples:
    raw = np.frombuffer(data, np.uint8).reshape(-1, width)
    wide = np.zeros((len(raw), 4), np.uint8)
    wide[:, 4 - width :] = raw
    if width == 1:  # the one width that WAV stores without a sign
        wide[:, 3] ^= 0x80
    return wide.view("<i4")[:, 0].astype(np.float32) * np.float32(2**-31)
