"""The floor: the least a server can do around the same engines on the same wire.

Bare FastAPI, no session, no endpointing, no fence, no checks. What our service costs more than
this is the price of all that.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from struct import Struct

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from engine_api import (
    Engines,
    FinalTranscript,
    InterimTranscript,
    Question,
    RecognizerOptions,
    UtteranceEnded,
    VoiceOptions,
)
from messages import (
    AudioChunk,
    AudioComplete,
    Interrupted,
    Message,
    TranscriptFinal,
    TranscriptInterim,
    TutorText,
)
from websocket_protocol import encode
from wire.frame_types import FrameType

HEADER = Struct(">BI")

PAUSE_WINDOWS = 4
"""Silent windows after which the ears are told of a pause, as our endpointing tells them."""


def create_floor(engines: Engines) -> FastAPI:
    """Return the bare server."""
    app = FastAPI(openapi_url=None)

    @app.websocket("/ws")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        conversation = BareConversation(websocket, engines)
        listening = asyncio.create_task(conversation.listen(), name="listen")
        with suppress(WebSocketDisconnect):
            await conversation.receive()
        listening.cancel()
        conversation.hush()

    return app


class BareConversation:
    """One WebSocket and its engines."""

    def __init__(self, websocket: WebSocket, engines: Engines):
        self._websocket = websocket
        self._engines = engines
        self._scorer = engines.detector.open()
        self._ears = engines.recognizer.open(RecognizerOptions())
        self._reply: asyncio.Task[None] | None = None
        self._generation_id = 0
        self._utterances = 0
        self._silence = 0
        self._text = ""

    async def receive(self) -> None:
        """Take in frames until the client is gone."""
        while True:
            data = await self._websocket.receive_bytes()
            code, _ = HEADER.unpack_from(data)
            if code == FrameType.AUDIO_FRAME:
                self._hear(memoryview(data)[HEADER.size :])
            elif code == FrameType.SPEECH_START:
                self._utterances += 1
                self._ears.begin_utterance(self._utterances)
            elif code == FrameType.SPEECH_END:
                self._ears.end_utterance()
            elif code == FrameType.BARGE_IN:
                self.hush()
                await self._send(Interrupted(self._generation_id, 0))

    def _hear(self, pcm: memoryview) -> None:
        self._ears.push(pcm)
        for score in self._scorer.score(pcm):
            self._silence = 0 if score >= 0.5 else self._silence + 1
            if self._silence == PAUSE_WINDOWS:
                self._ears.pause_utterance()

    async def listen(self) -> None:
        """Answer what the ears understood."""
        async for event in self._ears.events():
            match event:
                case InterimTranscript(number, text, stability):
                    await self._send(TranscriptInterim(number, text, stability))
                case FinalTranscript(number, text, language):
                    self._text = text
                    await self._send(TranscriptFinal(number, text, language))
                case UtteranceEnded():
                    self._generation_id += 1
                    self._reply = asyncio.create_task(self._answer(self._text), name="answer")

    def hush(self) -> None:
        """Stop the reply."""
        if self._reply is not None:
            self._reply.cancel()

    async def _answer(self, text: str) -> None:
        voice, position = self._engines.voice, 0
        nobody = asyncio.Event()
        async for piece in voice.speak(self._sentences(text, nobody), VoiceOptions(nobody)):
            await self._send(AudioChunk(self._generation_id, position, piece.pcm))
            position += len(piece.pcm) // 2
        await self._send(AudioComplete(self._generation_id, position))

    async def _sentences(self, text: str, nobody: asyncio.Event) -> AsyncIterator[str]:
        written = ""
        async for delta in self._engines.tutor.answer(Question(text, nobody)):
            written += delta
            if re.search(r"[.!?]$", written):
                await self._send(TutorText(self._generation_id, written, 0))
                yield written
                written = ""

    async def _send(self, message: Message) -> None:
        await self._websocket.send_bytes(encode(message))
