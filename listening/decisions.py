"""What endpointing decides: one frozen event per decision.

Every ``at`` is a moment on the loop's clock, in seconds.
"""

from dataclasses import dataclass
from typing import Literal

EndReason = Literal["silence", "client", "idle", "too_long"]
"""Why an utterance ended: ``idle`` is a client that stopped sending."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """An utterance has begun; its speech began at ``at``."""

    at: float


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The learner just fell silent. A hint: recognise now, while the hold still runs."""

    at: float


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """The learner speaks on after a ``SpeechPaused``."""

    at: float


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The utterance is over; the last speech in it ended at ``speech_ended_at``."""

    reason: EndReason
    speech_ended_at: float


@dataclass(frozen=True, slots=True)
class BargeInMaybe:
    """Something that may be the learner sounds over the tutor; confirmed or rejected soon."""

    at: float


@dataclass(frozen=True, slots=True)
class BargeInConfirmed:
    """It is the learner. ``SpeechStarted`` follows."""

    at: float


@dataclass(frozen=True, slots=True)
class BargeInRejected:
    """It was an echo or a noise."""

    at: float


Decision = (
    SpeechStarted
    | SpeechPaused
    | SpeechResumed
    | TurnEnded
    | BargeInMaybe
    | BargeInConfirmed
    | BargeInRejected
)
