"""The embedded voice shares its workers fairly, stops when told and fails in plain words."""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing

import pytest

from engine_api import SpokenAudio, VoiceOptions
from engines.local_tts import MAX_REPLIES, PIECES_AHEAD, WORKERS, LocalVoice, Run, Speaker
from errors import EngineError

PATIENCE_S = 5.0
"""Real seconds after which something that should have happened is taken not to happen."""


class FakeRun:
    """A run whose steps can be waited for and stopped."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    @property
    def terminate(self) -> bool:
        """Whether the work was told to stop."""
        return self.stopped.is_set()

    @terminate.setter
    def terminate(self, value: bool) -> None:
        if value:
            self.stopped.set()


class FakeSpeaker:
    """Speaks a word as a piece. The word ``wait`` takes until its run is stopped."""

    def __init__(self) -> None:
        self.spoken: list[str] = []
        self.rates: list[float] = []
        self.began = threading.Semaphore(0)
        self.waiting = threading.Semaphore(0)
        self.ceased = threading.Semaphore(0)

    def new_run(self) -> FakeRun:
        """Return a run that knows when it is told to stop."""
        return FakeRun()

    def speak(self, text: str, rate: float, run: Run) -> Iterator[bytes]:
        """Yield the words as bytes."""
        self.rates.append(rate)
        for word in text.split():
            self.spoken.append(word)
            self.began.release()
            if word == "wait":
                self._wait(run)
            if word == "fail":
                raise ValueError(f"cannot say {text}")
            yield word.encode()

    def _wait(self, run: Run) -> None:
        assert isinstance(run, FakeRun)
        self.waiting.release()
        run.stopped.wait(PATIENCE_S)
        self.ceased.release()
        raise RuntimeError("terminated")


@pytest.fixture
def speaker() -> FakeSpeaker:
    """A speaker that needs no model."""
    return FakeSpeaker()


@pytest.fixture
async def voice(speaker: FakeSpeaker) -> AsyncIterator[LocalVoice]:
    """A voice on the fake speaker, started."""
    voice = LocalVoice(lambda: speaker)
    await voice.start()
    yield voice
    await voice.aclose()


def options(cancel_event: asyncio.Event | None = None) -> VoiceOptions:
    """Return options with an event of their own."""
    return VoiceOptions(cancel_event=cancel_event or asyncio.Event())


async def each(*sentences: str) -> AsyncIterator[str]:
    """Yield sentences that are there already."""
    for sentence in sentences:
        yield sentence


def speak(voice: LocalVoice, *sentences: str) -> AsyncGenerator[SpokenAudio, None]:
    """Begin a reply of these sentences."""
    return voice.speak(each(*sentences), options())


async def happens(semaphore: threading.Semaphore) -> bool:
    """Return whether a thread gives the sign within our patience."""
    return await asyncio.to_thread(semaphore.acquire, timeout=PATIENCE_S)


async def test_sentences_come_in_order_with_their_numbers(voice: LocalVoice) -> None:
    """Each piece names the sentence it speaks; one without speech keeps its number."""
    pieces = [piece async for piece in speak(voice, "one two", "", "three")]
    assert pieces == [SpokenAudio(0, b"one"), SpokenAudio(0, b"two"), SpokenAudio(2, b"three")]


async def test_next_sentence_begins_while_this_one_is_sent(
    voice: LocalVoice, speaker: FakeSpeaker
) -> None:
    """The work goes on while the consumer is busy, but not further than it may."""
    async with aclosing(speak(voice, "one", "two three four five six")) as pieces:
        await anext(pieces)
        for _ in range(1 + PIECES_AHEAD + 1):
            assert await happens(speaker.began)
        assert speaker.spoken == ["one", "two", "three", "four"]


async def test_rate_reaches_the_speaker(voice: LocalVoice, speaker: FakeSpeaker) -> None:
    """A learner who asks for slower speech gets it in every sentence."""
    slower = VoiceOptions(cancel_event=asyncio.Event(), speaking_rate=0.8)
    _ = [piece async for piece in voice.speak(each("one", "two"), slower)]
    assert speaker.rates == [0.8, 0.8]


async def test_nothing_is_yielded_after_cancellation(voice: LocalVoice) -> None:
    """A reply whose event is set ends quietly."""
    cancel_event = asyncio.Event()
    pieces = voice.speak(each("one two three"), options(cancel_event))
    await anext(pieces)
    cancel_event.set()
    assert [piece async for piece in pieces] == []


async def test_closing_stops_the_work_under_way(voice: LocalVoice, speaker: FakeSpeaker) -> None:
    """A reply that is cut off while a worker computes gives the worker back at once."""
    pieces = speak(voice, "one wait")
    await anext(pieces)
    assert await happens(speaker.waiting)
    async with asyncio.timeout(1):
        await pieces.aclose()
    assert await happens(speaker.ceased)


async def test_cancelling_the_reply_stops_the_work_under_way(
    voice: LocalVoice, speaker: FakeSpeaker
) -> None:
    """A task cancelled while it waits for audio leaves no work behind."""

    async def reply() -> None:
        async for _ in speak(voice, "wait"):
            pass

    task = asyncio.create_task(reply())
    assert await happens(speaker.waiting)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await happens(speaker.ceased)


async def test_replies_take_turns(voice: LocalVoice) -> None:
    """More replies than workers all get on, for none holds a worker while it is not heard."""
    async with AsyncExitStack() as stack:
        for _ in range(WORKERS + 1):
            pieces = speak(voice, "a b c d e f g h")
            await stack.enter_async_context(aclosing(pieces))
            async with asyncio.timeout(PATIENCE_S):
                assert (await anext(pieces)).pcm == b"a"


async def test_a_reply_that_hangs_does_not_hold_up_another(
    voice: LocalVoice, speaker: FakeSpeaker
) -> None:
    """The other workers go on speaking."""
    async with aclosing(speak(voice, "one wait")) as hanging:
        await anext(hanging)
        assert await happens(speaker.waiting)
        async with asyncio.timeout(PATIENCE_S):
            assert len([piece async for piece in speak(voice, "one two three")]) == 3


async def test_too_many_replies_get_a_plain_answer(voice: LocalVoice) -> None:
    """One reply too many is told to come again, and may once another has ended."""
    async with AsyncExitStack() as stack:
        replies = [speak(voice, "a b c d e f g h") for _ in range(MAX_REPLIES)]
        for reply in replies:
            await stack.enter_async_context(aclosing(reply))
            await anext(reply)
        with pytest.raises(EngineError) as refusal:
            await anext(speak(voice, "one"))
        assert (refusal.value.code, refusal.value.retryable) == ("busy", True)
        await replies[0].aclose()
        assert [piece.pcm async for piece in speak(voice, "one")] == [b"one"]


async def test_a_failure_keeps_the_text_to_itself(
    voice: LocalVoice, caplog: pytest.LogCaptureFixture
) -> None:
    """What fails is an engine error without the words that were to be spoken."""
    with pytest.raises(EngineError) as failure, caplog.at_level(logging.DEBUG):
        _ = [piece async for piece in speak(voice, "my secret fail")]
    assert failure.value.retryable
    assert failure.value.__suppress_context__
    assert "secret" not in str(failure.value) + caplog.text
    assert "ValueError" in caplog.text


async def test_what_the_tutor_raises_is_passed_on(voice: LocalVoice) -> None:
    """An error of the sentences is not blamed on the voice."""

    async def broken() -> AsyncIterator[str]:
        yield "one"
        raise EngineError("tutor_failed", "The tutor failed.")

    with pytest.raises(EngineError, match="tutor_failed"):
        _ = [piece async for piece in voice.speak(broken(), options())]


async def test_a_missing_package_names_the_setting() -> None:
    """An operator learns which package is missing and which setting avoids it."""

    def load() -> Speaker:
        raise ModuleNotFoundError("No module named 'gruut'", name="gruut")

    voice = LocalVoice(load)
    with pytest.raises(EngineError) as failure:
        await voice.start()
    assert "gruut" in failure.value.message
    assert "VOICE_ENGINE" in failure.value.action
    await voice.aclose()


async def test_a_broken_model_names_the_setting() -> None:
    """Whatever goes wrong while loading is an engine error."""

    def load() -> Speaker:
        raise ValueError("not a model")

    voice = LocalVoice(load)
    with pytest.raises(EngineError) as failure:
        await voice.start()
    assert "VOICE_ENGINE" in failure.value.action
    await voice.aclose()


async def test_a_voice_that_is_closed_refuses(speaker: FakeSpeaker) -> None:
    """A reply that comes after the end gets an engine error."""
    voice = LocalVoice(lambda: speaker)
    await voice.start()
    await voice.aclose()
    with pytest.raises(EngineError, match="voice_closed"):
        await anext(speak(voice, "one"))


async def test_loading_reports_progress(
    speaker: FakeSpeaker, caplog: pytest.LogCaptureFixture
) -> None:
    """An operator sees what the start is waiting for."""
    voice = LocalVoice(lambda: speaker)
    with caplog.at_level(logging.INFO):
        await voice.start()
    assert voice.name in caplog.text
    await voice.aclose()
