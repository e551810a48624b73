"""The contract of recognizers."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from engine_api import (
    FinalTranscript,
    InterimTranscript,
    Recognizer,
    RecognizerEvent,
    RecognizerOptions,
    RecognizerStream,
    UtteranceEnded,
)
from engines import RECOGNIZERS
from tests.engine_contract import (
    CLOSING_S,
    FRAME,
    PATIENCE_S,
    SILENCE,
    SPEECH,
    choices,
    engines_named,
    free_loop,
    running,
)
from tests.leaks import no_task_left

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=choices(RECOGNIZERS, emulated=True)
)
async def recognizer(request: pytest.FixtureRequest) -> AsyncIterator[Recognizer]:
    """Each recognizer, running."""
    engine = engines_named(request.param, request).recognizer
    async with running(engine):
        yield engine


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_task_left_in_the_module() -> AsyncIterator[None]:
    """Fail a test that leaves a task running in the loop that the engines share."""
    yield
    await no_task_left(CLOSING_S)


async def push(stream: RecognizerStream, pcm: bytes) -> None:
    """Push audio frame by frame, faster than it was spoken."""
    for at in range(0, len(pcm), FRAME):
        stream.push(pcm[at : at + FRAME])
        await asyncio.sleep(0.001)


async def speak_into(stream: RecognizerStream, utterance_id: int, course: str = "spe") -> None:
    """Speak an utterance: ``s`` speech, ``p`` a pause, ``r`` speaking on, ``e`` the end of it."""
    await push(stream, SILENCE[:6_400])
    stream.begin_utterance(utterance_id)
    for part in course:
        if part == "s":
            await push(stream, SPEECH)
        elif part == "p":
            stream.pause_utterance()
            await push(stream, SILENCE)
        elif part == "r":
            stream.resume_utterance()
            await push(stream, SPEECH)
        else:
            stream.end_utterance()


async def listen(stream: RecognizerStream, utterances: int) -> list[RecognizerEvent]:
    """Return the events up to the end of so many utterances."""
    events: list[RecognizerEvent] = []
    async with asyncio.timeout(PATIENCE_S):
        async for event in stream.events():
            events.append(event)
            utterances -= isinstance(event, UtteranceEnded)
            if not utterances:
                break
    return events


@pytest.mark.parametrize("course", ["se", "spe", "sprpe", "sprspe", "spre", "e", "pe"])
async def test_an_utterance_ends_once_and_after_its_final(
    recognizer: Recognizer, course: str
) -> None:
    """However it was spoken, no guess is left open, and nothing follows ``UtteranceEnded``."""
    stream = recognizer.open(RecognizerOptions())
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(listen(stream, 1))
        tasks.create_task(speak_into(stream, 7, course))
    await stream.aclose()
    events = listening.result()
    assert {event.utterance_id for event in events} == {7}
    assert [type(event) for event in events].count(UtteranceEnded) == 1
    settled = [FinalTranscript] if "s" in course else []
    assert [type(event) for event in events][-1 - len(settled) :] == [*settled, UtteranceEnded]


async def test_utterances_end_in_the_order_they_were_spoken(recognizer: Recognizer) -> None:
    """One that begins before the last is understood waits for its turn."""
    stream = recognizer.open(RecognizerOptions())
    for utterance_id in (1, 2, 3):
        await speak_into(stream, utterance_id, "se")
    events = await listen(stream, 3)
    await stream.aclose()
    settled = [event for event in events if not isinstance(event, InterimTranscript)]
    assert [event.utterance_id for event in settled] == [1, 1, 2, 2, 3, 3]


async def test_streams_do_not_hear_each_other(recognizer: Recognizer) -> None:
    """Two sessions get their own utterances, and theirs alone."""
    streams = [recognizer.open(RecognizerOptions()) for _ in range(2)]
    async with asyncio.TaskGroup() as tasks:
        heard = [tasks.create_task(listen(stream, 1)) for stream in streams]
        for utterance_id, stream in enumerate(streams):
            tasks.create_task(speak_into(stream, utterance_id))
    for stream in streams:
        await stream.aclose()
    for utterance_id, listening in enumerate(heard):
        assert {event.utterance_id for event in listening.result()} == {utterance_id}


async def test_audio_outside_an_utterance_says_nothing(recognizer: Recognizer) -> None:
    """Closing the stream ends ``events``, and there were none without an utterance."""
    stream = recognizer.open(RecognizerOptions())
    await push(stream, SPEECH)
    listening = asyncio.create_task(listen(stream, 1))
    await stream.aclose()
    assert await listening == []


async def test_a_stream_can_be_closed_at_any_time(recognizer: Recognizer) -> None:
    """In the middle of an utterance, twice, and with calls that still arrive."""
    stream = recognizer.open(RecognizerOptions())
    await speak_into(stream, 1, "sp")
    listening = asyncio.create_task(listen(stream, 1))
    async with asyncio.timeout(CLOSING_S):
        await stream.aclose()
        await stream.aclose()
        await listening
    stream.push(SPEECH[:FRAME])
    stream.resume_utterance()
    stream.end_utterance()
    stream.begin_utterance(2)
    stream.end_utterance()


async def test_a_recognizer_leaves_the_loop_free(recognizer: Recognizer) -> None:
    """Understanding never keeps the event loop waiting."""
    stream = recognizer.open(RecognizerOptions())
    async with free_loop(), asyncio.TaskGroup() as tasks:
        tasks.create_task(listen(stream, 1))
        tasks.create_task(speak_into(stream, 1, "sprpe"))
    await stream.aclose()
