"""Who may come in: the Origin rule and the places of a process."""

import pytest

from errors import LimitExceeded
from limits import Admission, is_loopback
from settings import Settings


def make_admission(**options: object) -> Admission:
    """Return the door of a process with these settings."""
    return Admission(Settings(**options))  # type: ignore[arg-type]  # values are validated


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "127.0.0.1:8000"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://localhost:8000", "localhost:8000"),
        ("http://LOCALHOST:8000", "localhost:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("https://tutor.example", "127.0.0.1:8000"),
    ],
)
def test_the_own_page_and_listed_pages_may_connect(origin: str | None, host: str) -> None:
    """The page's own host, an allow-listed origin, and programs that are no browser."""
    make_admission(allowed_origins="https://tutor.example").check_origin(origin, host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example", "127.0.0.1:8000"),
        ("null", "127.0.0.1:8000"),
        ("", "127.0.0.1:8000"),
        ("http://127.0.0.1:8001", "127.0.0.1:8000"),
        ("http://127.0.0.1:8000.evil.example", "127.0.0.1:8000"),
        ("https://tutor.example.evil.example", "tutor.example"),
        ("http://tutor.example", "127.0.0.1:8000"),
        ("http://evil.example:8000", "evil.example:8000"),
        ("http://[::1", "127.0.0.1:8000"),
    ],
)
def test_a_foreign_page_is_refused(origin: str, host: str) -> None:
    """Another host, port or scheme, a look-alike, or a name rebound to loopback."""
    admission = make_admission(allowed_origins="https://tutor.example")
    with pytest.raises(LimitExceeded) as refusal:
        admission.check_origin(origin, host)
    assert (refusal.value.code, refusal.value.close_code) == ("origin_refused", 4403)
    assert "ALLOWED_ORIGINS" in refusal.value.action


def test_a_public_server_takes_its_own_name_from_the_request() -> None:
    """Bound to the network, the host a browser asked for is the host of the page."""
    make_admission(host="0.0.0.0").check_origin("http://10.1.2.3:8000", "10.1.2.3:8000")


def test_places_are_bounded_and_given_back() -> None:
    """The session after the last place is refused with 1013; a place is free again after use."""
    admission = make_admission(max_sessions=1)
    with admission.seat():
        with pytest.raises(LimitExceeded) as refusal, admission.seat():
            pass
        assert (refusal.value.close_code, refusal.value.retryable) == (1013, True)
    with admission.seat():
        assert admission.sessions == 1
    assert admission.sessions == 0


def test_a_session_that_fails_gives_its_place_back() -> None:
    """Whatever ends it."""
    admission = make_admission(max_sessions=1)
    with pytest.raises(RuntimeError), admission.seat():
        raise RuntimeError
    assert admission.sessions == 0


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("page.localhost", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
    ],
)
def test_loopback_is_told_from_the_rest(host: str, expected: bool) -> None:
    """Names and addresses of this machine alone."""
    assert is_loopback(host) is expected
