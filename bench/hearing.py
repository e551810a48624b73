"""How well and how fast the embedded ears hear people.

Run ``python -m bench.hearing [--hold MS] [--sessions N] [--workers N] [NAME ...]``; Linux only, for
the load of other processes.
Each recording is pushed at the pace of speech, and the service's own endpointing tells the ears
when it begins, pauses and ends.
"""

import argparse
import asyncio
import itertools
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.figures import percentile, table
from bench.speaking import other_cpu
from bench.speech import SPEECH_THRESHOLD, WINDOW_S
from bench.speech import Recording as Speech
from endpointing import Endpointer, EndpointingPolicy
from engine_api import (
    INPUT_RATE,
    FinalTranscript,
    InterimTranscript,
    Recognizer,
    RecognizerOptions,
    RecognizerStream,
    SpeechDetector,
    SpeechScorer,
    UtteranceEnded,
)
from engines.local_stt import WORKERS, LocalRecognizer
from engines.local_vad import create_detector
from engines.whisper_model import load_whisper
from listening.decisions import SpeechPaused, SpeechResumed, SpeechStarted, TurnEnded
from settings import Settings
from tests.recordings import Recording, load_recording, load_recordings
from tests.word_errors import normalize, word_error_rate

FRAME_S = 0.02
FRAME_BYTES = int(2 * INPUT_RATE * FRAME_S)

SILENCE = bytes(INPUT_RATE)
"""Half a second before each recording."""

SPARE_S = 0.3
"""Silence after it, beyond what the hold needs."""


