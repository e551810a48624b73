"""A learner who plays each reply at once, so that turns take the engines' time and no more."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from bench.learner import PCM_OFFSET
from bench.questions import say
from bench.stamps import stamp
from bench.swarm import Connection, open_connections, websocket_frame
from messages import (
    AudioChunk,
    AudioFrame,
    BargeIn,
    ClientMessage,
    Error,
    Interrupted,
    Playback,
    SpeechEnd,
    SpeechStart,
    TextMessage,
    TranscriptFinal,
    TurnMetrics,
)
from websocket_protocol import decode_server, encode

FRAME_BYTES = 3_200
"""100 ms of audio."""

FRAME_S = 0.1
PATIENCE_S = 15.0
"""Longest wait for the end of a turn."""


class NoEnd(Exception):
    """A turn did not end."""


@dataclass(slots=True)
class Reply:
    """What came of a question."""

    transcript: str = ""
    samples: int = 0
    interrupted: bool = False
    errors: Counter[str] = field(default_factory=Counter)
    sounding: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class HastyLearner:
    """One session. Made by :func:`hasty_learners`.

    Args:
        url: The server.
    """

    def __init__(self, url: str):
        self.connection = Connection(url, self._receive)
        self.reply = Reply()

    def send(self, message: ClientMessage) -> None:
        """Send a message."""
        self.connection.send(websocket_frame(encode(message)))

    def type(self, question: str) -> None:
        """Type a question."""
        self.reply = Reply()
        self.send(TextMessage(question))

    async def say(self, question: str, speed: float) -> None:
        """Say a question in tone words, at so many times the pace of speech."""
        self.reply = Reply()
        self.send(SpeechStart())
        pcm = say(question)
        for at in range(0, len(pcm), FRAME_BYTES):
            self._send_audio(pcm[at : at + FRAME_BYTES])
            await asyncio.sleep(FRAME_S / speed)
        self.send(SpeechEnd())

    def _send_audio(self, pcm: bytes) -> None:
        frame = bytearray(websocket_frame(encode(AudioFrame(pcm))))
        stamp(frame, PCM_OFFSET)  # the server measures how old each frame is
        self.connection.send(bytes(frame))

    def barge_in(self) -> float:
        """Break in, and return when, on the machine's monotonic clock in seconds."""
        now = monotonic()
        self.send(BargeIn())
        return now

    async def wait_for_sound(self) -> None:
        """Wait for the first audio of the reply, or for its end.

        Raises:
            NoEnd: Neither came.
        """
        await self._wait(self.reply.sounding)

    async def wait_for_end(self) -> Reply:
        """Wait until the reply is over, and return it.

        Raises:
            NoEnd: It never is.
        """
        await self._wait(self.reply.over)
        return self.reply

    async def _wait(self, event: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await event.wait()
        except TimeoutError:
            raise NoEnd(f"a turn took longer than {PATIENCE_S:.0f} s") from None

    def _receive(self, data: bytes) -> None:
        reply = self.reply
        for message in decode_server(data):
            match message:
                case AudioChunk(generation_id, first, pcm):
                    reply.samples = first + len(pcm) // 2
                    self.send(Playback(generation_id, reply.samples))
                    reply.sounding.set()
                case TranscriptFinal(text=text):
                    reply.transcript = text
                case Error(code=code):
                    reply.errors[code] += 1
                case Interrupted() | TurnMetrics():
                    reply.interrupted = isinstance(message, Interrupted)
                    reply.sounding.set()
                    reply.over.set()


@asynccontextmanager
async def hasty_learners(url: str, number: int) -> AsyncIterator[Sequence[HastyLearner]]:
    """Connect so many learners to a server, until the block ends."""
    learners = [HastyLearner(url) for _ in range(number)]
    async with AsyncExitStack() as stack:
        for learner in learners:
            stack.callback(learner.connection.close)
        await open_connections([learner.connection for learner in learners])
        yield learners
