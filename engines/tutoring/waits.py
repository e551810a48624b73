"""How long a tutor behind the network is waited for."""

from dataclasses import dataclass

START_PATIENCE_S = 3.0
"""Longest wait for what a service says of its models at the start."""

PATIENCE_SHARE = 0.95
"""Of the time the service waits for words, so that the reason for the silence is known first."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait, in seconds.

    Args:
        first_s: For the first words of one attempt, where another one may follow it.
        between_s: Between any two words.
        whole_s: For anybody's first words, all attempts and rests together.
    """

    first_s: float
    between_s: float
    whole_s: float


def share_out(timeout_s: float, first_s: float | None = None) -> Waits:
    """Return the waits of a tutor.

    Args:
        timeout_s: How long the service waits for the tutor's next words.
        first_s: For the first words of one attempt; left out, the first attempt may take all.
    """
    wait_s = timeout_s * PATIENCE_SHARE
    return Waits(wait_s if first_s is None else first_s, wait_s, wait_s)
