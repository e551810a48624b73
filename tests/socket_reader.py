"""Reads messages from a real WebSocket."""

import asyncio
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from messages import ServerMessage
from websocket_protocol import decode_server

PATIENCE_S = 10.0


async def receive(socket: ClientConnection, *kinds: type[ServerMessage]) -> Any:
    """Return the next message of these kinds, skipping others."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            data = await socket.recv()
            assert isinstance(data, bytes)
            for message in decode_server(data):
                if isinstance(message, kinds):
                    return message


async def close_code(socket: ClientConnection) -> int | None:
    """Read until the server closes, and return its close code."""
    async with asyncio.timeout(PATIENCE_S):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
