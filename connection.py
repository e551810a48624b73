"""One accepted WebSocket and the session behind it: the receive pump and the send pump."""

import asyncio
import logging
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Protocol

from conversation import converse
from engine_api import Engines
from errors import CloseCode, EngineError, LimitExceeded, ProtocolError, TeachMeError
from messages import ClientMessage, Error, ServerMessage
from reception import Reception
from session_state import SessionState
from settings import Settings
from websocket_protocol import (
    MALFORMED_CODES,
    check_size,
    decode,
    decode_text,
    encode,
    encode_text,
)

logger = logging.getLogger(__name__)

MAX_MALFORMED = 5
"""Malformed frames a client may send; after that the server hangs up."""

YIELD_AFTER = 16
"""Messages of one client taken in before others get their turn."""

SEND_TIMEOUT_S = 10.0
"""Longest wait for a client to take one message."""

MAX_REASON_BYTES = 123
"""Room for the reason of a close (RFC 6455, 5.5 and 5.5.1)."""

Event = MutableMapping[str, Any]
"""An event of the ASGI WebSocket protocol."""


class Socket(Protocol):
    """The two directions of an accepted WebSocket, in ASGI events."""

    async def receive(self) -> Event:
        """Wait for the next event."""
        ...

    async def send(self, event: Event) -> None:
        """Send an event.

        Raises:
            Disconnected: The client is gone.
        """
        ...


class Disconnected(Exception):
    """The client is gone; ends the tasks of its session."""


class Connection:
    """Serves one client.

    Args:
        socket: The client's accepted WebSocket.
        settings: The service's settings.
        as_text: Whether the server speaks JSON text rather than binary frames.
    """

    def __init__(self, socket: Socket, settings: Settings, *, as_text: bool):
        self._socket = socket
        self._settings = settings
        self._as_text = as_text
        self._malformed = 0
        self._warned = False
        self._unsent_errors: list[Error] = []

    async def run(self, engines: Engines) -> None:
        """Serve a session until either side ends it.

        Raises:
            LimitExceeded: The client went over a limit and has to be hung up on.
        """
        session = SessionState(self._settings)
        reception = Reception(session, engines)
        reception.welcome()
        refusals: list[LimitExceeded] = []
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._send_pump(session), name="send")
                tasks.create_task(converse(session, engines), name="converse")
                await self._receive_pump(session, reception)
        except* Disconnected:
            logger.debug("client gone")
        except* LimitExceeded as group:
            refusals += leaves(group)
        except* Exception as group:
            refusals += [give_up(error) for error in leaves(group)]
        finally:
            session.release()
        if refusals:
            self._unsent_errors = await take_errors(session)
            raise refusals[0]

    async def hang_up(self, why: TeachMeError, close_code: CloseCode) -> None:
        """Say why, and close. A client that reads no more is not told; the server closes for us."""
        if why.code == "slow_client":
            return
        last_words = Error(why.code, why.message, why.action, why.retryable, fatal=True)
        with suppress(Disconnected, LimitExceeded):
            for error in [*self._unsent_errors, last_words]:
                await self._send(error)
            reason = why.message.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
            await self._socket.send(
                {"type": "websocket.close", "code": close_code, "reason": reason}
            )

    async def _receive_pump(self, session: SessionState, reception: Reception) -> None:
        since_yield = 0
        while True:
            event = await self._socket.receive()
            if event["type"] == "websocket.disconnect":
                raise Disconnected
            messages = self._decode(event)
            since_yield += len(messages)
            if since_yield >= YIELD_AFTER:
                # Neither this loop nor the socket ever waits while messages do.
                await asyncio.sleep(0)
                since_yield = 0
            for message in messages:
                try:
                    if isinstance(message, ProtocolError):
                        raise message
                    reception.receive(message)
                except (ProtocolError, EngineError) as error:
                    self._report(session, error)

    def _decode(self, event: Event) -> list[ClientMessage | ProtocolError]:
        settings = self._settings
        data = event.get("bytes")
        said: bytes | str = event["text"] if data is None else data
        check_size(said, settings.max_message_bytes, settings.max_image_bytes)
        return decode_text(said) if isinstance(said, str) else decode(said)

    def _report(self, session: SessionState, error: TeachMeError) -> None:
        if error.code == "deprecated":
            if self._warned:
                return
            self._warned = True
        session.report(error)
        self._malformed += error.code in MALFORMED_CODES
        if self._malformed >= MAX_MALFORMED:
            raise LimitExceeded(
                "malformed",
                f"{MAX_MALFORMED} malformed frames on one connection.",
                "Mend the client: the errors before this one name byte and reason.",
                close_code=CloseCode.MALFORMED,
            )

    async def _send_pump(self, session: SessionState) -> None:
        while True:
            await self._send(await session.next_outbound())

    async def _send(self, message: ServerMessage) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                if self._as_text:
                    await self._socket.send(
                        {"type": "websocket.send", "text": encode_text(message)}
                    )
                else:
                    await self._socket.send({"type": "websocket.send", "bytes": encode(message)})
        except TimeoutError as error:
            raise LimitExceeded(
                "slow_client",
                "The connection is too slow.",
                "Check the network and connect again.",
                close_code=CloseCode.SLOW_CLIENT,
                retryable=True,
            ) from error


def give_up(error: BaseException) -> LimitExceeded:
    """Log where our own code failed and return what ends the session for it.

    The text of the exception stays out of the log: it may quote a learner.
    """
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    logger.error("session failed: %s at %s", type(error).__name__, where)
    return LimitExceeded(
        "internal",
        "Something went wrong on our side.",
        "Reload the page.",
        close_code=CloseCode.INTERNAL,
        retryable=True,
    )


async def take_errors(session: SessionState) -> list[Error]:
    """Return the errors that still wait to be sent; they tell what a client did wrong."""
    messages = [await session.outbound.get() for _ in range(len(session.outbound))]
    return [message for message in messages if isinstance(message, Error)]


def leaves(group: BaseExceptionGroup[Any]) -> list[Any]:
    """Return the exceptions of a group and of the groups in it."""
    nested = [
        leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
        for error in group.exceptions
    ]
    return [error for errors in nested for error in errors]
