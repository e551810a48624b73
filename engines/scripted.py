"""Deterministic engines with set delays: for tests, demos and load. They need no model.

The detector takes loud for speech. The recognizer understands what the script says. The tutor
numbers its replies, and each sample that the voice makes is the number of its reply; so audio of
a reply that is over can be told by its content.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from engine_api import (
    DETECTOR_WINDOW,
    INPUT_RATE,
    OUTPUT_RATE,
    Engines,
    FinalTranscript,
    InterimTranscript,
    Question,
    RecognizerEvent,
    RecognizerOptions,
    SpokenAudio,
    UtteranceEnded,
    VoiceOptions,
)
from settings import Settings

LOUD = 1_000
"""Peak, of 32,768, from which a window counts as speech."""

INTERIM_MS = 300
"""Audio between two interim transcripts."""

PIECE_MS = 200
"""Audio the voice hands out at a time."""


@dataclass(frozen=True, slots=True)
class Script:
    """What the engines understand and say, and how long they take.

    Args:
        utterances: What is understood, one after the other in each session; then numbers.
        replies: What the tutor answers, by the number of the turn; then its own words.
        final_ms: From the learner falling silent to the final transcript.
        first_word_ms: From the question to the tutor's first word.
        word_ms: Between two words of the tutor.
        first_audio_ms: From a sentence to its first audio.
        audio_speed: Audio made a second, in seconds.
        spoken_word_ms: Length of a spoken word.
    """

    utterances: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    final_ms: float = 150
    first_word_ms: float = 200
    word_ms: float = 10
    first_audio_ms: float = 100
    audio_speed: float = 5.0
    spoken_word_ms: int = 300

    def utterance(self, number: int) -> str:
        """Return what is understood of a session's utterance, counted from 1."""
        if number <= len(self.utterances):
            return self.utterances[number - 1]
        return f"This is utterance number {number}"

    def reply(self, turn: int) -> str:
        """Return the answer to a session's turn, counted from 1; two sentences of 15 words."""
        if turn <= len(self.replies):
            return self.replies[turn - 1]
        sentence = (
            f"Reply {turn} goes on for as many words as one spoken sentence usually has here."
        )
        return f"{sentence} {sentence}"


class ScriptedEngine:
    """What all scripted engines share."""

    name = "Scripted"
    languages: tuple[str, ...] = ()

    def __init__(self, script: Script):
        self.script = script

    async def start(self) -> None:
        """Be ready at once."""

    async def aclose(self) -> None:
        """Hold nothing."""


class LoudnessDetector(ScriptedEngine):
    """Takes loud for speech."""

    def open(self) -> "LoudnessScorer":
        """Return a fresh scorer for one session."""
        return LoudnessScorer()


class LoudnessScorer:
    """Scores windows of one session: 1.0 for loud, 0.0 for quiet."""

    def __init__(self) -> None:
        self._rest = b""

    def score(self, pcm: bytes | memoryview) -> list[float]:
        """Score the windows that this audio completes."""
        audio = self._rest + bytes(pcm)
        samples = np.frombuffer(audio, "<i2")
        whole = len(samples) // DETECTOR_WINDOW * DETECTOR_WINDOW
        self._rest = audio[2 * whole :]
        if not whole:
            return []
        peaks = samples[:whole].reshape(-1, DETECTOR_WINDOW).max(axis=1)
        return [float(peak >= LOUD) for peak in peaks]


class ScriptedRecognizer(ScriptedEngine):
    """Understands what the script says."""

    def open(self, options: RecognizerOptions) -> "ScriptedRecognizerStream":
        """Return the ears for one session."""
        return ScriptedRecognizerStream(self.script, options.language)


@dataclass(slots=True)
class _Utterance:
    utterance_id: int
    words: list[str]
    heard_ms: float = 0.0
    shown: int = 0
    final_sent: bool = False
    ended: bool = False
    timer: asyncio.TimerHandle | None = None


