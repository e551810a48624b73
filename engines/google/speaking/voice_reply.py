"""One reply through streams of the service: one for all of it, if the tutor writes steadily.

A stream is given up when no text came for ``IDLE_S``, before the service gives it up, and another
one is opened for the next text. What fails is tried once more as long as it has no audio; a text
that may have been begun is never said twice.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from engine_api import OUTPUT_RATE, SpokenAudio
from engines.google.channels import Channels, Connection
from engines.google.faults import log_fault
from engines.google.speaking.sentence_tracker import SentenceTracker
from engines.google.speaking.voice_connections import suspect, wait_for_connection
from engines.google.speaking.voice_faults import FAULTS, EndedEarly, give_up, refused_by
from engines.google.speaking.voice_messages import open_stream
from engines.google.speaking.voice_stream import SpokenTexts, VoiceStream
from engines.google.speaking.voice_texts import Text, TextQueue

IDLE_S = 4.0
"""Longest pause between two texts of a stream; the service gives up after 5 s."""

STREAM_DEADLINE_S = 600.0
"""Longest stream, far beyond any reply."""

AHEAD_LETTERS = 400
"""Text sent ahead of what has been taken, about 25 s of speech: what is broken off was paid for,
and its audio takes up memory."""

AHEAD_SAMPLES = 120 * OUTPUT_RATE
"""Audio kept ahead, should the service send more than there was text for."""


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """What a reply needs to reach the service.

    Attributes:
        channels: The connections.
        config: The first message of each stream.
        pace: Samples a letter takes.
        patience_s: How long an attempt may owe audio; a second one takes as long again.
        idle_s: How long a stream waits for text before it ends.
    """

    channels: Channels
    config: bytes
    pace: float
    patience_s: float
    idle_s: float


class StreamedReply:
    """Speaks the sentences of one reply: :meth:`run` in a task, while another one takes.

    Args:
        line: The way to the service.
        sentences: What the tutor writes.
    """

    def __init__(self, line: VoiceLine, sentences: AsyncIterator[str]):
        self._line = line
        self._texts = TextQueue(sentences)
        self._streams: deque[SpokenTexts] = deque()
        self._changed = asyncio.Event()
        self._taken = asyncio.Event()
        self._tried_again: Text | None = None

    async def run(self) -> None:
        """Speak until the tutor has written all and the service has said it.

        Raises:
            EngineError: The text that was due cannot be spoken.
        """
        filling = asyncio.create_task(self._texts.fill(), name="google voice texts")
        try:
            while text := await self._texts.get():
                await self._wait_for_ears()
                await self._speak_from(text)
            await filling
        finally:
            filling.cancel()
            await asyncio.gather(filling, return_exceptions=True)

    def wake(self, _: object = None) -> None:
        """Have :meth:`changed` return."""
        self._changed.set()

    async def changed(self) -> None:
        """Return when there may be more to take."""
        await self._changed.wait()
        self._changed.clear()

    def take(self) -> SpokenAudio | None:
        """Return the next piece of audio, if there is one."""
        while self._streams:
            if piece := self._streams[0].take():
                self._taken.set()
                return piece
            if not self._streams[0].is_over:
                return None
            self._streams.popleft()
            self._taken.set()
        return None

    async def _speak_from(self, text: Text) -> None:
        """Speak through one stream, which may fail."""
        spoken = SpokenTexts(SentenceTracker(self._line.pace))
        self._streams.append(spoken)
        fault: Exception | None = None
        with self._line.channels.lease() as connection:
            try:
                await self._converse(connection, spoken, text)
            except FAULTS as error:
                fault = error.with_traceback(None)
                if not spoken.tracker.samples:
                    suspect(connection, fault)
            finally:
                spoken.end(is_complete=fault is None)
                self.wake()
        if fault is not None:
            self._recover(spoken, fault)

    async def _converse(self, connection: Connection, spoken: SpokenTexts, text: Text) -> None:
        is_second = text is self._tried_again
        if is_second:
            await wait_for_connection(connection, self._line.patience_s)
        call = open_stream(connection.channel, STREAM_DEADLINE_S)
        stream = VoiceStream(
            call, self._line.config, spoken, self._line.patience_s, is_careful=is_second
        )

        async def wait_for_room() -> None:
            self.wake()
            while sum(stream.waiting for stream in self._streams) > AHEAD_SAMPLES:
                await self._wait_until_taken()

        await stream.run(text, self._next_text, wait_for_room)
        if spoken.is_wanting:
            raise EndedEarly

    async def _next_text(self) -> Text | None:
        """Return the next text for a stream, ``None`` if none came in time or at all."""
        try:
            async with asyncio.timeout(self._line.idle_s):
                await self._wait_for_ears()
                return await self._texts.get()
        except TimeoutError:
            return None

    async def _wait_for_ears(self) -> None:
        """Wait while enough text has been sent, over all streams, that nobody has heard."""
        while sum(spoken.unheard_letters() for spoken in self._streams) > AHEAD_LETTERS:
            await self._wait_until_taken()

    async def _wait_until_taken(self) -> None:
        self._taken.clear()
        await self._taken.wait()

    def _recover(self, spoken: SpokenTexts, fault: Exception) -> None:
        """Have what was not said come again.

        Raises:
            EngineError: It cannot, or it may have been begun.
        """
        unsaid = spoken.texts[len(spoken.texts) - spoken.without_audio :]
        again = unsaid[0] if unsaid else None
        is_second = again is not None and again is self._tried_again
        log_fault("voice", fault, attempt=1 + is_second)
        if refused := refused_by(fault):
            raise refused from None
        if is_second or not spoken.is_complete:
            raise give_up(fault) from None
        self._tried_again = again
        self._texts.put_back(unsaid)
