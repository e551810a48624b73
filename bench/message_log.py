"""What a server said, with the times: kept in order, and waited for."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from messages import ServerMessage

MAX_MESSAGES = 100_000
"""Messages kept of one conversation: more than an hour of talk."""

M_co = TypeVar("M_co", bound=ServerMessage, covariant=True)
M = TypeVar("M", bound=ServerMessage)


class HungUp(Exception):
    """The conversation ended; the text says how."""


@dataclass(frozen=True, slots=True)
class Received(Generic[M_co]):
    """A message, and when it came, in seconds on the loop's clock."""

    at: float
    message: M_co


class MessageLog:
    """All messages of one conversation, for one reader."""

    def __init__(self) -> None:
        self._messages: list[Received[ServerMessage]] = []
        self._arrived = asyncio.Event()
        self._closed: HungUp | None = None
        self._seen = 0

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, received: Received[ServerMessage]) -> None:
        """Keep a message.

        Raises:
            HungUp: There are too many.
        """
        if len(self._messages) >= MAX_MESSAGES:
            raise HungUp("the conversation is longer than this client can keep")
        self._messages.append(received)
        self._arrived.set()

    def close(self, reason: HungUp) -> None:
        """Tell the reader that no more will come."""
        self._closed = reason
        self._arrived.set()

    async def expect(
        self,
        *kinds: type[M],
        timeout_s: float,
        where: Callable[[Received[M]], bool] = lambda _: True,
    ) -> Received[M]:
        """Return the next message of some kind, counted from the one that was expected before.

        Args:
            kinds: The classes it may be of.
            timeout_s: Longest wait.
            where: What else has to be true of it.

        Raises:
            TimeoutError: There was none in time.
            HungUp: The conversation ended first.
        """
        async with asyncio.timeout(timeout_s):
            while True:
                received = cast(Received[M], await self._next())
                if isinstance(received.message, kinds) and where(received):
                    return received

    def received(self, *kinds: type[M], since: float = 0.0) -> list[Received[M]]:
        """Return all messages of some kind that came at that time or later."""
        return [
            cast(Received[M], received)
            for received in self._messages
            if received.at >= since and isinstance(received.message, kinds)
        ]

    async def _next(self) -> Received[ServerMessage]:
        while self._seen >= len(self._messages):
            if self._closed is not None:
                raise self._closed
            self._arrived.clear()
            await self._arrived.wait()
        self._seen += 1
        return self._messages[self._seen - 1]
