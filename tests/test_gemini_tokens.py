"""The token for Vertex AI: renewed once for everybody, and never in the way of anything else."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.auth.credentials import Credentials

from engines.google.gemini.tokens import RENEWAL_S, Tokens


class SlowCredentials(Credentials):
    """Credentials whose token server answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.answer = threading.Event()
        self.requests: list[Any] = []

    def refresh(self, request: Any) -> None:
        """Wait, and have a token for an hour."""
        self.requests.append(request)
        self.answer.wait(10)
        self.token = "fresh"
        self.expiry = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)


@pytest.fixture
def credentials() -> Iterator[SlowCredentials]:
    """Credentials without a token; in the end their server answers."""
    credentials = SlowCredentials()
    yield credentials
    credentials.answer.set()


async def test_a_token_server_that_hangs_holds_up_nobody_else(
    credentials: SlowCredentials,
) -> None:
    """However many give up waiting, one thread waits, and the loop's own are free."""
    tokens = Tokens(credentials)
    for _ in range(50):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.005):
                await tokens.renew()
    async with asyncio.timeout(2):
        await asyncio.to_thread(lambda: None)
    assert len(credentials.requests) == 1
    tokens.close()


async def test_everybody_gets_the_same_token(credentials: SlowCredentials) -> None:
    """Who waits for it is served by one request, and who comes later by none."""
    tokens = Tokens(credentials)
    waiting = [asyncio.create_task(tokens.renew()) for _ in range(5)]
    waiting.pop().cancel()
    credentials.answer.set()
    await asyncio.gather(*waiting)
    await tokens.renew()
    assert credentials.token == "fresh"
    assert len(credentials.requests) == 1
    tokens.close()


async def test_a_token_server_has_a_few_seconds(credentials: SlowCredentials) -> None:
    """The library's own patience is two minutes."""
    credentials.answer.set()
    tokens = Tokens(credentials)
    await tokens.renew()
    assert credentials.requests[0].keywords == {"timeout": RENEWAL_S}
    tokens.close()


async def test_a_key_needs_no_token() -> None:
    """There is nothing to renew."""
    tokens = Tokens(None)
    await tokens.renew()
    tokens.close()
