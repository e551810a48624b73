"""Speaking: sentences become audio chunks, never further ahead of the learner than the lead."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from engine_api import OUTPUT_RATE, Voice, VoiceOptions
from errors import CloseCode, EngineError, LimitExceeded
from messages import AudioChunk, AudioComplete
from session_state import SessionState
from text.speakable import speakable
from turn import Turn
from watchdog import Patience, watch

PLAYBACK_STALL_S = 30.0
"""Without progress for so long, the player is taken to be gone."""

SAMPLE_BYTES = 2


async def speak(session: SessionState, turn: Turn, voice: Voice) -> None:
    """Speak the sentences of a turn until they have been heard.

    A voice that fails leaves the rest of the answer in writing.

    Raises:
        LimitExceeded: The client stopped playing what it was sent.
    """
    reply = Reply(session, turn)
    try:
        await voice_sentences(reply, voice)
    except EngineError as error:
        session.report_in(turn, error)
    await reply.complete()


async def voice_sentences(reply: "Reply", voice: Voice) -> None:
    """Turn sentences into queued audio for as long as the voice yields some."""
    config = reply.session.config
    options = VoiceOptions(
        cancel_event=reply.turn.question.cancel_event,
        language=reply.turn.question.language,
        voice=config.voice or "",
        speaking_rate=config.speaking_rate or 1.0,
    )
    async with (
        aclosing(reply.read()) as sentences,
        aclosing(
            watch(voice.speak(sentences, options), stage="voice", patience=reply.patience)
        ) as said,
    ):
        async for piece in said:
            reply.show(piece.sentence)
            await reply.write(piece.pcm)


class Reply:
    """The way of one reply to the client: texts and audio in step, cut into chunks, paced."""

    def __init__(self, session: SessionState, turn: Turn):
        self.session = session
        self.turn = turn
        self.patience = Patience(session.settings.voice_timeout_s)
        self._texts: list[str] = []
        self._all_written = False
        self._shown = 0
        self._buffer = bytearray()
        self._chunk_bytes = session.settings.chunk_samples * SAMPLE_BYTES
        self._lead_samples = session.settings.lead_ms * OUTPUT_RATE // 1_000

    async def read(self) -> AsyncGenerator[str, None]:
        """Yield the tutor's sentences in the form the voice should say them."""
        while not self._all_written:
            with self.patience.waiting_for_input():
                sentence = await self.turn.sentences.get()
            if sentence is None:
                self._all_written = True
                return
            self._texts.append(sentence)
            yield speakable(sentence)

    def show(self, last: int, *, voiced: bool = True) -> None:
        """Send the texts up to sentence ``last``, the one whose audio comes next, if any does."""
        position = self.turn.queued_samples + len(self._buffer) // SAMPLE_BYTES
        for text in self._texts[self._shown : last + 1]:
            self.session.say(self.turn, text, position, voiced=voiced)
        self._shown = max(self._shown, last + 1)

    async def write(self, pcm: bytes) -> None:
        """Queue audio in whole chunks; what there is of the first goes at once."""
        self._buffer += pcm
        if self._buffer and self.turn.times.first_audio is None:
            await self._send(self._chunk_bytes)
        while len(self._buffer) >= self._chunk_bytes:
            await self._send(self._chunk_bytes)

    async def complete(self) -> None:
        """Send what is left, in writing where there is no voice for it, and see it heard."""
        if self._buffer:
            await self._send(len(self._buffer))
        async for _ in self.read():
            self.show(len(self._texts) - 1, voiced=False)
        self.show(len(self._texts) - 1, voiced=False)
        total, self.turn.all_queued = self.turn.queued_samples, True
        self.session.send(AudioComplete(self.turn.generation_id, total))
        await self._wait_until_heard(total)

    async def _send(self, size: int) -> None:
        pcm = bytes(self._buffer[:size])
        del self._buffer[:size]
        first = self.turn.queued_samples
        await self._wait_until_heard(first + len(pcm) // SAMPLE_BYTES - self._lead_samples)
        self._note_first_audio()
        self.turn.queued_samples += len(pcm) // SAMPLE_BYTES
        self.session.send(AudioChunk(self.turn.generation_id, first, pcm))

    def _note_first_audio(self) -> None:
        if self.turn.times.first_audio is None:
            self.turn.times.first_audio = asyncio.get_running_loop().time()
            self.session.begin_speaking(self.turn)

    async def _wait_until_heard(self, samples: int) -> None:
        try:
            await self.turn.wait_until_heard(samples, PLAYBACK_STALL_S)
        except TimeoutError as error:
            raise LimitExceeded(
                "playback_stalled",
                "The tutor's voice was sent but not played.",
                "Reload the page, and keep it in the foreground.",
                close_code=CloseCode.SLOW_CLIENT,
                retryable=True,
            ) from error
