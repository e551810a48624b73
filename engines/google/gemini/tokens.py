"""Keeps the token for Vertex AI fresh, whatever becomes of the requests that need it.

The client library would renew it in a thread of the loop's own pool. A token server that hangs
would fill that pool with requests nobody waits for any more, and stop whatever else needs a thread.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from google.auth.credentials import Credentials
from google.auth.transport.requests import Request

RENEWAL_S = 3.0
"""Longest wait for a token server at any one time; it usually answers within 100 ms."""


class Tokens:
    """Renews a token, once for everybody who waits for it.

    Args:
        credentials: Whose token; ``None`` where none is needed.
    """

    def __init__(self, credentials: Credentials | None):
        self._credentials = credentials
        self._renewal: asyncio.Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="token")

    async def renew(self) -> None:
        """Return when the token is good for the next request.

        Raises:
            GoogleAuthError: The token server refused, or did not answer in time.
        """
        if self._credentials is None or (self._credentials.token and not self._credentials.expired):
            return
        if self._renewal is None or self._renewal.done():
            loop = asyncio.get_running_loop()
            self._renewal = loop.run_in_executor(self._thread, _refresh, self._credentials)
            self._renewal.add_done_callback(lambda done: done.cancelled() or done.exception())
        # Who leaves must not end it for the others.
        await asyncio.shield(self._renewal)

    def close(self) -> None:
        """Renew it no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _refresh(credentials: Credentials) -> None:
    credentials.refresh(partial(Request(), timeout=RENEWAL_S))  # type: ignore[no-untyped-call]
