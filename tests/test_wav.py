"""Samples are found in a WAV file wherever they stand, and bare samples are left alone."""

import struct

import pytest

from engines.google.speaking.wav import bare_pcm, is_cut_header

FORMAT = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 24_000, 48_000, 2, 16)
PCM = bytes(range(64))


def wav(*chunks: bytes, size: int | None = None) -> bytes:
    """Return a WAV file with chunks before its samples."""
    data = struct.pack("<4sI", b"data", len(PCM) if size is None else size) + PCM
    body = b"WAVE" + b"".join(chunks) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def test_header_is_removed() -> None:
    """The samples alone are left of the usual file with 44 bytes before them."""
    assert len(wav(FORMAT)) == 44 + len(PCM)
    assert bare_pcm(wav(FORMAT)) == PCM


def test_other_chunks_are_skipped() -> None:
    """Chunks of any kind may come first; one of odd size is padded."""
    note = struct.pack("<4sI", b"LIST", 5) + b"hello\0"
    assert bare_pcm(wav(FORMAT, note)) == PCM
    assert bare_pcm(wav(note, FORMAT)) == PCM


def test_what_follows_the_samples_is_left_out() -> None:
    """A chunk after the samples is not heard."""
    assert bare_pcm(wav(FORMAT) + struct.pack("<4sI", b"LIST", 4) + b"tail") == PCM


@pytest.mark.parametrize("size", [0xFFFF_FFFF, 1_000])
def test_size_of_a_streamed_file_means_the_rest(size: int) -> None:
    """Whoever streams a file does not know its length yet."""
    assert bare_pcm(wav(FORMAT, size=size)) == PCM


@pytest.mark.parametrize("audio", [b"", b"RIFF", PCM, b"RIFFxxxxAVI " + PCM])
def test_bare_samples_are_left_alone(audio: bytes) -> None:
    """What has no WAV header is audio from its first byte."""
    assert bare_pcm(audio) == audio


def test_file_without_samples_is_empty() -> None:
    """A header alone is not heard as a click."""
    assert bare_pcm(wav(FORMAT)[:40]) == b""


@pytest.mark.parametrize("length", range(1, 45))
def test_header_that_is_cut_is_told(length: int) -> None:
    """However little of it has come; with the first sample it is whole."""
    assert is_cut_header(wav(FORMAT)[:length])
    assert not is_cut_header(wav(FORMAT)[:45])


@pytest.mark.parametrize("audio", [b"", PCM, b"RIFT", b"RIFFxxxxAVI ", wav(FORMAT)[:44] * 2_000])
def test_bare_samples_are_no_cut_header(audio: bytes) -> None:
    """Audio is not held back for a header that cannot come."""
    assert not is_cut_header(audio)
