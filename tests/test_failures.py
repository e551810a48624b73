"""What the learner hears and sees when an engine fails: never silence, and the next turn works."""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from engine_api import (
    Engines,
    Question,
    RecognizerEvent,
    RecognizerOptions,
    SpokenAudio,
    VoiceOptions,
)
from engines.scripted import (
    LoudnessDetector,
    LoudnessScorer,
    Script,
    ScriptedRecognizer,
    ScriptedRecognizerStream,
    ScriptedTutor,
    ScriptedVoice,
    play,
)
from errors import EngineError
from messages import (
    AudioChunk,
    AudioComplete,
    BargeIn,
    Error,
    SpeechEnd,
    SpeechStart,
    TextMessage,
    TranscriptFinal,
    TurnMetrics,
)
from tests.scenario import Learner, lesson
from tests.virtual_time import in_virtual_time
from text.apologies import ENGLISH

SCRIPT = Script(
    utterances=("What is a verb?", "And a noun?"),
    replies=("Reply 1 is short. So it ends.", "Reply 2 is short. So it ends."),
)


class BrokenTutor(ScriptedTutor):
    """Fails on its first question after some words, and answers the next."""

    def __init__(self, words: int, failure: BaseException | None):
        super().__init__(SCRIPT)
        self._words = words
        self._failure = failure
        self._asked = 0

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """Yield words until it fails: by raising, or by hanging for ever."""
        self._asked += 1
        spoken = 0
        async for word in super().answer(question):
            if self._asked == 1 and spoken == self._words:
                if self._failure is None:
                    await asyncio.Event().wait()
                else:
                    raise self._failure
            spoken += 1
            yield word


class SilentTutor(ScriptedTutor):
    """Ends without a word."""

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:
        """Yield nothing."""
        return
        yield question.text


class BrokenVoice(ScriptedVoice):
    """Fails in its first reply after some pieces, and speaks the next."""

    def __init__(self, pieces: int, failure: BaseException | None):
        super().__init__(SCRIPT)
        self._pieces = pieces
        self._failure = failure
        self._asked = 0

    async def speak(
        self, sentences: AsyncIterator[str], options: VoiceOptions
    ) -> AsyncGenerator[SpokenAudio, None]:
        """Yield pieces until it fails: by raising, or by hanging for ever."""
        self._asked += 1
        made = 0
        async for piece in super().speak(sentences, options):
            if self._asked == 1 and made == self._pieces:
                if self._failure is None:
                    await asyncio.Event().wait()
                else:
                    raise self._failure
            made += 1
            yield piece


class BrokenRecognizer(ScriptedRecognizer):
    """Its first stream fails at its first event; the next ones work."""

    def __init__(self, failure: BaseException | None):
        super().__init__(SCRIPT)
        self._failure = failure
        self._opened = 0

    def open(self, options: RecognizerOptions) -> ScriptedRecognizerStream:
        """Return a stream, the first of which is broken."""
        self._opened += 1
        stream = super().open(options)
        return BrokenStream(stream, self._failure) if self._opened == 1 else stream


class BrokenStream(ScriptedRecognizerStream):
    """Understands nothing."""

    def __init__(self, whole: ScriptedRecognizerStream, failure: BaseException | None):
        super().__init__(whole._script, whole._language)
        self._failure = failure

    async def events(self) -> AsyncIterator[RecognizerEvent]:
        """Fail once there is something to tell, or tell nothing for ever."""
        async for event in super().events():
            if self._failure is not None:
                raise self._failure
            if False:
                yield event


FAILURES = [
    EngineError("busy", "No room.", retryable=True),
    ValueError("something the learner said"),
    asyncio.CancelledError(),
    None,
]
NAMES = ["engine error", "any exception", "cancels itself", "hangs"]


def engines(**broken: object) -> Engines:
    """Return scripted engines but for these."""
    return dataclasses.replace(play(SCRIPT), **broken)  # type: ignore[arg-type]  # by name


async def type_twice(learner: Learner) -> None:
    """Ask two questions, each after the turn before it has ended."""
    learner.send(TextMessage("What is a verb?"))
    await learner.wait_for(TurnMetrics)
    learner.send(TextMessage("And a noun?"))
    await learner.wait_for(TurnMetrics, 2)


