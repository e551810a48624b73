"""What to do when a Google service answers with an error: try again, or tell the learner."""

import logging
from typing import Literal

import grpc  # type: ignore[import-untyped]  # ships no type hints

from errors import EngineError

Stage = Literal["stt", "voice"]

Reason = Literal["unauthorized", "quota", "rejected"]

REASONS: dict[grpc.StatusCode, Reason] = {
    grpc.StatusCode.UNAUTHENTICATED: "unauthorized",
    grpc.StatusCode.PERMISSION_DENIED: "unauthorized",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "quota",
    grpc.StatusCode.INVALID_ARGUMENT: "rejected",
    grpc.StatusCode.NOT_FOUND: "rejected",
    grpc.StatusCode.FAILED_PRECONDITION: "rejected",
    grpc.StatusCode.UNIMPLEMENTED: "rejected",
}
"""Why a service refuses, where the same request would be refused again."""

NO_TOKEN = "Getting metadata from plugin failed"
"""How gRPC's core begins the details of UNAVAILABLE when the credentials yield no token."""

CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS"

TEXTS: dict[tuple[Stage, Reason], tuple[str, str]] = {
    ("stt", "unauthorized"): (
        "Google does not let this service use its speech recognition.",
        f"Check {CREDENTIALS}, and that Cloud Speech-to-Text is enabled for its project.",
    ),
    ("stt", "quota"): (
        "Google's speech recognition takes no more requests at the moment.",
        "Wait a minute and say it again.",
    ),
    ("stt", "rejected"): (
        "Google's speech recognition does not accept the language, the phrases or the model.",
        "Check DEFAULT_LANGUAGE, ALTERNATIVE_LANGUAGES, PHRASE_HINTS and GOOGLE_STT_MODEL.",
    ),
    ("voice", "unauthorized"): (
        "Google does not let this service use its voices.",
        f"Check {CREDENTIALS}, and that Cloud Text-to-Speech is enabled for its project.",
    ),
    ("voice", "quota"): (
        "Google's voices take no more requests at the moment.",
        "Read on: the rest comes in writing.",
    ),
    ("voice", "rejected"): (
        "Google does not accept the voice or the language.",
        "Check GOOGLE_VOICE and DEFAULT_LANGUAGE.",
    ),
}

FAILURES: dict[Stage, tuple[str, str]] = {
    "stt": ("Your words could not be recognised.", "Please say it again."),
    "voice": ("The answer could not be spoken.", "Read on: the rest comes in writing."),
}

logger = logging.getLogger(__name__)


def refusal(stage: Stage, error: grpc.RpcError) -> EngineError | None:
    """Return the error of a service that refuses, ``None`` where it may be worth trying again.

    Args:
        stage: Which service; begins the code of the error.
        error: How the call ended.
    """
    reason = "unauthorized" if lacks_token(error) else REASONS.get(error.code())
    return None if reason is None else refused(stage, reason)


def lacks_token(error: BaseException) -> bool:
    """Return whether a call ended because the credentials yielded no token; they may yet."""
    return isinstance(error, grpc.RpcError) and (error.details() or "").startswith(NO_TOKEN)


def refused(stage: Stage, reason: Reason) -> EngineError:
    """Return the error of a service that refuses for a reason."""
    message, action = TEXTS[stage, reason]
    return EngineError(f"{stage}_{reason}", message, action, retryable=reason == "quota")


def failure(stage: Stage) -> EngineError:
    """Return the error of a service that was tried often enough."""
    message, action = FAILURES[stage]
    return EngineError(f"{stage}_failed", message, action, retryable=True)


def log_fault(stage: Stage, error: BaseException, attempt: int) -> None:
    """Log how a call ended, by its status alone: the details may quote a learner.

    Args:
        stage: Which service.
        error: How the call ended.
        attempt: How many calls in a row have ended so.
    """
    status = error.code().name if isinstance(error, grpc.RpcError) else type(error).__name__
    if lacks_token(error):
        status += " (no token)"
    logger.warning("a call of the %s engine ended: %s, attempt %d", stage, status, attempt)
