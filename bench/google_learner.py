"""A learner who says tone words, for a service whose ears are the emulator's."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct

from bench.learner import FRAME_SAMPLES, Learner, Measured, Order
from bench.questions import number_questions, say
from bench.swarm import websocket_frame
from messages import AudioFrame
from websocket_protocol import encode

FRAME_BYTES = 2 * FRAME_SAMPLES
ASKERS = 1_000
"""Learners whose questions differ."""

_GENERATION = Struct(">I")
_GENERATION_AT = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was answered. Times on the machine's monotonic clock, in seconds."""

    question: str
    ended: float
    """When ``SPEECH_END`` was sent."""
    first_audio: float
    """When the first ``AUDIO_CHUNK`` came."""


class ToneLearner(Learner):
    """Asks questions in tone words, at the pace of speech.

    Args:
        url: The server.
        results: Returns where to put what is measured now.
        seed: Makes its timetable and its questions its own.
        asked: Takes the questions that were answered.
    """

    def __init__(
        self,
        url: str,
        results: Callable[[], Measured],
        seed: int,
        asked: Callable[[Asked], None],
    ):
        super().__init__(url, results, seed)
        self._asked = asked
        self._questions = number_questions(seed, ASKERS)
        self._question = ""
        self._speech: deque[bytearray] = deque()
        self._spoken = asyncio.Event()

    def _next_frame(self) -> bytearray:
        frame = self._speech.popleft() if self._speech else self._quiet
        if not self._speech:
            self._spoken.set()
        return frame

    async def _speak(self, _seconds: float) -> None:
        """Say the next question, which takes the time it takes."""
        self._question = next(self._questions)
        self._speech.extend(cut_frames(say(self._question)))
        self._spoken.clear()
        await self._spoken.wait()

    def _note_answer(self, order: Order, ended: float, first: float) -> None:
        super()._note_answer(order, ended, first)
        self._asked(Asked(self._question, ended, first))

    def _number_in(self, data: bytes) -> int:
        number: int = _GENERATION.unpack_from(data, _GENERATION_AT)[0]
        return number


def cut_frames(pcm: bytes) -> list[bytearray]:
    """Return PCM16 as frames of 20 ms, whole on the wire; the last is filled up with silence."""
    pieces = (pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES))
    return [
        bytearray(websocket_frame(encode(AudioFrame(piece.ljust(FRAME_BYTES, b"\0")))))
        for piece in pieces
    ]
