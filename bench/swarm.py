"""Many WebSockets at the least cost: the load generator has one core, as the server has.

``websockets`` reads what comes in. What goes out 50 times a second and session is written by
hand: a frame with a mask of zeros, which a server cannot tell from any other mask.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

MASKED_BINARY = b"\x82\xfe"
NO_MASK = bytes(4)

OPEN_TIMEOUT_S = 30.0

AT_ONCE = 20
"""Connections opened at a time."""


def websocket_frame(payload: bytes) -> bytes:
    """Return a masked binary WebSocket frame (RFC 6455, 5.2) of 126 to 65,535 bytes, or shorter."""
    if len(payload) < 126:
        return bytes([0x82, 0x80 | len(payload)]) + NO_MASK + payload
    return MASKED_BINARY + len(payload).to_bytes(2, "big") + NO_MASK + payload


class Connection(asyncio.Protocol):
    """One WebSocket of a swarm.

    Args:
        url: The server.
        receive: Called with each binary message.
    """

    def __init__(self, url: str, receive: Callable[[bytes], None]):
        self._uri = parse_uri(url)
        self._protocol = ClientProtocol(self._uri)
        self._receive = receive
        self._transport: asyncio.Transport | None = None
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False

    async def open(self) -> None:
        """Connect.

        Raises:
            OSError: Nobody answers.
            websockets.exceptions.InvalidHandshake: The server refuses.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(OPEN_TIMEOUT_S):
            await loop.create_connection(lambda: self, self._uri.host, self._uri.port)
            await self._opened

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast(asyncio.Transport, transport)
        self._protocol.send_request(self._protocol.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Take in what the server sent."""
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                if event.opcode is Opcode.BINARY:
                    self._receive(bytes(event.data))
            elif isinstance(event, Response) and not self._opened.done():
                self._note_opened()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that it is over."""
        self.closed = True
        if not self._opened.done():
            self._opened.set_exception(exc or ConnectionError("the server hung up"))

    def send(self, frame: bytes) -> None:
        """Send a frame made by :func:`websocket_frame`."""
        if self._transport is not None and not self.closed:
            self._transport.write(frame)

    def close(self) -> None:
        """Say good-bye, unless the server has."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1000)
            self._flush()

    def _note_opened(self) -> None:
        if self._protocol.handshake_exc is None:
            self._opened.set_result(None)
        else:
            self._opened.set_exception(self._protocol.handshake_exc)

    def _flush(self) -> None:
        assert self._transport is not None
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            else:
                self._transport.close()


async def open_connections(connections: Sequence[Connection]) -> None:
    """Connect them all, some at a time."""
    for start in range(0, len(connections), AT_ONCE):
        await asyncio.gather(*(c.open() for c in connections[start : start + AT_ONCE]))
