"""Which status of a Google service means what."""

import logging

import grpc.aio  # type: ignore[import-untyped]  # ships no type hints
import pytest

from engines.google.faults import NO_TOKEN, failure, lacks_token, log_fault, refusal

SECRET = "what a learner said"


def ended_with(status: str, details: str = SECRET) -> grpc.aio.AioRpcError:
    """Return how a call ended."""
    nothing = grpc.aio.Metadata()
    return grpc.aio.AioRpcError(grpc.StatusCode[status], nothing, nothing, details)


@pytest.mark.parametrize(
    ("status", "reason", "retryable"),
    [
        ("UNAUTHENTICATED", "unauthorized", False),
        ("PERMISSION_DENIED", "unauthorized", False),
        ("RESOURCE_EXHAUSTED", "quota", True),
        ("INVALID_ARGUMENT", "rejected", False),
        ("NOT_FOUND", "rejected", False),
    ],
)
@pytest.mark.parametrize("stage", ["stt", "voice"])
def test_a_refusal_is_an_error_of_its_own(
    stage: str, status: str, reason: str, retryable: bool
) -> None:
    """It says what to do, and nothing of what the service said."""
    error = refusal(stage, ended_with(status))  # type: ignore[arg-type]  # both are stages
    assert error is not None
    assert (error.code, error.retryable) == (f"{stage}_{reason}", retryable)
    assert error.message
    assert error.action
    assert SECRET not in str(error) + error.action


@pytest.mark.parametrize("stage", ["stt", "voice"])
@pytest.mark.parametrize(
    ("status", "setting"),
    [
        ("UNAUTHENTICATED", "GOOGLE_APPLICATION_CREDENTIALS"),
        ("INVALID_ARGUMENT", "DEFAULT_LANGUAGE"),
    ],
)
def test_a_refusal_names_the_setting_to_change(stage: str, status: str, setting: str) -> None:
    """Credentials, or language, model and voice."""
    error = refusal(stage, ended_with(status))  # type: ignore[arg-type]  # both are stages
    assert error is not None
    assert setting in error.action


@pytest.mark.parametrize(
    "status",
    ["OUT_OF_RANGE", "ABORTED", "UNAVAILABLE", "INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED"],
)
def test_other_ends_of_a_call_are_worth_another(status: str) -> None:
    """The limits of the service, and whatever breaks on the way."""
    assert refusal("stt", ended_with(status)) is None


def test_credentials_that_yield_no_token_are_a_refusal() -> None:
    """For gRPC they are UNAVAILABLE, and it would be so each time."""
    error = refusal("stt", ended_with("UNAVAILABLE", f"{NO_TOKEN} with error: {SECRET}"))
    assert error is not None
    assert error.code == "stt_unauthorized"


def test_a_token_may_come_yet() -> None:
    """What says so is told apart from a service that cannot be reached."""
    assert lacks_token(ended_with("UNAVAILABLE", f"{NO_TOKEN} with error: {SECRET}"))
    assert not lacks_token(ended_with("UNAVAILABLE"))
    assert not lacks_token(TimeoutError())


def test_a_failure_may_pass() -> None:
    """The learner is asked to say it again."""
    error = failure("stt")
    assert (error.code, error.retryable) == ("stt_failed", True)


def test_the_log_tells_the_status_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    """One line without a traceback; what the service said may quote a learner."""
    with caplog.at_level(logging.WARNING):
        log_fault("stt", ended_with("UNAVAILABLE"), 2)
        log_fault("voice", TimeoutError(SECRET), 1)
        log_fault("stt", ended_with("UNAVAILABLE", f"{NO_TOKEN} with error: {SECRET}"), 1)
    assert [record.getMessage() for record in caplog.records] == [
        "a call of the stt engine ended: UNAVAILABLE, attempt 2",
        "a call of the voice engine ended: TimeoutError, attempt 1",
        "a call of the stt engine ended: UNAVAILABLE (no token), attempt 1",
    ]
    assert all(record.exc_info is None for record in caplog.records)
