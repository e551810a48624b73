"""A learner of the load generator: always streams audio, and asks and breaks in by a timetable."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from struct import Struct
from time import monotonic
from typing import Literal

from bench.stamps import stamp
from bench.swarm import Connection, websocket_frame
from engine_api import OUTPUT_RATE
from messages import AudioFrame, BargeIn, Playback, SpeechEnd, SpeechStart
from websocket_protocol import encode
from wire.frame_types import FrameType

FRAME_SAMPLES = 320
LOUDNESS = 8_000
ANSWER_TIMEOUT_S = 10.0
FRAMES_A_REPORT = 5
"""Playback is reported every 100 ms."""

Order = Literal["end first", "final first"]

_CHUNK = Struct(">BIII")
_SAMPLE = Struct("<h")
_AUDIO_CHUNK = int(FrameType.AUDIO_CHUNK)
_INTERRUPTED = int(FrameType.INTERRUPTED)

PCM_OFFSET = len(websocket_frame(encode(AudioFrame(bytes(2 * FRAME_SAMPLES))))) - 2 * FRAME_SAMPLES
START = websocket_frame(encode(SpeechStart()))
END = websocket_frame(encode(SpeechEnd()))


def audio_frame(level: int) -> bytearray:
    """Return a frame of constant level, whole on the wire but for its stamp."""
    pcm = _SAMPLE.pack(level) * FRAME_SAMPLES
    return bytearray(websocket_frame(encode(AudioFrame(pcm))))


@dataclass(frozen=True, slots=True)
class Timetable:
    """How a learner spends the time, in seconds; a range is drawn from evenly.

    Args:
        speech: How long a question is.
        pause: From falling silent to ``SPEECH_END``, where the final transcript is to come first.
        listen: How long to hear the answer before breaking in.
        watch: How long to look out for stale audio after breaking in.
        rest: How long to be silent afterwards.
    """

    speech: tuple[float, float] = (0.8, 2.0)
    pause: float = 0.4
    listen: tuple[float, float] = (0.5, 2.5)
    watch: float = 0.3
    rest: tuple[float, float] = (0.1, 0.8)


@dataclass(slots=True)
class Measured:
    """What learners measured, in milliseconds."""

    scripted_ms: float
    """From the end of the turn to the first audio, had server and network taken no time; one that
    ends before the final transcript waits ``final_ms`` more."""
    final_ms: float
    response: dict[Order, list[float]] = field(
        default_factory=lambda: {"end first": [], "final first": []}
    )
    """Overhead: the first audio, less what the script takes."""
    interrupted: list[float] = field(default_factory=list)
    """``BARGE_IN`` to ``INTERRUPTED``."""
    last_stale: list[float] = field(default_factory=list)
    """``BARGE_IN`` to the last audio of the old reply; 0 where none came."""
    stale_after: int = 0
    """Chunks of an old reply that came after ``INTERRUPTED``."""
    turns: int = 0
    unanswered: int = 0

    def add_response(self, order: Order, response_ms: float) -> None:
        """Note a first audio so long after the end of the turn."""
        wait_ms = self.final_ms if order == "end first" else 0.0
        self.response[order].append(response_ms - self.scripted_ms - wait_ms)
        self.turns += 1


class Learner:
    """One session. Its frames are sent by a :class:`~bench.metronome.Metronome`.

    Args:
        url: The server.
        results: Returns where to put what is measured now.
        seed: Makes its timetable its own.
    """

    def __init__(self, url: str, results: Callable[[], Measured], seed: int):
        self._random = random.Random(seed)
        self._results = results
        self._quiet, self._loud = audio_frame(0), audio_frame(LOUDNESS)
        self._frame = self._quiet
        self._frames = 0
        self._number = 0  # of the reply that the newest audio belongs to
        self._number_at = 0.0
        self._old_number = 0
        self._generation_id = 0
        self._received = 0
        self._playing_since: float | None = None
        self._first_audio: asyncio.Future[float] | None = None
        self._interrupted: asyncio.Future[float] | None = None
        self.connection = Connection(url, self._receive)

    # --- sending ---------------------------------------------------------------------------------

    def send_frame(self) -> None:
        """Send the next 20 ms of audio, and now and then how far the player has come."""
        frame = self._next_frame()
        stamp(frame, PCM_OFFSET)
        self.connection.send(bytes(frame))
        self._frames += 1
        if self._playing_since is not None and self._frames % FRAMES_A_REPORT == 0:
            self._report(self._playing_since)

    def _next_frame(self) -> bytearray:
        return self._frame

    def _report(self, since: float) -> None:
        played = min(int((monotonic() - since) * OUTPUT_RATE), self._received)
        playback = Playback(self._generation_id, played)
        self.connection.send(websocket_frame(encode(playback)))

    # --- the timetable ---------------------------------------------------------------------------

    async def converse(self, timetable: Timetable) -> None:
        """Ask and break in, until cancelled; the end of a turn comes in either order in turn."""
        draw = self._random.uniform
        orders: list[Order] = ["end first", "final first"]
        await asyncio.sleep(draw(0, timetable.speech[1]))
        while True:
            orders.reverse()
            pause_s = timetable.pause if orders[0] == "final first" else 0.0
            if await self._ask(draw(*timetable.speech), pause_s, orders[0]):
                await asyncio.sleep(draw(*timetable.listen))
                await self._break_in(timetable.watch)
            await asyncio.sleep(draw(*timetable.rest))

    async def _ask(self, speech_s: float, pause_s: float, order: Order) -> bool:
        """Ask, and return whether there was an answer."""
        self._first_audio = asyncio.get_running_loop().create_future()
        self.connection.send(START)
        await self._speak(speech_s)
        await asyncio.sleep(pause_s)
        self.connection.send(END)
        ended = monotonic()
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                first = await self._first_audio
        except TimeoutError:
            self._results().unanswered += 1
            return False
        self._note_answer(order, ended, first)
        return True

    async def _speak(self, seconds: float) -> None:
        self._frame = self._loud
        await asyncio.sleep(seconds)
        self._frame = self._quiet

    def _note_answer(self, order: Order, ended: float, first: float) -> None:
        self._results().add_response(order, (first - ended) * 1_000)

    async def _break_in(self, watch_s: float) -> None:
        self._old_number = self._number
        self._interrupted = asyncio.get_running_loop().create_future()
        sent = monotonic()
        self._playing_since = None
        self.connection.send(websocket_frame(encode(BargeIn())))
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                interrupted = await self._interrupted
        except TimeoutError:
            self._results().unanswered += 1
            return
        await asyncio.sleep(watch_s)
        self._results().interrupted.append((interrupted - sent) * 1_000)
        stale = max(self._number_at - sent, 0.0) if self._number == self._old_number else 0.0
        self._results().last_stale.append(stale * 1_000)

    # --- receiving -------------------------------------------------------------------------------

    def _receive(self, data: bytes) -> None:
        code = data[0]
        if code == _AUDIO_CHUNK:
            self._hear(data)
        elif code == _INTERRUPTED:
            _resolve(self._interrupted, monotonic())

    def _hear(self, data: bytes) -> None:
        now = monotonic()
        _, size, self._generation_id, first = _CHUNK.unpack_from(data)
        self._received = first + (size - 8) // 2
        self._number, self._number_at = self._number_in(data), now
        if self._number == self._old_number:
            self._note_stale()
        elif first == 0:
            self._playing_since = now
            _resolve(self._first_audio, now)

    def _number_in(self, data: bytes) -> int:
        """Return the number of the reply that audio belongs to."""
        number: int = _SAMPLE.unpack_from(data, _CHUNK.size)[0]
        return number

    def _note_stale(self) -> None:
        if self._interrupted is not None and self._interrupted.done():
            self._results().stale_after += 1


def _resolve(awaited: asyncio.Future[float] | None, moment: float) -> None:
    if awaited is not None and not awaited.done():
        awaited.set_result(moment)
