"""The contract of every engine, of speech detectors and of tutors."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from engine_api import DETECTOR_WINDOW, Question, Remark, SpeechDetector, Tutor
from engines import DETECTORS, RECOGNIZERS, TUTORS, VOICES
from settings import EngineChoice
from tests.engine_contract import (
    CLOSING_S,
    FRAME,
    SILENCE,
    SPEECH,
    choices,
    collect,
    engines_named,
    free_loop,
    running,
)
from tests.leaks import no_task_left

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=choices(DETECTORS))
async def detector(request: pytest.FixtureRequest) -> AsyncIterator[SpeechDetector]:
    """Each speech detector, running."""
    engine = engines_named(request.param).detector
    async with running(engine):
        yield engine


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=choices(TUTORS, emulated=True))
async def tutor(request: pytest.FixtureRequest) -> AsyncIterator[Tutor]:
    """Each tutor, running."""
    engine = engines_named(request.param, request).tutor
    async with running(engine):
        yield engine


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_task_left_in_the_module() -> AsyncIterator[None]:
    """Fail a test that leaves a task running in the loop that the engines share."""
    yield
    await no_task_left(CLOSING_S)


@pytest.mark.parametrize("choice", choices(DETECTORS, RECOGNIZERS, TUTORS, VOICES))
async def test_an_engine_says_what_it_is(choice: EngineChoice) -> None:
    """A name for people, and the languages it serves; before it is started."""
    engines = engines_named(choice)
    for engine in (engines.detector, engines.recognizer, engines.tutor, engines.voice):
        assert engine.name.strip()
        assert all(isinstance(language, str) for language in engine.languages)


@pytest.mark.parametrize("choice", choices(DETECTORS, RECOGNIZERS, TUTORS, VOICES))
async def test_an_engine_that_was_never_started_can_be_closed(choice: EngineChoice) -> None:
    """A start that fails half-way is cleaned up in the same way as one that did not."""
    engines = engines_named(choice)
    for engine in (engines.detector, engines.recognizer, engines.tutor, engines.voice):
        await engine.aclose()


# --- detecting ----------------------------------------------------------------------------------


async def test_a_detector_tells_speech_from_silence(detector: SpeechDetector) -> None:
    """Most windows of speech score high, windows of silence low, all of them from 0 to 1."""
    speech = detector.open().score(SPEECH)
    silence = detector.open().score(SILENCE)
    assert all(0 <= score <= 1 for score in speech + silence)
    assert sum(score >= 0.5 for score in speech) > len(speech) / 3
    assert max(silence) < 0.35


@pytest.mark.parametrize("size", [2, 320, FRAME, 1024, 6_400])
async def test_scores_do_not_depend_on_the_frames(detector: SpeechDetector, size: int) -> None:
    """One score for each completed window, whatever frames the audio comes in."""
    audio = SPEECH[:20_000]
    scorer = detector.open()
    frames = [memoryview(audio)[at : at + size] for at in range(0, len(audio), size)]
    scores = [score for frame in frames for score in scorer.score(frame)]
    assert len(scores) == len(audio) // 2 // DETECTOR_WINDOW
    assert scores == pytest.approx(detector.open().score(audio))


async def test_scorers_do_not_hear_each_other(detector: SpeechDetector) -> None:
    """What one session says does not change the scores of another."""
    mine, other = detector.open(), detector.open()
    frames = [SPEECH[at : at + 1_024] for at in range(0, 30_720, 1_024)]
    scores = [score for frame in frames for score in (mine.score(frame), other.score(SILENCE))[0]]
    assert scores == pytest.approx(detector.open().score(SPEECH[:30_720]))


async def test_a_detector_is_quick(detector: SpeechDetector) -> None:
    """A frame of 20 ms takes well under a millisecond of the event loop."""
    scorer = detector.open()
    before = time.thread_time()
    for _ in range(100):
        scorer.score(bytes(FRAME))
    assert time.thread_time() - before < 0.1


# --- thinking -----------------------------------------------------------------------------------

HISTORY = (
    Remark("learner", "What is a verb?"),
    Remark("tutor", "A verb says what someone does.", interrupted=True),
)


@pytest.mark.parametrize("text", ["What is two plus two?", "", "?", "x" * 4_000])
async def test_a_tutor_has_an_answer_to_anything(tutor: Tutor, text: str) -> None:
    """Words come back for a question, for nothing, and for nonsense, with a history or not."""
    for history in ((), HISTORY):
        deltas = await collect(tutor.answer(Question(text, asyncio.Event(), history)))
        assert any(map(str.isalpha, "".join(deltas)))


async def test_a_tutor_writes_while_it_thinks(tutor: Tutor) -> None:
    """The answer comes in more than one piece."""
    assert len(await collect(tutor.answer(Question("What is a verb?", asyncio.Event())))) > 1


async def test_answers_do_not_mix(tutor: Tutor) -> None:
    """Learners who ask at the same time get what they would get alone."""
    questions = [Question(f"What is {n} plus {n}?", asyncio.Event()) for n in range(4)]
    alone = ["".join(await collect(tutor.answer(question))) for question in questions]
    together = await asyncio.gather(*(collect(tutor.answer(question)) for question in questions))
    assert ["".join(deltas) for deltas in together] == alone


async def test_an_answer_can_be_broken_off(tutor: Tutor) -> None:
    """Closed after its first word, or cancelled before it, a tutor lets go at once."""
    cancelled = asyncio.Event()
    answer = tutor.answer(Question("What is a verb?", cancelled))
    await anext(answer)
    cancelled.set()
    async with asyncio.timeout(CLOSING_S):
        await answer.aclose()
    await collect(tutor.answer(Question("What is a noun?", cancelled)), CLOSING_S)


async def test_a_tutor_leaves_the_loop_free(tutor: Tutor) -> None:
    """Thinking never keeps the event loop waiting."""
    async with free_loop():
        await collect(tutor.answer(Question("What is 17 times 23?", asyncio.Event(), HISTORY)))
