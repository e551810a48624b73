"""A learner over a real WebSocket who hears each reply at once, so that a turn takes no time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect

from engine_api import OUTPUT_RATE, PRE_ROLL_MS
from errors import ProtocolError
from messages import (
    AudioChunk,
    AudioFrame,
    ClientMessage,
    Error,
    Playback,
    ServerMessage,
    SpeechEnd,
    SpeechStart,
    TextMessage,
    TranscriptFinal,
    TurnMetrics,
    TutorText,
)
from tests.google_emulator.tone_words import decode_words, encode_words, silence
from websocket_protocol import decode_server, encode

FRAME_BYTES = 3_200
"""100 ms of audio."""

FRAME_S = 0.01
"""Time between two frames: speech ten times as fast as it is spoken."""

PATIENCE_S = 10.0
"""Longest wait for the end of a turn, whatever it should have been."""

Interlude = Callable[[], Awaitable[None]]


async def breathe() -> None:
    """Wait for the next frame."""
    await asyncio.sleep(FRAME_S)


@dataclass(slots=True)
class Reply:
    """What a learner got in one turn."""

    transcript: str = ""
    errors: list[Error] = field(default_factory=list)
    texts: list[TutorText] = field(default_factory=list)
    pcm: bytearray = field(default_factory=bytearray)
    seconds: float = 0.0
    """From the end of the question to the end of the turn."""

    @property
    def codes(self) -> list[str]:
        """The codes of the errors, in order."""
        return [error.code for error in self.errors]

    @property
    def text(self) -> str:
        """All that was shown of the reply."""
        return " ".join(text.delta for text in self.texts)

    @property
    def voiced(self) -> str:
        """What was shown with audio that says it."""
        return " ".join(text.delta for text in self.texts if text.first_sample < self._samples)

    @property
    def words(self) -> list[str]:
        """The words in the audio."""
        return decode_words(bytes(self.pcm), OUTPUT_RATE)

    @property
    def _samples(self) -> int:
        return len(self.pcm) // 2

    def take(self, message: ServerMessage) -> None:
        """Take in a message of the server."""
        match message:
            case TranscriptFinal():
                self.transcript = message.text
            case Error():
                self.errors.append(message)
            case TutorText():
                self.texts.append(message)
            case AudioChunk():
                self.pcm += message.pcm


class QuickLearner:
    """Asks, and plays the replies without their taking time. Made by :func:`learn_from`.

    Args:
        socket: An open connection.
    """

    def __init__(self, socket: ClientConnection):
        self._socket = socket

    async def type(self, question: str) -> Reply:
        """Type a question and return the reply."""
        await self.send(TextMessage(question))
        return await self.hear_reply()

    async def say(self, question: str, interlude: Interlude = breathe) -> Reply:
        """Say a question and return the reply.

        Args:
            question: Words of the emulator's vocabulary.
            interlude: What happens in the middle of it.
        """
        for frame in _frames(silence(PRE_ROLL_MS)):
            await self.send(AudioFrame(frame))
        frames = _frames(encode_words(question.split()))
        await self.send(SpeechStart())
        for number, frame in enumerate(frames):
            await self.send(AudioFrame(frame))
            await (interlude if number == len(frames) // 2 else breathe)()
        await self.send(SpeechEnd())
        return await self.hear_reply()

    async def send(self, message: ClientMessage) -> None:
        """Send a message."""
        await self._socket.send(encode(message))

    async def hear_reply(self) -> Reply:
        """Take in what comes until the turn is over.

        Raises:
            TimeoutError: It never is.
        """
        now = asyncio.get_running_loop().time
        reply, asked = Reply(), now()
        async with asyncio.timeout(PATIENCE_S):
            while not await self._take_some(reply):
                pass
        reply.seconds = now() - asked
        return reply

    async def _take_some(self, reply: Reply) -> bool:
        """Take in the next messages; return whether the turn is over."""
        data = await self._socket.recv()
        assert isinstance(data, bytes)
        is_over = False
        for message in decode_server(data):
            assert not isinstance(message, ProtocolError)
            reply.take(message)
            is_over = is_over or isinstance(message, TurnMetrics)
            if isinstance(message, AudioChunk):
                await self.send(Playback(message.generation_id, len(reply.pcm) // 2))
        return is_over


def _frames(pcm: bytes) -> list[bytes]:
    return [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES)]


@asynccontextmanager
async def learn_from(url: str) -> AsyncIterator[QuickLearner]:
    """Connect to a server, until the block ends.

    Args:
        url: Its WebSocket.
    """
    async with connect(url, compression=None) as socket:
        yield QuickLearner(socket)
