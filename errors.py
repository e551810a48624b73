"""The exceptions of the service: one small tree, ordered by who is to blame.

Every leaf knows the answer it deserves: a stable ``code``, a sentence for the learner, what to
do next, and whether the same thing may work if tried again.
"""

from enum import IntEnum


class CloseCode(IntEnum):
    """Why a connection ends (RFC 6455, 7.4.1 and its registry; from 4000 on our own)."""

    NORMAL = 1000
    GOING_AWAY = 1001
    TOO_BIG = 1009
    INTERNAL = 1011
    SERVICE_RESTART = 1012
    OVERLOADED = 1013
    MALFORMED = 4400
    ORIGIN_REFUSED = 4403
    SLOW_CLIENT = 4408
    MISCONFIGURED = 4503


class TeachMeError(Exception):
    """The root of every error this service raises on purpose.

    Attributes:
        code: Stable machine-readable name, for example ``"malformed_frame"``.
        message: What went wrong, in plain words. Never holds a learner's words.
        action: What the reader can do about it.
        retryable: Whether the same request may succeed later.
    """

    def __init__(self, code: str, message: str, action: str = "", *, retryable: bool = False):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.action = action
        self.retryable = retryable


class ProtocolError(TeachMeError):
    """The peer sent bytes that are not a message. The session answers and skips them."""


class LimitExceeded(TeachMeError):
    """The peer asked for more than it may have. Carries the WebSocket close code to use."""

    def __init__(
        self,
        code: str,
        message: str,
        action: str = "",
        *,
        close_code: CloseCode,
        retryable: bool = False,
    ):
        super().__init__(code, message, action, retryable=retryable)
        self.close_code = close_code


class EngineError(TeachMeError):
    """An engine failed. The turn ends with an apology and the session goes on.

    Raised by an engine's start it means that no session can begin: its message and action are for
    the operator, and name the setting to change.
    """


class BadSettings(TeachMeError):
    """The operator set what cannot be. The message names each variable and what it may be."""


class InvalidTransition(TeachMeError):
    """Our own mistake: the session was asked to move to a phase it cannot reach from here."""
