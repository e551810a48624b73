"""One stream of the service: texts go in as they are written, speech comes out in one piece."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import grpc.aio  # type: ignore[import-untyped]  # ships no type hints

from engine_api import SpokenAudio
from engines.google.channels import hang_up
from engines.google.speaking.sentence_tracker import SentenceTracker
from engines.google.speaking.voice_faults import Stalled
from engines.google.speaking.voice_messages import streaming_input
from engines.google.speaking.voice_texts import Text
from engines.google.speaking.wav import bare_pcm, is_cut_header

SAMPLE_BYTES = 2

PIECE_SAMPLES = 4_800
"""Longest piece handed on, 200 ms: whose it is, is decided as late as can be."""

HELD_SAMPLES = 2_400
"""Audio kept back, 100 ms, while that of a further sentence must follow: it may be of that one."""

SERVICE_PAUSE_S = 0.5
"""Without audio for so long after what may be the end, the service has said what it was sent: it
speaks faster than one listens."""

REFUSAL_S = 0.1
"""Time for a refusal to arrive."""

NextText = Callable[[], Awaitable[Text | None]]
WaitForRoom = Callable[[], Awaitable[None]]


@dataclass(slots=True, eq=False)
class SpokenTexts:
    """The texts sent on a stream and the audio that came for them; audio leaves piece by piece."""

    tracker: SentenceTracker
    texts: list[Text] = field(default_factory=list)
    without_audio: int = 0
    """How many of the texts, the last ones, were sent after the last audio came."""
    is_over: bool = False
    _audio: bytearray = field(default_factory=bytearray)
    _taken: int = 0
    _torn: bytes = b""
    _heard_at: float = 0.0

    @property
    def is_complete(self) -> bool:
        """Whether all texts up to the last audio seem to have been said to their end."""
        return not self.tracker.samples or self.tracker.is_at_an_end

    @property
    def is_wanting(self) -> bool:
        """Whether the service cannot have said yet all it was sent."""
        return self.without_audio > 0 or self.tracker.is_far_behind

    @property
    def waiting(self) -> int:
        """Samples that have come and not been taken."""
        return self.tracker.samples - self._taken

    def send(self, text: Text, now: float) -> None:
        """Note a text that goes to the service."""
        has_paused = self.tracker.is_at_an_end and now - self._heard_at >= SERVICE_PAUSE_S
        self.texts.append(text)
        self.without_audio += 1
        self.tracker.send(text.words, is_fresh=has_paused)

    def hear(self, data: bytes, now: float) -> None:
        """Take in a message of the service: maybe empty, torn anywhere, or with a header."""
        data = self._torn + data
        if not self.tracker.samples:
            if is_cut_header(data):
                self._torn = data
                return
            data = bare_pcm(data)
        whole = len(data) - len(data) % SAMPLE_BYTES
        self._torn = data[whole:]
        if not whole:
            return
        self.without_audio, self._heard_at = 0, now
        self._audio += data[:whole]
        self.tracker.hear(data[:whole])

    def end(self, *, is_complete: bool) -> None:
        """Note that no more audio comes.

        Args:
            is_complete: Whether there is audio for all texts.
        """
        self.is_over = True
        if is_complete:
            self.tracker.end()

    def take(self) -> SpokenAudio | None:
        """Return the next piece of audio and its sentence, if there is one."""
        if not self.waiting:
            return None
        number, end = self.tracker.sentence_at(self._taken)
        held = HELD_SAMPLES if self.tracker.follows_another and not self.is_over else 0
        samples = min(end - self._taken, PIECE_SAMPLES, self.waiting - held)
        if samples <= 0:
            return None
        pcm = bytes(self._audio[: samples * SAMPLE_BYTES])
        del self._audio[: samples * SAMPLE_BYTES]
        self._taken += samples
        return SpokenAudio(self.texts[number].sentence, pcm)

    def unheard_letters(self) -> float:
        """Return how much text was sent, and will be spoken, whose audio has not been taken."""
        if self.is_over or not self.texts:
            return self.waiting / self.tracker.pace
        return self.tracker.weight_left(self._taken)


class VoiceStream:
    """A streaming call under way.

    Args:
        call: The call, opened.
        config: Its first message.
        spoken: Keeps what was sent and what came back.
        patience_s: How long the service may owe audio.
        is_careful: Wait for a refusal before any text is sent. The status of a call that ends while
            a message is being written is lost in gRPC (https://github.com/grpc/grpc/issues/36066).
    """

    def __init__(
        self,
        call: grpc.aio.StreamStreamCall,
        config: bytes,
        spoken: SpokenTexts,
        patience_s: float,
        *,
        is_careful: bool,
    ):
        self._call = call
        self._config = config
        self._spoken = spoken
        self._patience_s = patience_s
        self._is_careful = is_careful
        self._limit: asyncio.Timeout | None = None
        self._is_reading = False
        self._is_half_closed = False
        self._is_left = False

    async def run(self, first: Text, get_next: NextText, wait_for_room: WaitForRoom) -> None:
        """Exchange texts for audio until the service has said all.

        Args:
            first: The text the stream was opened for.
            get_next: Returns the next text, or ``None`` where the stream had better end.
            wait_for_room: Called after each message of audio; returns when there is room for more.

        Raises:
            grpc.RpcError: The service ended the call.
            Stalled: The service owed audio for too long.
        """
        # The reading sets its clock before the feeding first runs.
        reading = asyncio.create_task(self._read(wait_for_room), name="google voice read")
        feeding = asyncio.create_task(self._feed(first, get_next), name="google voice feed")
        try:
            await asyncio.shield(reading)
        finally:
            # gRPC never frees a message that comes for a read which was cancelled. So the read ends
            # with its call.
            self._is_left = True
            hang_up(self._call)
            if not self._is_reading:
                reading.cancel()
            feeding.cancel()
            await asyncio.gather(reading, feeding, return_exceptions=True)

    async def _feed(self, first: Text, get_next: NextText) -> None:
        """Send the texts. An error here is left to the reading, which learns the true status."""
        self._send(first)
        with suppress(grpc.RpcError, asyncio.InvalidStateError):
            await self._call.write(self._config)
            if self._is_careful:
                await asyncio.sleep(REFUSAL_S)
            await self._call.write(streaming_input(first.words))
            while text := await get_next():
                self._send(text)
                await self._call.write(streaming_input(text.words))
            self._is_half_closed = True
            self._expect_audio()
            await self._call.done_writing()

    def _send(self, text: Text) -> None:
        self._spoken.send(text, asyncio.get_running_loop().time())
        self._expect_audio()

    async def _read(self, wait_for_room: WaitForRoom) -> None:
        try:
            async with asyncio.timeout(None) as self._limit:
                while (data := await self._read_one()) is not None:
                    self._spoken.hear(data, asyncio.get_running_loop().time())
                    self._limit.reschedule(None)
                    await wait_for_room()
        except TimeoutError:
            raise Stalled from None
        finally:
            # It leads to this task, which would keep the audio until the collector comes.
            self._limit = None

    async def _read_one(self) -> bytes | None:
        """Return the next message, ``None`` after the last or where nobody wants any more."""
        self._is_reading = True
        self._expect_audio()
        message: bytes = await self._call.read()
        self._is_reading = False
        return None if self._is_left or message is grpc.aio.EOF else message

    def _expect_audio(self) -> None:
        """Start the clock if the service owes audio and we listen, unless it runs already."""
        owes = self._is_half_closed or self._spoken.is_wanting
        if owes and self._is_reading and self._limit is not None and self._limit.when() is None:
            now = asyncio.get_running_loop().time()
            self._limit.reschedule(now + self._patience_s)
