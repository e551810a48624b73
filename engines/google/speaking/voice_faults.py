"""How an attempt to speak goes wrong, and what the learner is told if it is not repeated."""

import grpc  # type: ignore[import-untyped]  # ships no type hints

from engines.google.faults import failure, refusal
from errors import EngineError


class Stalled(Exception):
    """The service owes audio and sends none."""


class EndedEarly(Exception):
    """The service ended well but left out the audio it owed."""


FAULTS = (grpc.RpcError, Stalled, EndedEarly)
"""What ends an attempt."""


def refused_by(fault: Exception) -> EngineError | None:
    """Return the error of a service that refuses, ``None`` where another attempt may help."""
    return refusal("voice", fault) if isinstance(fault, grpc.RpcError) else None


def give_up(fault: Exception) -> EngineError:
    """Return the error of a service that was tried often enough."""
    failed = failure("voice")
    if not isinstance(fault, Stalled):
        return failed
    message = "The answer could not be spoken in time."
    return EngineError("voice_timeout", message, failed.action, retryable=True)
