"""The audio queue is bounded, drops the oldest audio first, and keeps markers in order."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from listening.audio_queue import MAX_MARKERS, AudioQueue
from messages import AudioFrame, SpeechEnd, SpeechStart


def frame(number: int) -> AudioFrame:
    """Return a 10 ms frame that can be told from others."""
    return AudioFrame(number.to_bytes(2, "little") * 160)


async def drain(queue: AudioQueue) -> list[object]:
    """Return everything that waits in the queue."""
    items: list[object] = []
    while True:
        try:
            async with asyncio.timeout(0.001):
                items.append(await queue.get())
        except TimeoutError:
            return items


async def test_items_come_out_in_the_order_they_went_in() -> None:
    """Frames and markers share one order."""
    queue = AudioQueue(10)
    items = [frame(1), SpeechStart(), frame(2), SpeechEnd()]
    queue.put_frame(frame(1))
    queue.put_marker(SpeechStart())
    queue.put_frame(frame(2))
    queue.put_marker(SpeechEnd())
    assert await drain(queue) == items


async def test_a_full_queue_drops_its_oldest_frame() -> None:
    """The newest audio is worth the most."""
    queue = AudioQueue(2)
    dropped = [queue.put_frame(frame(number)) for number in range(4)]
    assert dropped == [False, False, True, True]
    assert await drain(queue) == [frame(2), frame(3)]


async def test_a_marker_outlives_the_frames_around_it() -> None:
    """A flood of audio cannot push the end of an utterance out."""
    queue = AudioQueue(2)
    queue.put_marker(SpeechEnd())
    for number in range(9):
        queue.put_frame(frame(number))
    assert await drain(queue) == [SpeechEnd(), frame(7), frame(8)]


def test_markers_are_bounded() -> None:
    """A client that repeats a marker for ever fills nothing."""
    queue = AudioQueue(2)
    taken = [queue.put_marker(SpeechStart()) for _ in range(MAX_MARKERS + 3)]
    assert taken == [True] * MAX_MARKERS + [False] * 3


async def test_a_waiting_consumer_wakes_for_the_next_item() -> None:
    """``get`` waits without polling."""
    queue = AudioQueue(2)
    waiting = asyncio.ensure_future(queue.get())
    await asyncio.sleep(0)
    queue.put_frame(frame(1))
    assert await waiting == frame(1)


async def test_a_cancelled_consumer_loses_nothing() -> None:
    """An item put after the consumer gave up is there for the next one."""
    queue = AudioQueue(2)
    waiting = asyncio.ensure_future(queue.get())
    await asyncio.sleep(0)
    waiting.cancel()
    queue.put_frame(frame(1))
    assert await queue.get() == frame(1)


@given(st.lists(st.booleans(), max_size=200), st.integers(1, 20))
def test_frames_waiting_never_exceed_the_bound(puts: list[bool], bound: int) -> None:
    """Whatever arrives, at most ``max_frames`` frames wait, and each drop is told."""
    queue, frames, dropped = AudioQueue(bound), 0, 0
    for is_frame in puts:
        if is_frame:
            frames += 1
            dropped += queue.put_frame(frame(frames))
        else:
            queue.put_marker(SpeechStart())
        assert len(queue) <= bound
    assert dropped == max(0, frames - bound)
