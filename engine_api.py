"""The seam between the voice loop and the engines that hear, think and speak.

An engine is shared by every session of the process. Whatever belongs to one session lives in the
stream or iterator that the engine hands out. Engines never block the event loop for more than
10 ms and raise nothing but :class:`~errors.EngineError`.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

INPUT_RATE = 16_000
"""Sample rate of everything heard, in Hz. PCM16 little-endian, mono."""

OUTPUT_RATE = 24_000
"""Sample rate of everything spoken, in Hz. PCM16 little-endian, mono."""

DETECTOR_WINDOW = 512
"""Samples a speech detector scores at a time: 32 ms at 16 kHz, what Silero VAD was trained on."""

PRE_ROLL_MS = 400
"""Audio from before ``begin_utterance`` that a recognizer must still hear: the detector needs
about 100 ms to notice speech, and a soft first consonant starts earlier still."""


class CancelSignal(Protocol):
    """Tells work that nobody waits for it any more. An ``asyncio.Event`` is one."""

    def is_set(self) -> bool:
        """Return whether to stop. Safe to call from any thread."""
        ...


class Engine(Protocol):
    """What every engine has, whatever its sense."""

    @property
    def name(self) -> str:
        """Name shown to learners and operators, for example ``"Whisper base"``."""
        ...

    @property
    def languages(self) -> Sequence[str]:
        """BCP 47 tags this engine serves, for example ``("en-US",)``. Empty means any."""
        ...

    async def start(self) -> None:
        """Load models and warm up. Called once, inside the running loop.

        Raises:
            EngineError: The engine cannot serve; the message names the setting to change.
        """
        ...

    async def aclose(self) -> None:
        """Release threads, models and connections."""
        ...


@runtime_checkable
class Counting(Protocol):
    """An engine that counts what operators should know of."""

    @property
    def counts(self) -> Mapping[str, int]:
        """How often something happened since the start, for example ``{"quota_refused": 3}``."""
        ...


# --- detecting speech ---------------------------------------------------------------------------


class SpeechScorer(Protocol):
    """The speech detector of one session; it remembers the audio so far."""

    def score(self, pcm: bytes | memoryview) -> list[float]:
        """Score the next audio: one probability of speech per completed 32 ms window.

        Runs on the event loop, so it must take well under a millisecond per 20 ms of audio.

        Args:
            pcm: PCM16 at 16 kHz, any length; a rest shorter than a window is kept for later.
        """
        ...


class SpeechDetector(Engine, Protocol):
    """Tells speech from silence and noise."""

    def open(self) -> SpeechScorer:
        """Return a fresh scorer for one session."""
        ...


# --- hearing ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InterimTranscript:
    """A guess at what of the utterance is not final yet; the next one replaces it.

    Start and end are in milliseconds of the audio pushed so far, where the recognizer tells.
    """

    utterance_id: int
    text: str
    stability: float = 0.0
    language: str = ""
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class FinalTranscript:
    """A part of the utterance that will not change any more. An utterance has zero or more.

    Start and end are in milliseconds of the audio pushed so far, where the recognizer tells.
    """

    utterance_id: int
    text: str
    language: str
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class UtteranceEnded:
    """No more transcripts of this utterance follow. Answers each ``end_utterance`` once."""

    utterance_id: int


RecognizerEvent = InterimTranscript | FinalTranscript | UtteranceEnded


@dataclass(frozen=True, slots=True)
class RecognizerOptions:
    """What a recognizer should expect to hear."""

    language: str = "en-US"
    alternative_languages: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


class RecognizerStream(Protocol):
    """The ears of one session. The calls never block; what was understood arrives in ``events``.

    The caller pushes all audio, speech or not, and marks utterances in it::

        push* begin_utterance push* (pause_utterance push* resume_utterance push*)* end_utterance
    """

    def push(self, pcm: bytes | memoryview) -> None:
        """Hear the next audio: PCM16 at 16 kHz. The buffer belongs to the stream from now on."""
        ...

    def begin_utterance(self, utterance_id: int) -> None:
        """Speech has begun; it includes the last ``PRE_ROLL_MS`` of audio already pushed."""
        ...

    def pause_utterance(self) -> None:
        """The learner fell silent. A hint to recognise now, while the hold still runs."""
        ...

    def resume_utterance(self) -> None:
        """The learner speaks on within the same utterance."""
        ...

    def end_utterance(self) -> None:
        """The utterance is over; ``UtteranceEnded`` must follow its last ``FinalTranscript``."""
        ...

    def events(self) -> AsyncIterator[RecognizerEvent]:
        """Yield what was understood, for as long as the stream is open.

        Raises:
            EngineError: The recognizer failed; the stream is of no more use.
        """
        ...

    async def aclose(self) -> None:
        """Forget the audio and stop. Pending ``events`` end."""
        ...


class Recognizer(Engine, Protocol):
    """Turns speech into text."""

    def open(self, options: RecognizerOptions) -> RecognizerStream:
        """Return the ears for one session.

        Raises:
            EngineError: The recognizer has no room for another session.
        """
        ...


# --- thinking -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remark:
    """One entry of the history: what the learner said, or what was heard of the tutor."""

    speaker: Literal["learner", "tutor"]
    text: str
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture the learner showed."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a tutor needs for one answer. ``history`` ends before ``text``."""

    text: str
    cancel_event: CancelSignal
    history: tuple[Remark, ...] = ()
    language: str = "en-US"
    pictures: tuple[Picture, ...] = ()


class Tutor(Engine, Protocol):
    """Writes the answer."""

    def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """Yield the answer as text deltas, in order; their concatenation is the answer.

        Raises:
            EngineError: No (more) answer can be had.
        """
        ...


# --- speaking -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """How to speak. ``voice`` empty means the engine's own choice for the language."""

    cancel_event: CancelSignal
    language: str = "en-US"
    voice: str = ""
    speaking_rate: float = 1.0


@dataclass(frozen=True, slots=True)
class SpokenAudio:
    """A piece of speech: PCM16 at 24 kHz of any length, and the sentence (from 0) it speaks."""

    sentence: int
    pcm: bytes


class Voice(Engine, Protocol):
    """Speaks sentences."""

    def speak(
        self, sentences: AsyncIterator[str], options: VoiceOptions
    ) -> AsyncGenerator[SpokenAudio, None]:
        """Yield the speech of each sentence, in order, as soon as there is some.

        Raises:
            EngineError: The sentence that was due cannot be spoken.
        """
        ...


@dataclass(frozen=True, slots=True)
class Engines:
    """The set of engines a service runs on."""

    detector: SpeechDetector
    recognizer: Recognizer
    tutor: Tutor
    voice: Voice

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that all who name theirs have in common; empty where nobody names any."""
        named = [set(engine.languages) for engine in self._talkers if engine.languages]
        return tuple(sorted(set.intersection(*named))) if named else ()

    def serve(self, language: str) -> bool:
        """Return whether a learner can talk in a language from one end to the other."""
        served = (engine.languages for engine in self._talkers)
        return all(not languages or language in languages for languages in served)

    @property
    def _talkers(self) -> tuple[Recognizer, Tutor, Voice]:
        return self.recognizer, self.tutor, self.voice