@pytest.mark.parametrize("failure", FAILURES, ids=NAMES)
@pytest.mark.parametrize("words", [0, 3, 5])
@in_virtual_time
async def test_a_tutor_that_fails_ends_in_a_spoken_apology(
    words: int, failure: BaseException | None
) -> None:
    """Before its first word, in mid-sentence, or between two; the next turn is answered."""
    async with lesson(engines(tutor=BrokenTutor(words, failure))) as learner:
        await type_twice(learner)
        assert learner.text(1).endswith(tuple(ENGLISH.values()))
        assert learner.all(AudioComplete)[0].total_samples > 0
        assert learner.text(2).startswith("Reply 2")
        errors = learner.all(Error)
        assert len(errors) == 1
        assert "learner said" not in errors[0].message


@in_virtual_time
async def test_a_tutor_without_an_answer_says_so() -> None:
    """An empty answer is not silence."""
    async with lesson(engines(tutor=SilentTutor(SCRIPT))) as learner:
        learner.send(TextMessage("What is a verb?"))
        await learner.wait_for(TurnMetrics)
        assert learner.text(1) == ENGLISH["empty"]


@pytest.mark.parametrize("failure", FAILURES, ids=NAMES)
@pytest.mark.parametrize("pieces", [0, 1, 6])
@in_virtual_time
async def test_a_voice_that_fails_leaves_the_answer_in_writing(
    pieces: int, failure: BaseException | None
) -> None:
    """Before its first sound or after; no sentence is lost, and the next turn is spoken."""
    async with lesson(engines(voice=BrokenVoice(pieces, failure))) as learner:
        await type_twice(learner)
        assert learner.text(1) == SCRIPT.replies[0]
        assert learner.text(2) == SCRIPT.replies[1]
        assert learner.all(AudioComplete)[1].total_samples > 24_000
        assert len(learner.all(Error)) == 1
        remarks = [r.text for r in learner.session.history if r.speaker == "tutor"]
        assert remarks == list(SCRIPT.replies[:2])


@pytest.mark.parametrize("failure", FAILURES, ids=NAMES)
@in_virtual_time
async def test_a_recognizer_that_fails_ends_in_a_spoken_apology(
    failure: BaseException | None,
) -> None:
    """The learner is asked to say it again, and is heard then."""
    async with lesson(engines(recognizer=BrokenRecognizer(failure))) as learner:
        await learner.speak(1_000)
        await learner.be_silent(1_000)
        await learner.wait_for(TurnMetrics)
        assert learner.text(1) in (ENGLISH["stt"], ENGLISH["busy"])
        assert len(learner.all(AudioChunk)) > 0
        await learner.be_silent(1_000)
        await learner.speak(1_000)
        await learner.be_silent(1_000)
        await learner.wait_for(TranscriptFinal)
        await learner.wait_for(TurnMetrics, 2)


class ThrowingDetector(LoudnessDetector):
    """Its first scorer cannot score."""

    def __init__(self) -> None:
        super().__init__(SCRIPT)
        self._opened = 0

    def open(self) -> LoudnessScorer:
        """Return a scorer, the first of which is broken."""
        self._opened += 1
        scorer = super().open()
        if self._opened == 1:
            scorer.score = fail  # type: ignore[assignment, method-assign]  # only this one
        return scorer


class ThrowingRecognizer(ScriptedRecognizer):
    """The first stream cannot take audio, nor be closed."""

    def __init__(self) -> None:
        super().__init__(SCRIPT)
        self._opened = 0

    def open(self, options: RecognizerOptions) -> ScriptedRecognizerStream:
        """Return a stream, the first of which is broken."""
        self._opened += 1
        stream = super().open(options)
        if self._opened == 1:
            stream.push = fail  # type: ignore[assignment, method-assign]  # only this one
        return stream


def fail(_: object) -> list[float]:
    """Fail as no engine should."""
    raise ValueError("something the learner said")


@pytest.mark.parametrize(
    "broken", [{"detector": ThrowingDetector}, {"recognizer": ThrowingRecognizer}]
)
@in_virtual_time
async def test_an_engine_that_throws_in_a_call_does_not_end_the_session(
    broken: dict[str, type],
) -> None:
    """The failure is reported, another stream opens, and the next utterance is heard."""
    async with lesson(engines(**{name: make() for name, make in broken.items()})) as learner:
        await learner.be_silent(2_000)
        assert [error.code for error in learner.all(Error)] == ["stt_failed"]
        await learner.speak(1_000)
        await learner.be_silent(1_000)
        await learner.wait_for(TurnMetrics)
        assert learner.text(1).startswith("Reply 1")