class ScriptedRecognizerStream:
    """The ears of one session."""

    def __init__(self, script: Script, language: str):
        self._script = script
        self._language = language
        self._numbers = count(1)
        self._events: asyncio.Queue[RecognizerEvent | None] = asyncio.Queue()
        self._utterance: _Utterance | None = None

    def push(self, pcm: bytes | memoryview) -> None:
        """Count the audio, and show another word every 300 ms of an utterance."""
        utterance = self._utterance
        if utterance is None or utterance.final_sent:
            return
        utterance.heard_ms += len(pcm) / 2 / INPUT_RATE * 1_000
        due = min(int(utterance.heard_ms / INTERIM_MS), len(utterance.words))
        if due > utterance.shown:
            utterance.shown = due
            text = " ".join(utterance.words[:due])
            self._events.put_nowait(InterimTranscript(utterance.utterance_id, text, 0.5))

    def begin_utterance(self, utterance_id: int) -> None:
        """Take the next utterance of the script."""
        words = self._script.utterance(next(self._numbers)).split()
        self._utterance = _Utterance(utterance_id, words)

    def pause_utterance(self) -> None:
        """Begin to make up the final transcript."""
        if self._utterance is not None:
            self._schedule_final(self._utterance)

    def resume_utterance(self) -> None:
        """Drop the final transcript that was begun."""
        if self._utterance is not None and self._utterance.timer is not None:
            self._utterance.timer.cancel()
            self._utterance.timer = None

    def end_utterance(self) -> None:
        """End after the final transcript, whether it came already or not."""
        utterance, self._utterance = self._utterance, None
        if utterance is None:
            return
        utterance.ended = True
        if utterance.final_sent:
            self._events.put_nowait(UtteranceEnded(utterance.utterance_id))
        else:
            self._schedule_final(utterance)

    async def events(self) -> AsyncIterator[RecognizerEvent]:
        """Yield what was understood, until the stream is closed."""
        while (event := await self._events.get()) is not None:
            yield event

    async def aclose(self) -> None:
        """End the events."""
        self.resume_utterance()
        self._events.put_nowait(None)

    def _schedule_final(self, utterance: _Utterance) -> None:
        if utterance.timer is None and not utterance.final_sent:
            delay_s = self._script.final_ms / 1_000
            loop = asyncio.get_running_loop()
            utterance.timer = loop.call_later(delay_s, self._send_final, utterance)

    def _send_final(self, utterance: _Utterance) -> None:
        utterance.final_sent, utterance.timer = True, None
        text = " ".join(utterance.words)
        if text:
            final = FinalTranscript(utterance.utterance_id, text, self._language)
            self._events.put_nowait(final)
        if utterance.ended:
            self._events.put_nowait(UtteranceEnded(utterance.utterance_id))


class ScriptedTutor(ScriptedEngine):
    """Answers what the script says, word by word."""

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """Yield the words of the next reply."""
        turn = 1 + sum(remark.speaker == "learner" for remark in question.history)
        await asyncio.sleep(self.script.first_word_ms / 1_000)
        for number, word in enumerate(self.script.reply(turn).split()):
            if number:
                await asyncio.sleep(self.script.word_ms / 1_000)
            yield f" {word}" if number else word


class ScriptedVoice(ScriptedEngine):
    """Makes samples that are all the number of their reply."""

    async def speak(
        self, sentences: AsyncIterator[str], options: VoiceOptions
    ) -> AsyncGenerator[SpokenAudio, None]:
        """Yield the sentences as pieces of 200 ms, as fast as the script says."""
        number, position = None, count()
        async for sentence in sentences:
            index = next(position)
            number = number or reply_number(sentence)
            await asyncio.sleep(self.script.first_audio_ms / 1_000)
            left_ms = len(sentence.split()) * self.script.spoken_word_ms / options.speaking_rate
            while left_ms > 0:
                if options.cancel_event.is_set():
                    return
                piece_ms = min(PIECE_MS, left_ms)
                left_ms -= piece_ms
                samples = int(piece_ms * OUTPUT_RATE / 1_000)
                yield SpokenAudio(index, number.to_bytes(2, "little") * samples)
                await asyncio.sleep(piece_ms / 1_000 / self.script.audio_speed)


def reply_number(text: str) -> int:
    """Return the first number in a text, which is what the voice's samples will be."""
    found = re.search(r"\d+", text)
    return int(found.group()) % 32_768 if found else 1


DEFAULT = Script()


def create_detector(_: Settings, script: Script = DEFAULT) -> LoudnessDetector:
    """Return the scripted detector."""
    return LoudnessDetector(script)


def create_recognizer(_: Settings, script: Script = DEFAULT) -> ScriptedRecognizer:
    """Return the scripted recognizer."""
    return ScriptedRecognizer(script)


def create_tutor(_: Settings, script: Script = DEFAULT) -> ScriptedTutor:
    """Return the scripted tutor."""
    return ScriptedTutor(script)


def create_voice(_: Settings, script: Script = DEFAULT) -> ScriptedVoice:
    """Return the scripted voice."""
    return ScriptedVoice(script)


def play(script: Script = DEFAULT) -> Engines:
    """Return a whole set of engines that play one script."""
    return Engines(
        LoudnessDetector(script),
        ScriptedRecognizer(script),
        ScriptedTutor(script),
        ScriptedVoice(script),
    )
