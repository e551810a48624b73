"""The queue between the stages and the socket: bounded, and it can forget a whole generation."""

import asyncio
from collections import deque

from errors import CloseCode, LimitExceeded
from messages import AudioChunk, AudioComplete, ServerMessage, TranscriptInterim, TutorText

FencedMessage = AudioChunk | AudioComplete | TutorText
"""Messages that belong to one generation and must not outlive it."""

MAX_MESSAGES = 512
"""Messages waiting at a time. The lead bounds the audio among them; a client this far behind
with the rest has stopped reading."""


class Outbound:
    """Messages on their way to one client, in order, for one consumer."""

    def __init__(self) -> None:
        self._messages: deque[ServerMessage] = deque()
        self._waiter: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: ServerMessage) -> None:
        """Add a message; an interim transcript replaces one that still waits at the end.

        Raises:
            LimitExceeded: The client has stopped reading.
        """
        if len(self._messages) >= MAX_MESSAGES:
            raise LimitExceeded(
                "slow_client",
                "The connection is too slow: too many messages wait to be read.",
                "Check the network and connect again.",
                close_code=CloseCode.SLOW_CLIENT,
                retryable=True,
            )
        if isinstance(message, TranscriptInterim) and self._ends_with_interim():
            self._messages.pop()
        self._messages.append(message)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> ServerMessage:
        """Wait for the next message and take it."""
        while not self._messages:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._messages.popleft()

    def forget_generation(self) -> None:
        """Drop every waiting message that belongs to a generation."""
        self._messages = deque(m for m in self._messages if not isinstance(m, FencedMessage))

    def _ends_with_interim(self) -> bool:
        return bool(self._messages) and isinstance(self._messages[-1], TranscriptInterim)
