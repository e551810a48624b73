"""Who may come in, and how many at a time."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, urlsplit

from errors import CloseCode, LimitExceeded
from settings import Settings


class Admission:
    """The door of one process."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self.sessions = 0

    def check_origin(self, origin: str | None, host: str) -> None:
        """Let a page open a WebSocket only to the server it came from.

        Browsers always send an ``Origin``, other programs need none; the check protects a
        browser's user from foreign pages (CWE-1385). While the server is bound to loopback a
        host name that is not loopback is refused too, for a foreign page can rename itself to
        127.0.0.1 (DNS rebinding).

        Args:
            origin: The ``Origin`` header, ``None`` where there is none.
            host: The ``Host`` header.

        Raises:
            LimitExceeded: The page is foreign. Names the setting that would let it in.
        """
        if origin is None or origin in self._settings.allowed_origins:
            return
        same = _split(origin).netloc.lower() == host.lower()
        name = _split(f"//{host}").hostname or ""
        if not same or (is_loopback(self._settings.host) and not is_loopback(name)):
            raise LimitExceeded(
                "origin_refused",
                "This page may not open a conversation here.",
                "Add its origin to ALLOWED_ORIGINS.",
                close_code=CloseCode.ORIGIN_REFUSED,
            )

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Hold one of the places of this process.

        Raises:
            LimitExceeded: All are taken.
        """
        if self.sessions >= self._settings.max_sessions:
            raise LimitExceeded(
                "overloaded",
                "All places are taken.",
                "Please try again in a minute.",
                close_code=CloseCode.OVERLOADED,
                retryable=True,
            )
        self.sessions += 1
        try:
            yield
        finally:
            self.sessions -= 1


def is_loopback(host: str) -> bool:
    """Return whether a host name or address stays on this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(url: str) -> SplitResult:
    """Return the parts of a URL, all empty where it is malformed."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
