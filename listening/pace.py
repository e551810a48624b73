"""A limit on how fast audio is taken in: time, counted in seconds of sound."""

BURST_S = 4.0
"""Audio taken at once after a quiet spell, such as a client had to keep while it connected."""

SPEED = 2.0
"""Seconds of audio taken a second in the long run; a live microphone needs one."""


class Pace:
    """A token bucket whose tokens are seconds of audio.

    Args:
        now: The present on the loop's clock, in seconds.
    """

    def __init__(self, now: float):
        self._credit = BURST_S
        self._updated = now

    def take(self, seconds: float, now: float) -> float:
        """Take that much audio and return how long to wait before taking more, in seconds."""
        self._credit = min(BURST_S, self._credit + (now - self._updated) * SPEED) - seconds
        self._updated = now
        return max(0.0, -self._credit / SPEED)
