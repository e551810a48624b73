"""Reads a vendor's stream in a task of its own, so that leaving it closes it at once.

A generator that is left while it stands at a ``yield`` is closed by nobody but the garbage
collector, and with it the connection. A task that only ever waits for the next item can be
cancelled at any moment; the cancellation unwinds the vendor's stream and closes the connection.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from enum import Enum
from typing import Literal, TypeVar

Item = TypeVar("Item")

CLOSING_S = 0.5
"""Longest wait for a stream that was cancelled; one that is slower closes on its own time."""


class StreamOverrun(Exception):
    """The vendor sent far more than was asked for."""


class _Mark(Enum):
    END = "end"


async def pump(items: AsyncGenerator[Item, None], *, room: int) -> AsyncGenerator[Item, None]:
    """Yield the items of a vendor's stream; on every way out the stream is closed.

    Args:
        items: The stream; it is read and closed in a task of its own.
        room: Items kept for a reader who is slower than the vendor.

    Raises:
        StreamOverrun: The reader fell more than ``room`` items behind.
        ConnectionAbortedError: The vendor cancelled its own stream.
        Exception: Whatever the stream raised.
    """
    queue: asyncio.Queue[Item | Literal[_Mark.END]] = asyncio.Queue()
    task = asyncio.create_task(_fill(queue, items, room), name="pump")
    # Marked as seen, or an error that comes after the reader has left is logged with its words.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    task.add_done_callback(lambda _: queue.put_nowait(_Mark.END))
    try:
        while (item := await queue.get()) is not _Mark.END:
            yield item
        if task.cancelled():
            raise ConnectionAbortedError
        task.result()
    finally:
        await _stop(task)
        del task  # the traceback of an error would hold the task, and the task the error


async def _fill(
    queue: asyncio.Queue[Item | Literal[_Mark.END]],
    items: AsyncGenerator[Item, None],
    room: int,
) -> None:
    # Waiting for room would park the stream at its yield, so the queue is bounded by failing.
    async with aclosing(items):
        async for item in items:
            if queue.qsize() >= room:
                raise StreamOverrun
            queue.put_nowait(item)


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task}, timeout=CLOSING_S)
