"""What was understood waits to be read: in order, bounded, and before an error."""

import pytest

from engine_api import FinalTranscript, InterimTranscript, RecognizerEvent, UtteranceEnded
from engines.google.hearing.transcript_queue import MAX_EVENTS, TranscriptQueue
from errors import EngineError


async def read(queue: TranscriptQueue, count: int) -> list[RecognizerEvent]:
    """Return so many events."""
    events = queue.events()
    return [await anext(events) for _ in range(count)]


async def test_a_guess_replaces_one_that_nobody_read() -> None:
    """Of the same utterance alone; finals and ends stay."""
    queue = TranscriptQueue()
    newest = InterimTranscript(1, "what is"), FinalTranscript(1, "what is this", "en-US")
    other = InterimTranscript(2, "no")
    for event in (InterimTranscript(1, "what"), *newest, UtteranceEnded(1), other):
        queue.put(event)
    assert await read(queue, 4) == [*newest, UtteranceEnded(1), other]


async def test_an_error_comes_after_what_was_understood() -> None:
    """And the first error is the one that is told."""
    queue = TranscriptQueue()
    queue.put(UtteranceEnded(1))
    queue.fail(EngineError("first", "Broken."))
    queue.fail(EngineError("second", "Broken."))
    queue.put(UtteranceEnded(2))
    events = queue.events()
    assert await anext(events) == UtteranceEnded(1)
    with pytest.raises(EngineError, match="first"):
        await anext(events)


async def test_closing_ends_the_events_at_once() -> None:
    """What was not read is forgotten."""
    queue = TranscriptQueue()
    queue.put(UtteranceEnded(1))
    queue.close()
    queue.put(UtteranceEnded(2))
    assert [event async for event in queue.events()] == []


async def test_events_that_nobody_reads_have_a_limit() -> None:
    """The stream fails rather than grow."""
    queue = TranscriptQueue()
    for number in range(MAX_EVENTS + 1):
        queue.put(UtteranceEnded(number))
    events = queue.events()
    for _ in range(MAX_EVENTS):
        await anext(events)
    with pytest.raises(EngineError, match="stt_unread"):
        await anext(events)
