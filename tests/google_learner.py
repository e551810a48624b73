"""A learner who speaks tone words into a recognizer, and hears what it understood."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from endpointing import Endpointer, EndpointingPolicy
from engine_api import (
    FinalTranscript,
    RecognizerEvent,
    RecognizerOptions,
    RecognizerStream,
    UtteranceEnded,
)
from engines.google.hearing.recognition_call import CallLimits
from engines.google.hearing.recognizer import GoogleRecognizer
from engines.scripted import LoudnessScorer
from listening.decisions import Decision, SpeechPaused, SpeechResumed, SpeechStarted, TurnEnded
from settings import Settings
from tests.google_emulator.process import Emulator
from tests.google_emulator.tone_words import encode_words, silence
from tests.google_emulator.vocabulary import WORDS

FRAME = 640
FRAME_S = 0.02
PATIENCE_S = 20.0

QUICK = CallLimits(open_s=1.0, stall_s=0.5, drain_s=0.5, burst_speed=50)
"""Limits for audio that comes faster than it was spoken."""


@asynccontextmanager
async def google_recognizer(
    emulator: Emulator, limits: CallLimits = QUICK, **settings: object
) -> AsyncIterator[GoogleRecognizer]:
    """Run the recognizer against the emulator, on settings that differ from the defaults so."""
    recognizer = GoogleRecognizer(
        Settings(**{**emulator.settings, **settings}),  # values are validated
        limits,
    )
    await recognizer.start()
    try:
        yield recognizer
    finally:
        await recognizer.aclose()


@asynccontextmanager
async def learner_of(
    recognizer: GoogleRecognizer,
    speed: float,
    policy: EndpointingPolicy | None = None,
    options: RecognizerOptions | None = None,
) -> AsyncIterator["Learner"]:
    """Open a stream with a learner at it."""
    stream = recognizer.open(options or RecognizerOptions())
    learner = Learner(stream, speed, policy or EndpointingPolicy())
    listening = asyncio.create_task(learner.listen(), name="listen")
    try:
        yield learner
    finally:
        await stream.aclose()
        await listening


class Learner:
    """Speaks at a multiple of the usual speed; the endpointing of the service marks utterances.

    Args:
        stream: The ears.
        speed: How many times faster than in real time.
        policy: When an utterance begins and ends.
    """

    def __init__(self, stream: RecognizerStream, speed: float, policy: EndpointingPolicy):
        self.events: list[RecognizerEvent] = []
        self.error: Exception | None = None
        self.ended_at: float | None = None
        self._stream = stream
        self._speed = speed
        self._scorer = LoudnessScorer()
        self._endpointer = Endpointer(policy)
        self._utterances = 0
        self._heard_s = 0.0
        self._news = asyncio.Event()

    async def say(self, words: Sequence[str]) -> None:
        """Say words, a good four a second."""
        await self.sound(encode_words(words))

    async def be_silent(self, ms: float) -> None:
        """Let the microphone send silence."""
        await self.sound(silence(ms))

    async def sound(self, pcm: bytes) -> None:
        """Let the microphone send audio, in time with the clock on the whole."""
        clock = asyncio.get_running_loop().time
        began = clock()
        for number, at in enumerate(range(0, len(pcm), FRAME)):
            self._hear(pcm[at : at + FRAME])
            if (early := began + (number + 1) * FRAME_S / self._speed - clock()) > 0:
                await asyncio.sleep(early)
            elif number % 10 == 0:
                await asyncio.sleep(0)

    def _hear(self, frame: bytes) -> None:
        self._stream.push(frame)
        self._heard_s += len(frame) / FRAME * FRAME_S
        scores = self._scorer.score(frame)
        for decision in self._endpointer.hear(scores, self._heard_s, speaking=False):
            self._act(decision)

    def _act(self, decision: Decision) -> None:
        match decision:
            case SpeechStarted():
                self._utterances += 1
                self._stream.begin_utterance(self._utterances)
            case SpeechPaused():
                self._stream.pause_utterance()
            case SpeechResumed():
                self._stream.resume_utterance()
            case TurnEnded():
                self.ended_at = asyncio.get_running_loop().time()
                self._stream.end_utterance()

    async def listen(self) -> None:
        """Take in what was understood."""
        try:
            async for event in self._stream.events():
                self.events.append(event)
                self._news.set()
        except Exception as error:
            self.error = error
            self._news.set()

    @property
    def words(self) -> list[str]:
        """The words that are final."""
        finals = [event.text for event in self.events if isinstance(event, FinalTranscript)]
        return " ".join(finals).split()

    async def understood(self, utterances: int | None = None) -> list[str]:
        """Wait until so many utterances have ended, all by default, and return the words."""
        wanted = utterances or self._utterances
        await self.until(lambda: self._ended() >= wanted or self.error is not None)
        return self.words

    async def failed(self) -> Exception:
        """Wait for the error that ends the stream."""
        await self.until(lambda: self.error is not None)
        assert self.error is not None
        return self.error

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something has become so, which is looked at with each event."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def _ended(self) -> int:
        return sum(isinstance(event, UtteranceEnded) for event in self.events)


def text_of(count: int, begin: int = 0) -> list[str]:
    """Return words that can be told apart, in a fixed order."""
    return [WORDS[(begin + 7 * number) % len(WORDS)] for number in range(count)]