@dataclass
class Heard:
    """What came of one recording; times are seconds since its audio began."""

    recording: Recording
    speech_began: float
    word_ends: list[float]
    interims: list[tuple[float, str]] = field(default_factory=list)
    finals: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything understood."""
        return " ".join(self.finals)

    @property
    def first_interim(self) -> float | None:
        """From the beginning of speech to the first guess."""
        return self.interims[0][0] - self.speech_began if self.interims else None

    def lags(self) -> list[float]:
        """Return how long after it was said each word stood in a guess for the first time."""
        counts = [(at, len(normalize(text).split())) for at, text in self.interims]
        shown = (
            next((at for at, count in counts if count > index), None)
            for index in range(len(self.word_ends))
        )
        return [at - end for at, end in zip(shown, self.word_ends, strict=True) if at is not None]


class Ear:
    """Pushes one recording at the pace of speech."""

    def __init__(self, scorer: SpeechScorer, stream: RecognizerStream, hold_ms: int):
        self._scorer = scorer
        self._stream = stream
        self._endpointer = Endpointer(EndpointingPolicy(silence_timeout_ms=hold_ms))
        self._ids = itertools.count(1)
        self._ended: dict[int, float] = {}
        self._began = _now()
        self._utterance_id = 0
        self._settled = asyncio.Event()

    async def push(self, pcm: bytes) -> None:
        """Push it all, frame by frame, each when it has been said."""
        for index, start in enumerate(range(0, len(pcm), FRAME_BYTES), 1):
            await asyncio.sleep(self._began + index * FRAME_S - _now())
            frame = pcm[start : start + FRAME_BYTES]
            self._stream.push(frame)
            for decision in self._endpointer.hear(
                self._scorer.score(frame), _now(), speaking=False
            ):
                self._act(decision)

    def _act(self, decision: object) -> None:
        match decision:
            case SpeechStarted():
                self._utterance_id = next(self._ids)
                self._stream.begin_utterance(self._utterance_id)
            case SpeechPaused():
                self._stream.pause_utterance()
            case SpeechResumed():
                self._stream.resume_utterance()
            case TurnEnded():
                self._ended[self._utterance_id] = _now()
                self._stream.end_utterance()

    async def listen(self, heard: Heard) -> None:
        """Note what was understood, for as long as the stream is open."""
        async for event in self._stream.events():
            match event:
                case InterimTranscript(text=text):
                    guess = " ".join([*heard.finals, text])
                    heard.interims.append((_now() - self._began, guess))
                case FinalTranscript(text=text):
                    heard.finals.append(text)
                case UtteranceEnded(utterance_id):
                    heard.waits.append(_now() - self._ended.pop(utterance_id))
                    self._settled.set()

    async def settle(self) -> None:
        """Wait until every utterance that ended has been answered."""
        while self._ended:
            self._settled.clear()
            await self._settled.wait()


class Ticker:
    """Notes how long the event loop kept a timer waiting."""

    def __init__(self) -> None:
        self.delays: list[float] = []

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            due = _now() + 0.005
            await asyncio.sleep(0.005)
            self.delays.append(_now() - due)


def prepare(recording: Recording, scorer: SpeechScorer) -> Heard:
    """Find the speech in a recording."""
    pcm = SILENCE + recording.pcm
    speech = Speech(pcm, tuple(score > SPEECH_THRESHOLD for score in scorer.score(pcm)))
    word_ends = speech.word_ends(normalize(recording.reference))
    return Heard(recording, speech.voiced.index(True) * WINDOW_S, word_ends)


async def hear(
    heard: Heard, detector: SpeechDetector, recognizer: Recognizer, hold_ms: int
) -> None:
    """Hear one recording to its end."""
    tail = bytes(int((hold_ms / 1_000 + SPARE_S) * INPUT_RATE) * 2)
    stream = recognizer.open(RecognizerOptions())
    ear = Ear(detector.open(), stream, hold_ms)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ear.listen(heard))
        await ear.push(SILENCE + heard.recording.pcm + tail)
        await ear.settle()
        await stream.aclose()


async def main(options: argparse.Namespace, recordings: Sequence[Recording]) -> None:
    """Measure and print the report."""
    settings = Settings()
    detector = create_detector(settings)
    recognizer = LocalRecognizer(lambda: load_whisper(options.workers), settings, options.workers)
    began = time.perf_counter()
    await detector.start()
    await recognizer.start()
    print(
        f"{recognizer.name}, loaded in {time.perf_counter() - began:.1f} s; "
        f"hold {options.hold} ms, {options.sessions} session(s), {options.workers} worker(s)"
    )
    heard = [prepare(each, detector.open()) for each in recordings]
    ticker = Ticker()
    others, cpu, began = other_cpu(), time.process_time(), time.perf_counter()
    ticking = asyncio.create_task(ticker.run())
    await hear_all(heard, detector, recognizer, options)
    ticking.cancel()
    took = time.perf_counter() - began
    await recognizer.aclose()
    await detector.aclose()
    report(heard)
    print(f"event loop late, ms: {_spread(ticker.delays)}")
    print(
        f"CPU: {(time.process_time() - cpu) / took:.2f} cores; "
        f"others used {(other_cpu() - others) / took:.2f} of {os.cpu_count()} meanwhile"
    )


async def hear_all(
    heard: Sequence[Heard],
    detector: SpeechDetector,
    recognizer: Recognizer,
    options: argparse.Namespace,
) -> None:
    """Hear all recordings, some at a time."""
    waiting = iter(heard)

    async def attend() -> None:
        for each in waiting:
            await hear(each, detector, recognizer, options.hold)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(options.sessions):
            tasks.create_task(attend())


def report(heard: Sequence[Heard]) -> None:
    """Print what was heard, clip by clip and altogether."""
    head = ("recording", "s", "WER", "first ms", "guesses", "lag p50", "lag max", "wait ms")
    print(table(head, [_row(each) for each in heard]))
    wer = word_error_rate([h.recording.reference for h in heard], [h.text for h in heard])
    words = sum(len(normalize(h.recording.reference).split()) for h in heard)
    print(f"word error rate {wer:.3f} of {words} words")
    lags = [lag for each in heard for lag in each.lags()]
    print(f"words in a guess after being said, ms: {_spread(lags)}")
    print(f"first guess, ms: {_spread([h.first_interim for h in heard if h.first_interim])}")
    print(f"end of the hold to final, ms: {_spread([w for h in heard for w in h.waits])}")


def _row(heard: Heard) -> tuple[str, ...]:
    lags = heard.lags() or [float("nan")]
    return (
        heard.recording.name,
        f"{heard.recording.seconds:.1f}",
        f"{word_error_rate([heard.recording.reference], [heard.text]):.2f}",
        f"{1_000 * (heard.first_interim or 0):.0f}",
        str(len(heard.interims)),
        f"{1_000 * percentile(lags, 50):.0f}",
        f"{1_000 * max(lags):.0f}",
        "+".join(f"{1_000 * wait:.0f}" for wait in heard.waits),
    )


def _spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "-"
    p50, p90, p99 = (1_000 * percentile(seconds, percent) for percent in (50, 90, 99))
    return f"p50 {p50:.1f}, p90 {p90:.1f}, p99 {p99:.1f}, max {1_000 * max(seconds):.1f}"


def _now() -> float:
    return asyncio.get_running_loop().time()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="recordings; all by default")
    parser.add_argument("--hold", type=int, default=800, help="silence that ends an utterance, ms")
    parser.add_argument("--sessions", type=int, default=1, help="people who speak at a time")
    parser.add_argument("--workers", type=int, default=WORKERS, help="decodes at a time")
    arguments = parser.parse_args()
    chosen = [load_recording(name) for name in arguments.names] or load_recordings()
    asyncio.run(main(arguments, chosen))
