"""The contract of voices."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

import pytest
import pytest_asyncio

from engine_api import OUTPUT_RATE, SpokenAudio, Voice, VoiceOptions
from engines import VOICES
from tests.engine_contract import (
    CLOSING_S,
    PATIENCE_S,
    choices,
    collect,
    engines_named,
    free_loop,
    running,
)
from tests.leaks import no_task_left

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENTENCES = ("Plants eat light.", "They make sugar of it.", "That is how they grow.")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=choices(VOICES, emulated=True))
async def voice(request: pytest.FixtureRequest) -> AsyncIterator[Voice]:
    """Each voice, running."""
    engine = engines_named(request.param, request).voice
    async with running(engine):
        yield engine


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_task_left_in_the_module() -> AsyncIterator[None]:
    """Fail a test that leaves a task running in the loop that the engines share."""
    yield
    await no_task_left(CLOSING_S)


async def write(sentences: Sequence[str]) -> AsyncGenerator[str, None]:
    """Yield sentences as a tutor does."""
    for sentence in sentences:
        await asyncio.sleep(0)
        yield sentence


async def speak(voice: Voice, *sentences: str, rate: float = 1.0) -> list[SpokenAudio]:
    """Return the speech of the sentences."""
    options = VoiceOptions(asyncio.Event(), speaking_rate=rate)
    return await collect(voice.speak(write(sentences), options))


def seconds(pieces: Sequence[SpokenAudio]) -> float:
    """Return the length of the speech."""
    return sum(len(piece.pcm) for piece in pieces) / 2 / OUTPUT_RATE


async def test_a_voice_speaks_each_sentence_in_order(voice: Voice) -> None:
    """Whole samples, numbered by their sentence from 0, none skipped."""
    pieces = await speak(voice, *SENTENCES)
    numbers = [piece.sentence for piece in pieces]
    assert numbers == sorted(numbers)
    assert set(numbers) == {0, 1, 2}
    assert all(piece.pcm and len(piece.pcm) % 2 == 0 for piece in pieces)
    assert 1 < seconds(pieces) < 12


@pytest.mark.parametrize("empty", ["", " ", "...", "!", "123", "E = mc", "x" * 300])
async def test_a_voice_takes_any_sentence(voice: Voice, empty: str) -> None:
    """One that has no words to say does not stop those after it, nor change their numbers."""
    pieces = await speak(voice, empty, "Plants eat light.")
    assert pieces[-1].sentence == 1


async def test_a_voice_says_nothing_of_nothing(voice: Voice) -> None:
    """No sentence, no audio."""
    assert await speak(voice) == []


async def test_a_voice_begins_before_the_answer_is_written(voice: Voice) -> None:
    """The first sentence sounds while the second is still unknown."""
    written = asyncio.Event()

    async def hesitate() -> AsyncGenerator[str, None]:
        yield SENTENCES[0]
        await written.wait()
        yield SENTENCES[1]

    speech = voice.speak(hesitate(), VoiceOptions(asyncio.Event()))
    async with asyncio.timeout(PATIENCE_S), aclosing(speech):
        assert (await anext(speech)).sentence == 0
        written.set()
        assert [piece.sentence async for piece in speech][-1] == 1


async def test_a_voice_heeds_the_speaking_rate(voice: Voice) -> None:
    """Spoken faster, it takes less time."""
    slow, quick = await speak(voice, *SENTENCES, rate=0.8), await speak(voice, *SENTENCES, rate=1.6)
    assert seconds(quick) < 0.7 * seconds(slow)


async def test_voices_do_not_mix(voice: Voice) -> None:
    """Replies spoken at the same time are as long as they are alone."""
    together = await asyncio.gather(*(speak(voice, sentence) for sentence in SENTENCES))
    for pieces, sentence in zip(together, SENTENCES, strict=True):
        alone = seconds(await speak(voice, sentence))
        assert seconds(pieces) == pytest.approx(alone, rel=0.3)


async def test_speech_can_be_broken_off(voice: Voice) -> None:
    """Closed or cancelled after its first sound, or before it, a voice lets go at once."""
    cancelled = asyncio.Event()
    speech = voice.speak(write(SENTENCES * 100), VoiceOptions(cancelled))
    await anext(speech)
    cancelled.set()
    assert seconds(await collect(speech, CLOSING_S)) < 5
    speech = voice.speak(write(SENTENCES * 100), VoiceOptions(asyncio.Event()))
    await anext(speech)
    async with asyncio.timeout(CLOSING_S):
        await speech.aclose()


async def test_a_voice_leaves_the_loop_free(voice: Voice) -> None:
    """Speaking never keeps the event loop waiting."""
    async with free_loop():
        await speak(voice, *SENTENCES)
