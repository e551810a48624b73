"""One learner's end of a conversation: a client that speaks, listens, plays and keeps the times."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bench.message_log import HungUp, MessageLog, Received
from bench.player import Player
from engine_api import INPUT_RATE
from errors import ProtocolError
from messages import (
    AudioChunk,
    AudioComplete,
    AudioFrame,
    BargeIn,
    ClientMessage,
    Interrupted,
    ServerMessage,
)
from websocket_protocol import decode_server, encode

FRAME_S = 0.02
FRAME_BYTES = INPUT_RATE // 50 * 2
"""A frame of 20 ms."""

OPEN_TIMEOUT_S = 60.0
"""Longest wait for a server that is still loading its models."""

REPORT_S = 0.1
"""How often playback is reported, in seconds."""

Notice = Callable[[Received[ServerMessage]], None]


def ignore(_: Received[ServerMessage]) -> None:
    """Take no notice of a message."""


class TalkClient:
    """Talks to a server over the real protocol. Made by :func:`talk_to`.

    Args:
        connection: An open WebSocket.
        notice: Called with each message as it comes.
    """

    def __init__(self, connection: ClientConnection, notice: Notice):
        self._connection = connection
        self._notice = notice
        self._spoken_until = float("-inf")
        self.log = MessageLog()
        self.player = Player()

    # --- speaking --------------------------------------------------------------------------------

    async def send(self, message: ClientMessage) -> None:
        """Send a message.

        Raises:
            HungUp: The server has ended the conversation.
        """
        try:
            await self._connection.send(encode(message))
        except ConnectionClosed as error:
            raise _hung_up(error) from error

    async def speak(self, pcm: bytes) -> float:
        """Say PCM16 at 16 kHz at the pace of a microphone, which hands over a frame at its end.

        Returns:
            When its first sample was spoken, on the loop's clock, in seconds.
        """
        clock = asyncio.get_running_loop().time
        began = clock()
        if began - self._spoken_until < FRAME_S:  # one sound, whatever the loop was late by
            began = self._spoken_until
        for start in range(0, len(pcm), FRAME_BYTES):
            self._spoken_until = began + (start / FRAME_BYTES + 1) * FRAME_S
            await asyncio.sleep(self._spoken_until - clock())
            await self.send(AudioFrame(pcm[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")))
        return began

    async def keep_silent(self) -> None:
        """Send silence, as an open microphone does, until cancelled."""
        while True:
            await self.speak(bytes(FRAME_BYTES))

    async def barge_in(self) -> float:
        """Fall silent and tell the server so, with what was played; return when."""
        now = asyncio.get_running_loop().time()
        playback = self.player.report(now)
        self.player.flush()
        told = (playback.generation_id, playback.played_samples) if playback else (None, None)
        await self.send(BargeIn(*told))
        return now

    # --- listening -------------------------------------------------------------------------------

    async def listen(self) -> None:
        """Take in what the server sends, until it ends the conversation."""
        clock = asyncio.get_running_loop().time
        try:
            while True:
                data = await self._connection.recv(decode=False)
                now = clock()
                for message in decode_server(data):
                    self._take(message, now)
        except ConnectionClosed as error:
            self.log.close(_hung_up(error))
        except HungUp as error:
            self.log.close(error)

    def _take(self, message: ServerMessage | ProtocolError, now: float) -> None:
        if isinstance(message, ProtocolError):
            raise HungUp(f"the server said what cannot be read: {message.message}")
        received = Received(now, message)
        self.log.add(received)
        match message:
            case AudioChunk() as chunk:
                self.player.add(chunk, now)
            case AudioComplete() as complete:
                self.player.complete(complete)
            case Interrupted():
                self.player.flush()
        self._notice(received)

    async def report_playback(self) -> None:
        """Tell the server how far the player has come, as long as it listens."""
        while True:
            await asyncio.sleep(REPORT_S)
            if playback := self.player.report(asyncio.get_running_loop().time()):
                await self.send(playback)


@asynccontextmanager
async def talk_to(url: str, notice: Notice = ignore) -> AsyncIterator[TalkClient]:
    """Connect to a server and talk to it, until the block ends.

    Args:
        url: Its WebSocket, for example ``ws://127.0.0.1:8000/ws``.
        notice: Called with each message as it comes.

    Raises:
        OSError: Nobody answers there.
        websockets.exceptions.InvalidHandshake: Whoever answers does not take the connection.
    """
    async with connect(url, compression=None, open_timeout=OPEN_TIMEOUT_S) as connection:
        client = TalkClient(connection, notice)
        async with background(listen=client.listen(), report=client.report_playback()):
            yield client


@asynccontextmanager
async def background(**work: Coroutine[None, None, object]) -> AsyncIterator[None]:
    """Do work until the block ends. Not a task group, for that would wrap the block's errors."""
    tasks = [asyncio.create_task(work[name], name=name) for name in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _hung_up(error: ConnectionClosed) -> HungUp:
    if error.rcvd is None:
        return HungUp("the connection was lost")
    return HungUp(f"the server hung up: {error.rcvd.code} {error.rcvd.reason}".rstrip())
