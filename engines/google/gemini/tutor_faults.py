"""What the exceptions of the Gemini client mean, and what may still help against each."""

import random
import re
from dataclasses import dataclass
from typing import Any

from google.auth.exceptions import DefaultCredentialsError, RefreshError
from google.genai.errors import APIError

from engines.google.gemini.replies import Ending, Piece
from engines.tutoring import tutor_errors
from engines.tutoring.attempts import LONGEST_RETRY_DELAY_S, Fault
from errors import EngineError

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TIMED_OUT = 400, 401, 403, 404, 408
TOO_MANY_REQUESTS, CLIENT_CLOSED, SERVER_FAULT = 429, 499, 500

WRONG_KEY = "API_KEY_INVALID"
RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"

REQUEST_SETTINGS = "GEMINI_MODEL, GEMINI_THINKING, GEMINI_TEMPERATURE and GEMINI_MAX_OUTPUT_TOKENS"
"""What a request is made of beside the conversation."""

NO_CREDENTIALS = (DefaultCredentialsError, RefreshError)


class EndedEarly(Exception):
    """The answer ended otherwise than it should.

    Args:
        piece: The piece that ended it, or an empty one where the stream just stopped.
        spoken: Whether it had words.
    """

    def __init__(self, piece: Piece, *, spoken: bool):
        super().__init__(piece.reason)
        self.piece = piece
        self.spoken = spoken


@dataclass(frozen=True, slots=True)
class Refused:
    """What a service that answered with an error said, without its words.

    Args:
        code: Its status.
        wrong_key: Whether it did not know the key; the status alone is that of any bad request.
        retry_after_s: When it wants to be asked again, in seconds, if it said so.
    """

    code: int
    wrong_key: bool = False
    retry_after_s: float | None = None

    @property
    def unauthorized(self) -> bool:
        """Whether the key or the credentials are to blame."""
        return self.wrong_key or self.code in (UNAUTHORIZED, FORBIDDEN)

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed if it is sent again."""
        passing = (TIMED_OUT, CLIENT_CLOSED)
        return self.code < BAD_REQUEST or self.code >= SERVER_FAULT or self.code in passing


def read_refusal(error: APIError) -> Refused:
    """Return what an error of the service says."""
    code = error.code if isinstance(error.code, int) else SERVER_FAULT
    details = _details(error)
    wrong_key = any(detail.get("reason") == WRONG_KEY for detail in details)
    return Refused(code, wrong_key, _retry_after_s(details))


def explain_start(error: Exception, credentials: str, model: str) -> EngineError | None:
    """Return what to change before the service can start, if it is for us to change.

    Args:
        error: What came of asking for the model's description.
        credentials: Name of the setting that holds the key or names the credentials.
        model: Name of the setting that names the model.
    """
    refused = read_refusal(error) if isinstance(error, APIError) else None
    if isinstance(error, NO_CREDENTIALS) or (refused and refused.unauthorized):
        return EngineError(
            "tutor_unauthorized",
            f"Gemini refuses what {credentials} holds.",
            f"Put a valid key or valid credentials into {credentials}.",
        )
    if refused and refused.code == NOT_FOUND:
        return EngineError(
            "tutor_rejected",
            f"Gemini has no model of the name in {model}.",
            f"Set {model} to a model that ai.google.dev/gemini-api/docs/models lists.",
        )
    return None


def judge(error: Exception, credentials: str, *, with_picture: bool = False) -> Fault:
    """Return what an exception means for the answer.

    The client wraps neither transport errors nor malformed answers, so whatever is not known to
    last counts as a failure that may pass.

    Args:
        error: The exception.
        credentials: Name of the setting that holds the key or the credentials.
        with_picture: Whether a picture was sent, which may be one that cannot be read.
    """
    cause = type(error).__name__
    if isinstance(error, APIError):
        return _judge_refusal(read_refusal(error), credentials, with_picture=with_picture)
    if isinstance(error, EndedEarly):
        return _judge_ending(error)
    if isinstance(error, NO_CREDENTIALS):
        return Fault(tutor_errors.unauthorized(credentials), cause)
    if isinstance(error, TimeoutError):
        return _passing(tutor_errors.timed_out(), cause)
    return _passing(tutor_errors.failed(), cause)


def _judge_refusal(refused: Refused, credentials: str, *, with_picture: bool) -> Fault:
    cause = f"status {refused.code}"
    if refused.code == TOO_MANY_REQUESTS:
        return _judge_quota(refused, cause)
    if refused.passing:
        return _passing(tutor_errors.failed(), cause)
    if refused.unauthorized:
        return Fault(tutor_errors.unauthorized(credentials), cause)
    if with_picture and refused.code == BAD_REQUEST:
        return Fault(tutor_errors.unreadable(REQUEST_SETTINGS), cause)
    return Fault(tutor_errors.rejected(REQUEST_SETTINGS), cause)


def _judge_quota(refused: Refused, cause: str) -> Fault:
    delay_s = refused.retry_after_s
    soon = delay_s is not None and delay_s <= LONGEST_RETRY_DELAY_S
    return Fault(
        tutor_errors.over_quota(),
        cause,
        same_model=soon,
        next_model=True,
        delay_s=delay_s if soon and delay_s is not None else 0.0,
    )


def _judge_ending(error: EndedEarly) -> Fault:
    cause = f"ended with {error.piece.reason or 'no reason'}"
    if error.piece.ending is Ending.BLOCKED:
        return Fault(tutor_errors.blocked(), cause)
    if not error.spoken:
        return _passing(tutor_errors.empty(), cause)
    if error.piece.ending is Ending.CUT_SHORT:
        return Fault(tutor_errors.cut_short(), cause)
    return Fault(tutor_errors.failed(), cause)


def _passing(error: EngineError, cause: str) -> Fault:
    # Spread, so that sessions that failed together do not come back together.
    delay_s = random.uniform(0.05, LONGEST_RETRY_DELAY_S)
    return Fault(error, cause, same_model=True, next_model=True, delay_s=delay_s)


def _details(error: APIError) -> list[dict[str, Any]]:
    """Return the details of the ``google.rpc.Status``, as far as there are any."""
    body = error.details.get("error") if isinstance(error.details, dict) else None
    details = body.get("details") if isinstance(body, dict) else None
    found = details if isinstance(details, list) else []
    return [detail for detail in found if isinstance(detail, dict)]


def _retry_after_s(details: list[dict[str, Any]]) -> float | None:
    for detail in details:
        delay = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(detail.get("retryDelay", "")))
        if detail.get("@type") == RETRY_INFO and delay:
            return float(delay[1])
    return None
