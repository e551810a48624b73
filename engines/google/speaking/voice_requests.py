"""A reply through voices that cannot stream: one request a sentence, the next one made in time."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import grpc  # type: ignore[import-untyped]  # ships no type hints

from engine_api import SpokenAudio
from engines.google.channels import Channels, Connection
from engines.google.faults import log_fault
from engines.google.speaking.voice_connections import suspect, wait_for_connection
from engines.google.speaking.voice_faults import FAULTS, EndedEarly, Stalled, give_up, refused_by
from engines.google.speaking.voice_messages import synthesize
from engines.google.speaking.voice_stream import PIECE_SAMPLES, SAMPLE_BYTES
from engines.google.speaking.voice_texts import Text, number_texts
from engines.google.speaking.wav import bare_pcm

PIECES_AHEAD = 1
"""Pieces made ready before they are asked for: the next sentence is requested when the last piece
of this one is about to leave, which is some two seconds before the learner has heard it."""

PIECE_BYTES = PIECE_SAMPLES * SAMPLE_BYTES


@dataclass(frozen=True, slots=True)
class RequestedReply:
    """Speaks the sentences of one reply.

    Attributes:
        channels: The connections.
        request: Returns the request for a text.
        patience_s: How long an attempt may take; a second one takes as long again.
    """

    channels: Channels
    request: Callable[[str], bytes]
    patience_s: float

    async def speak(self, sentences: AsyncIterator[str]) -> AsyncGenerator[SpokenAudio, None]:
        """Yield the speech of each sentence in pieces.

        A sentence that the service has no sound for is left to be read.

        Raises:
            EngineError: The sentence that was due cannot be spoken, or has no sound and is the
                first, or the second in a row.
        """
        is_silent = True
        async with aclosing(number_texts(sentences)) as texts:
            async for text in texts:
                pcm = await self._request(text)
                if is_silent and not pcm:
                    raise give_up(EndedEarly())
                is_silent = not pcm
                for at in range(0, len(pcm), PIECE_BYTES):
                    yield SpokenAudio(text.sentence, pcm[at : at + PIECE_BYTES])

    async def _request(self, text: Text) -> bytes:
        """Return the speech of a text, empty if it has none; the second attempt is the last."""
        try:
            return await self._attempt(text)
        except FAULTS as fault:
            log_fault("voice", fault, attempt=1)
            if refused := refused_by(fault):
                raise refused from None
        try:
            return await self._attempt(text, is_second=True)
        except FAULTS as fault:
            log_fault("voice", fault, attempt=2)
            if isinstance(fault, EndedEarly):
                return b""
            raise refused_by(fault) or give_up(fault) from None

    async def _attempt(self, text: Text, *, is_second: bool = False) -> bytes:
        with self.channels.lease() as connection:
            if is_second:
                await wait_for_connection(connection, self.patience_s)
            try:
                pcm = await self._call(connection, text)
            except FAULTS as fault:
                suspect(connection, fault)
                raise
        return pcm[: len(pcm) - len(pcm) % SAMPLE_BYTES]

    async def _call(self, connection: Connection, text: Text) -> bytes:
        request = self.request(text.words)
        try:
            audio: bytes = await synthesize(connection.channel, request, self.patience_s)
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                raise Stalled from None
            raise
        if not (pcm := bare_pcm(audio)):
            raise EndedEarly
        return pcm
