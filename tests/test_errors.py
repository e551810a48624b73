"""The error tree: each leaf knows its answer, and who is to blame."""

import pytest

from errors import (
    CloseCode,
    EngineError,
    InvalidTransition,
    LimitExceeded,
    ProtocolError,
    TeachMeError,
)


@pytest.mark.parametrize("leaf", [ProtocolError, EngineError, InvalidTransition])
def test_an_error_knows_its_answer(leaf: type[TeachMeError]) -> None:
    """Code, message, action and retryability are attributes, so nobody parses a text."""
    error = leaf("no_room", "All seats are taken.", "Come back later.", retryable=True)
    assert (error.code, error.message) == ("no_room", "All seats are taken.")
    assert (error.action, error.retryable) == ("Come back later.", True)


def test_an_error_is_final_unless_it_says_otherwise() -> None:
    """Without a word about it, trying again is pointless."""
    error = EngineError("broken", "The voice is broken.")
    assert (error.action, error.retryable) == ("", False)


def test_a_limit_carries_its_close_code() -> None:
    """Whoever is refused learns it from the WebSocket close code."""
    error = LimitExceeded(
        "no_room", "All seats are taken.", close_code=CloseCode.OVERLOADED, retryable=True
    )
    assert (error.close_code, error.retryable) == (1013, True)


def test_the_text_of_an_error_is_its_code_and_message() -> None:
    """A log line shows both."""
    assert str(ProtocolError("bad_payload", "Not JSON.")) == "bad_payload: Not JSON."


@pytest.mark.parametrize("leaf", [ProtocolError, LimitExceeded, EngineError, InvalidTransition])
def test_the_tree_is_flat(leaf: type[TeachMeError]) -> None:
    """No leaf catches another: who handles engine failures does not swallow our own mistakes."""
    assert leaf.__bases__ == (TeachMeError,)
