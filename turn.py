"""One turn: the learner's question, and how far the tutor's reply has come."""

import asyncio
from dataclasses import dataclass, field

from engine_api import OUTPUT_RATE, Question
from messages import TurnMetrics
from text.joining import join

MAX_SENTENCES = 4
"""Sentences written ahead of the voice; a tutor that writes faster waits."""

SAMPLES_PER_CHARACTER = 1_500
"""Length of speech assumed for text that has not been voiced yet: 16 characters a second."""

RECENT_SEGMENTS = 4
"""Sentences that a microphone may still pick up as echo: about the last ten seconds."""

SHORTEST_WAIT_S = 0.02
"""Granularity of waiting for a client that does not report its playback: one audio frame."""


@dataclass(slots=True)
class TurnTimes:
    """Moments of a turn on the loop's clock, in seconds; ``None`` where one did not happen."""

    speech_ended: float | None = None
    turn_ended: float | None = None
    transcribed: float | None = None
    first_sentence: float | None = None
    first_audio: float | None = None


@dataclass(slots=True)
class Segment:
    """A piece of the reply and the sample at which the voice begins to say it.

    One that is not ``voiced`` is only shown, at that point of the audio.
    """

    first_sample: int
    text: str
    voiced: bool = True


@dataclass(slots=True, eq=False)
class Turn:
    """The reply to one question, as written, queued, sent and heard. Samples are at 24 kHz."""

    generation_id: int
    question: Question
    times: TurnTimes
    segments: list[Segment] = field(default_factory=list)
    queued_samples: int = 0
    all_queued: bool = False
    sent_samples: int = 0
    played_samples: int | None = None
    first_sent_at: float | None = None
    sentences: asyncio.Queue[str | None] = field(
        default_factory=lambda: asyncio.Queue(MAX_SENTENCES)
    )
    """What the tutor wrote and the voice has not begun; ``None`` ends it."""
    _over: bool = False
    _progress: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        """Note that the reply was interrupted: nobody waits for another sentence or sound of it.

        A stage whose engine was deaf to its cancellation comes back to find no wait it could
        hang in.
        """
        self._over = True
        self._progress.set()
        while not self.sentences.empty():
            self.sentences.get_nowait()
        self.sentences.put_nowait(None)

    async def put_sentence(self, sentence: str | None) -> None:
        """Hand a sentence to the voice, ``None`` after the last one."""
        if self._over:
            return
        if self.times.first_sentence is None and sentence is not None:
            self.times.first_sentence = asyncio.get_running_loop().time()
        await self.sentences.put(sentence)

    def note_sent(self, samples: int, now: float) -> None:
        """Record that audio left for the client."""
        self.sent_samples += samples
        if self.first_sent_at is None:
            self.first_sent_at = now
        self._progress.set()

    def note_played(self, samples: int) -> None:
        """Record what the player reports; it cannot have played what was not sent."""
        self.played_samples = max(self.played_samples or 0, min(samples, self.sent_samples))
        self._progress.set()

    def heard_samples(self, now: float) -> int:
        """Return how much of the reply the learner has heard.

        A player that never reports is taken to play in real time from the first chunk on.
        """
        if self.played_samples is not None:
            return self.played_samples
        if self.first_sent_at is None:
            return 0
        return min(self.sent_samples, int((now - self.first_sent_at) * OUTPUT_RATE))

    def heard_text(self, samples: int) -> str:
        """Return the text heard with that much audio, cut at the last word begun before it."""
        ends = [segment.first_sample for segment in self.segments[1:]] + [self._last_end()]
        heard = [
            _cut(segment, end, samples) for segment, end in zip(self.segments, ends, strict=False)
        ]
        return join(*heard)

    def _last_end(self) -> int:
        """Return where the voice ends the last segment, which it may be in the middle of."""
        if self.all_queued or not self.segments:
            return self.queued_samples
        last = self.segments[-1]
        spoken_chars = sum(len(segment.text) for segment in self.segments[:-1])
        rate = last.first_sample / spoken_chars if spoken_chars else SAMPLES_PER_CHARACTER
        return max(self.queued_samples, last.first_sample + int(len(last.text) * rate))

    def recent_text(self) -> str:
        """Return the last pieces said or about to be: what an echo would repeat."""
        return join(*(segment.text for segment in self.segments[-RECENT_SEGMENTS:]))

    async def wait_until_heard(self, samples: int, stall_s: float) -> None:
        """Wait until that much of the reply has been heard, or until it was interrupted.

        Raises:
            TimeoutError: The player made no progress for ``stall_s`` seconds.
        """
        loop = asyncio.get_running_loop()
        stalls_at = loop.time() + stall_s
        heard = self.heard_samples(loop.time())
        while heard < samples and not self._over:
            self._progress.clear()
            await self._wait_for_progress((samples - heard) / OUTPUT_RATE)
            before, heard = heard, self.heard_samples(loop.time())
            if heard > before:
                stalls_at = loop.time() + stall_s
            elif loop.time() >= stalls_at:
                raise TimeoutError

    async def _wait_for_progress(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, SHORTEST_WAIT_S)):
                await self._progress.wait()
        except TimeoutError:
            return

    def measure(self, dropped_frames: int) -> TurnMetrics:
        """Return the stage times of the turn."""
        times = self.times
        return TurnMetrics(
            generation_id=self.generation_id,
            endpointing_ms=_elapsed_ms(times.speech_ended, times.turn_ended),
            stt_ms=_elapsed_ms(times.turn_ended, times.transcribed),
            llm_ms=_elapsed_ms(times.transcribed, times.first_sentence),
            tts_ms=_elapsed_ms(times.first_sentence, times.first_audio),
            total_ms=_elapsed_ms(times.speech_ended, times.first_audio),
            dropped_frames=dropped_frames,
        )


def _cut(segment: Segment, end: int, samples: int) -> str:
    """Return the words of a segment that began before ``samples``, at an even speaking rate."""
    if not segment.voiced:
        return segment.text if samples >= segment.first_sample else ""
    if samples <= segment.first_sample:
        return ""
    if samples >= end:
        return segment.text
    share = (samples - segment.first_sample) / (end - segment.first_sample)
    heard_chars = len(segment.text) * share
    words, position = [], 0
    for word in segment.text.split(" "):
        if position >= heard_chars:
            break
        words.append(word)
        position += len(word) + 1
    return " ".join(words)


def _elapsed_ms(start: float | None, end: float | None) -> float | None:
    if start is None or end is None:
        return None
    return round((end - start) * 1_000, 1)
