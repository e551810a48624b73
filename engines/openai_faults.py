"""What the exceptions of the ``openai`` package mean for an answer."""

from typing import TYPE_CHECKING

from engines.tutoring import tutor_errors
from engines.tutoring.attempts import LONGEST_RETRY_DELAY_S, RETRY_DELAY_S, Fault

if TYPE_CHECKING:
    from openai import APIStatusError

UNAUTHORIZED = frozenset({401, 403})
QUOTA = 429
BLIND = frozenset({400, 415, 422, 500, 501})
"""How servers refuse a picture."""
SERVER_FAULT = 500
"""How llama.cpp refuses a picture, and how others say that something broke."""
PASSING = frozenset({408, 409, 425})
"""Refusals that a server may take back a moment later."""


def judge(error: Exception, *, with_picture: bool = False) -> Fault:
    """Return what an exception means, and whether to ask again.

    A server that is slow is not asked again: it may well be at work still, and a second question
    would make it slower.

    Args:
        error: What the package raised.
        with_picture: Whether a picture was sent, which many models cannot take.
    """
    from openai import APIStatusError, APITimeoutError

    if isinstance(error, APIStatusError):
        if with_picture and error.status_code in BLIND:
            cause, again = f"status {error.status_code}", error.status_code == SERVER_FAULT
            return Fault(tutor_errors.blind("OPENAI_MODEL"), cause, same_model=again)
        return _judge_status(error)
    cause = type(error).__name__
    if isinstance(error, TimeoutError | APITimeoutError):
        return Fault(tutor_errors.timed_out(), cause)
    return Fault(tutor_errors.failed(), cause, same_model=True)


def _judge_status(error: "APIStatusError") -> Fault:
    status = error.status_code
    cause = f"status {status}"
    if status in UNAUTHORIZED:
        return Fault(tutor_errors.unauthorized("OPENAI_API_KEY"), cause)
    if status == QUOTA:
        delay_s = _retry_delay_s(error)
        soon = delay_s <= LONGEST_RETRY_DELAY_S
        return Fault(tutor_errors.over_quota(), cause, same_model=soon, delay_s=delay_s)
    if status < 500 and status not in PASSING:
        return Fault(tutor_errors.rejected("OPENAI_MODEL and OPENAI_BASE_URL"), cause)
    return Fault(tutor_errors.failed(), cause, same_model=True)


def _retry_delay_s(error: "APIStatusError") -> float:
    """Return the rest that the server asks for; it asks for a long one where it does not say."""
    try:
        return max(RETRY_DELAY_S, float(error.response.headers["retry-after"]))
    except (KeyError, ValueError):  # it may also be a date, which is never that soon
        return float("inf")
