"""Takes the samples out of a WAV file, whatever else it holds."""

import struct

HEADER = struct.Struct("<4sI4s")
CHUNK = struct.Struct("<4sI")


LONGEST_HEADER = 65_536
"""Bytes before the samples at most; what goes on for longer is no header."""


def bare_pcm(audio: bytes) -> bytes:
    """Return audio without its WAV header, if it has one.

    The chunks before the samples are of any kind and number (RIFF, 1991), so where the samples
    begin is read, not assumed. A size that is too large, as streamed files have, means the rest.
    """
    if len(audio) < HEADER.size or not _may_be_wav(audio):
        return audio
    at = HEADER.size
    while at + CHUNK.size <= len(audio):
        name, size = CHUNK.unpack_from(audio, at)
        at += CHUNK.size
        if name == b"data":
            return audio[at : at + size]
        at += size + size % 2
    return b""


def is_cut_header(audio: bytes) -> bool:
    """Return whether audio may be the beginning of a WAV header whose end is still to come."""
    if not audio or len(audio) > LONGEST_HEADER or not _may_be_wav(audio):
        return False
    return len(audio) < HEADER.size or not bare_pcm(audio)


def _may_be_wav(audio: bytes) -> bool:
    return b"RIFF".startswith(audio[:4]) and b"WAVE".startswith(audio[8:12])
