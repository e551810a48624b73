"""Time stamps inside audio frames, too soft to hear: how long a frame took from socket to ears.

The load generator and the server are two processes of one machine, which share its monotonic
clock. A stamp is four samples that hold a byte each, so it stays below -40 dBFS.
"""

import time
from struct import Struct

BUCKET_MS = 0.1
LONGEST_MS = 2_000.0

_BYTES = Struct("<4H")
_WORD = Struct("<I")
_MASK = 0xFFFF_FFFF


def stamp(pcm: bytearray, offset: int) -> None:
    """Write the present time over the four samples at ``offset``."""
    now = _WORD.pack(time.monotonic_ns() // 1_000 & _MASK)
    _BYTES.pack_into(pcm, offset, *now)


def age_ms(pcm: bytes | memoryview) -> float:
    """Return the milliseconds since audio was stamped in its first samples."""
    sent: int = _WORD.unpack(bytes(_BYTES.unpack_from(pcm)))[0]
    return ((time.monotonic_ns() // 1_000 - sent) & _MASK) / 1_000


class DelayCounts:
    """How often which delay occurred, in buckets of 0.1 ms: its size does not depend on use."""

    def __init__(self) -> None:
        self._counts = [0] * (int(LONGEST_MS / BUCKET_MS) + 1)

    def add(self, delay_ms: float) -> None:
        """Count a delay; one of two seconds or more as two seconds."""
        self._counts[min(int(delay_ms / BUCKET_MS), len(self._counts) - 1)] += 1

    def take(self) -> dict[str, float]:
        """Return the number of delays and their percentiles in milliseconds, and begin anew."""
        counts, self._counts = self._counts, [0] * len(self._counts)
        total = sum(counts)
        found = {
            f"p{percent}": _percentile(counts, total * percent / 100) for percent in (50, 95, 99)
        }
        return {"frames": total, **found}


def _percentile(counts: list[int], rank: float) -> float:
    seen = 0
    for bucket, count in enumerate(counts):
        seen += count
        if count and seen >= rank:
            return (bucket + 1) * BUCKET_MS
    return 0.0
