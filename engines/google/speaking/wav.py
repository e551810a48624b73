"""Takes the samples out of a WAV file, whatever else it holds."""

import struct

HEADER = struct.Struct("<4sI4s")
CHUNK = struct.Struct("<4sI")


def bare_pcm(audio: bytes) -> bytes:
    """Return audio without its WAV header, if it has one.

    The chunks before the samples are of any kind and number (RIFF, 1991), so where the samples
    begin is read, not assumed. A size that is too large, as streamed files have, means the rest.
    """
    if len(audio) < HEADER.size or audio[:4] != b"RIFF" or audio[8:12] != b"WAVE":
        return audio
    at = HEADER.size
    while at + CHUNK.size <= len(audio):
        name, size = CHUNK.unpack_from(audio, at)
        at += CHUNK.size
        if name == b"data":
            return audio[at : at + size]
        at += size + size % 2
    return b""