@in_virtual_time
async def test_a_reply_that_fails_while_it_is_interrupted_is_nobodys_business() -> None:
    """No error follows INTERRUPTED."""

    class SoreLoser(ScriptedTutor):
        async def answer(self, question: Question) -> AsyncGenerator[str, None]:
            try:
                async for word in super().answer(question):
                    yield word
            except asyncio.CancelledError:
                raise ValueError from None

    async with lesson(engines(tutor=SoreLoser(SCRIPT))) as learner:
        learner.send(TextMessage("What is a verb?"))
        await learner.wait_for_phase("thinking")
        learner.send(BargeIn())
        await asyncio.sleep(1.0)
        assert learner.all(Error) == []


@in_virtual_time
async def test_a_final_transcript_that_never_comes_is_reported() -> None:
    """The last guess is answered, and the client learns why it may be short."""
    async with lesson(engines(recognizer=DeafToTheEnd(SCRIPT))) as learner:
        await learner.speak(1_000)
        await learner.be_silent(1_000)
        await learner.wait_for(TurnMetrics)
        assert [error.code for error in learner.all(Error)] == ["stt_timeout"]
        assert learner.all(TranscriptFinal)[0].text == "What is a verb?"


class DeafToTheEnd(ScriptedRecognizer):
    """Guesses, and never makes up its mind."""

    def open(self, options: RecognizerOptions) -> ScriptedRecognizerStream:
        """Return a stream that takes no notice of the end."""
        stream = super().open(options)
        stream.end_utterance = lambda: None  # type: ignore[method-assign]  # only this one
        stream.pause_utterance = lambda: None  # type: ignore[method-assign]  # only this one
        return stream


class SlowToClose(DeafToTheEnd):
    """Its streams never make up their mind, and take a minute to close."""

    def open(self, options: RecognizerOptions) -> ScriptedRecognizerStream:
        """Return a stream that takes its time."""
        stream = super().open(options)
        stream.aclose = sleep_a_minute  # type: ignore[method-assign]  # only this one
        return stream


async def sleep_a_minute() -> None:
    """Take a minute."""
    await asyncio.sleep(60)


@in_virtual_time
async def test_a_recognizer_that_is_slow_to_close_keeps_nobody_waiting() -> None:
    """The turn is answered at its deadline, and the learner is heard again a second later."""
    async with lesson(engines(recognizer=SlowToClose(SCRIPT))) as learner:
        asked_at = asyncio.get_running_loop().time()
        await learner.speak(1_000)
        await learner.be_silent(1_000)
        await learner.wait_for(AudioChunk)
        assert asyncio.get_running_loop().time() - asked_at < 9.0
        await learner.wait_for(TurnMetrics)
        await learner.speak(1_000)
        await learner.be_silent(1_000)
        await learner.wait_for(TurnMetrics, 2)
        assert len(learner.all(TranscriptFinal)) == 2


class BrokenTwice(ScriptedRecognizer):
    """The first stream fails in a call and in its events."""

    opened = 0

    def open(self, options: RecognizerOptions) -> ScriptedRecognizerStream:
        """Return a stream, the first of which is broken."""
        self.opened += 1
        whole = super().open(options)
        if self.opened > 1:
            return whole
        stream = BrokenStream(whole, ValueError())
        stream.pause_utterance = lambda: fail(None)  # type: ignore[assignment, method-assign]  # only this one
        return stream


@in_virtual_time
async def test_one_failure_is_reported_once() -> None:
    """However often the stream says so; one other stream is opened for it."""
    recognizer = BrokenTwice(SCRIPT)
    async with lesson(engines(recognizer=recognizer)) as learner:
        await learner.speak(600)
        await learner.be_silent(2_000)
        await learner.wait_for(TurnMetrics)
        assert [error.code for error in learner.all(Error)] == ["stt_failed"]
        assert recognizer.opened == 2


@in_virtual_time
async def test_who_speaks_while_there_is_no_recognizer_is_asked_to_say_it_again() -> None:
    """At the end of the utterance, not at the deadline of a transcript that cannot come."""
    async with lesson(engines(recognizer=ThrowingRecognizer())) as learner:
        await learner.be_silent(40)
        learner.send(SpeechStart())
        await asyncio.sleep(0.1)
        learner.send(SpeechEnd())
        await learner.wait_for(AudioChunk)
        assert asyncio.get_running_loop().time() < 1.0
        assert learner.text(1) == ENGLISH["stt"]
