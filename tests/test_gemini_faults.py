"""What the exceptions of the Gemini client mean."""

from typing import Any

import httpx2
import pytest
from google.auth.exceptions import DefaultCredentialsError, RefreshError
from google.genai.errors import APIError, ClientError, ServerError, UnknownApiResponseError

from engines.google.gemini.replies import Ending, Piece
from engines.google.gemini.tutor_faults import EndedEarly, explain_start, judge

SECRET = "what the learner said"
WRONG_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}

NO_CREDENTIALS = DefaultCredentialsError(SECRET)  # type: ignore[no-untyped-call]
NO_TOKEN = RefreshError(SECRET)  # type: ignore[no-untyped-call]


def refusal(code: Any, *details: Any) -> APIError:
    """Return the client's error for an answer of the service."""
    kind = ServerError if isinstance(code, int) and code >= 500 else ClientError
    return kind(code, {"error": {"code": code, "message": SECRET, "details": list(details)}})


def retry_in(delay: str) -> dict[str, str]:
    """Return the detail that says when to come back."""
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


@pytest.mark.parametrize(
    ("error", "code", "again"),
    [
        (refusal(500), "tutor_failed", True),
        (refusal(503), "tutor_failed", True),
        (refusal(504), "tutor_failed", True),
        (refusal(408), "tutor_failed", True),
        (refusal(499), "tutor_failed", True),
        (refusal(None), "tutor_failed", True),
        (refusal(400), "tutor_rejected", False),
        (refusal(404), "tutor_rejected", False),
        (refusal(400, WRONG_KEY), "tutor_unauthorized", False),
        (refusal(401), "tutor_unauthorized", False),
        (refusal(403), "tutor_unauthorized", False),
        (NO_CREDENTIALS, "tutor_unauthorized", False),
        (NO_TOKEN, "tutor_unauthorized", False),
        (TimeoutError(), "tutor_timeout", True),
        (httpx2.ConnectError(SECRET), "tutor_failed", True),
        (httpx2.ReadError(SECRET), "tutor_failed", True),
        (httpx2.ReadTimeout(SECRET), "tutor_failed", True),
        (UnknownApiResponseError(SECRET), "tutor_failed", True),
        (ValueError(SECRET), "tutor_failed", True),
        (EndedEarly(Piece(""), spoken=False), "tutor_empty", True),
        (EndedEarly(Piece("", Ending.COMPLETE, "STOP"), spoken=False), "tutor_empty", True),
        (EndedEarly(Piece("", Ending.CUT_SHORT, "MAX_TOKENS"), spoken=False), "tutor_empty", True),
        (EndedEarly(Piece("", Ending.BROKEN, "OTHER"), spoken=False), "tutor_empty", True),
        (EndedEarly(Piece("", Ending.BLOCKED, "SAFETY"), spoken=False), "tutor_blocked", False),
        (EndedEarly(Piece("", Ending.BLOCKED, "SAFETY"), spoken=True), "tutor_blocked", False),
        (EndedEarly(Piece("", Ending.BROKEN, "OTHER"), spoken=True), "tutor_failed", False),
        (EndedEarly(Piece("", Ending.CUT_SHORT, "X"), spoken=True), "tutor_cut_short", False),
        (EndedEarly(Piece(""), spoken=True), "tutor_failed", False),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_each_error_has_its_answer(error: Exception, code: str, again: bool) -> None:
    """Its code, and whether to ask again, the same model or another."""
    fault = judge(error, "GEMINI_API_KEY")
    assert (fault.error.code, fault.same_model, fault.next_model) == (code, again, again)
    assert fault.delay_s <= 0.3


@pytest.mark.parametrize("setting", ["MODEL", "THINKING", "TEMPERATURE", "MAX_OUTPUT_TOKENS"])
def test_a_request_that_is_refused_names_what_it_is_made_of(setting: str) -> None:
    """Every setting that may be wrong."""
    assert f"GEMINI_{setting}" in judge(refusal(400), "GEMINI_API_KEY").error.action


def test_a_missing_model_is_not_blamed_on_the_picture() -> None:
    """Only a request that is bad may be so for its picture."""
    assert "picture" not in judge(refusal(404), "KEY", with_picture=True).error.message
    assert "picture" in judge(refusal(400), "KEY", with_picture=True).error.message


@pytest.mark.parametrize("error", [refusal(500), refusal(400), ValueError(SECRET)])
def test_no_text_of_the_service_is_passed_on(error: Exception) -> None:
    """It may quote the learner: neither the log nor the page may have it."""
    fault = judge(error, "GEMINI_API_KEY")
    assert SECRET not in f"{fault.cause} {fault.error.message} {fault.error.action}"


@pytest.mark.parametrize(
    ("details", "same_model", "delay_s"),
    [
        ((), False, 0.0),
        ((retry_in("7s"),), False, 0.0),
        ((retry_in("0.2s"),), True, 0.2),
        ((retry_in("soon"),), False, 0.0),
        (("odd", {"@type": "other", "retryDelay": "0.1s"}), False, 0.0),
    ],
)
def test_an_exhausted_quota_is_not_hammered(
    details: tuple[Any, ...],
    same_model: bool,
    delay_s: float,
) -> None:
    """The same model only if it says that it will soon be ready; another model at once."""
    fault = judge(refusal(429, *details), "GEMINI_API_KEY")
    assert fault.error.code == "tutor_quota"
    assert (fault.same_model, fault.next_model) == (same_model, True)
    assert fault.delay_s == delay_s


@pytest.mark.parametrize("body", [[], "text", {"error": "text"}, {"error": {"details": 3}}, None])
def test_a_body_of_any_shape_is_read(body: Any) -> None:
    """A proxy may answer in place of the service."""
    error = ServerError(502, {})
    error.details = body
    assert judge(error, "GEMINI_API_KEY").error.code == "tutor_failed"


@pytest.mark.parametrize(
    ("error", "code", "named"),
    [
        (refusal(400, WRONG_KEY), "tutor_unauthorized", "GEMINI_API_KEY"),
        (refusal(403), "tutor_unauthorized", "GEMINI_API_KEY"),
        (refusal(404), "tutor_rejected", "GEMINI_MODEL"),
    ],
)
def test_a_start_that_cannot_succeed_names_the_setting(
    error: Exception, code: str, named: str
) -> None:
    """What to change stands in the message and in the advice."""
    explanation = explain_start(error, "GEMINI_API_KEY", "GEMINI_MODEL")
    assert explanation is not None
    assert explanation.code == code
    assert named in explanation.message
    assert named in explanation.action


@pytest.mark.parametrize(
    "error", [refusal(503), refusal(429), TimeoutError(), httpx2.ConnectError("")]
)
def test_trouble_that_may_pass_does_not_stop_the_start(error: Exception) -> None:
    """The service may be there when a learner asks."""
    assert explain_start(error, "GEMINI_API_KEY", "GEMINI_MODEL") is None
