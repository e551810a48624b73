"""Working ahead of whoever consumes an asynchronous generator, by a bounded amount."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

Item = TypeVar("Item")


async def prefetch(source: AsyncGenerator[Item, None], ahead: int) -> AsyncGenerator[Item, None]:
    """Yield what ``source`` yields, while ``source`` goes on in a task of its own.

    Closing this closes ``source``. What ``source`` raises is raised here, after its items.

    Args:
        source: Belongs to this generator from now on.
        ahead: How many items may wait to be asked for.
    """
    items: asyncio.Queue[Item | None] = asyncio.Queue()  # bounded by the places
    places = asyncio.Semaphore(ahead)
    task = asyncio.create_task(_fill(source, items, places), name="prefetch")
    task.add_done_callback(lambda _: items.put_nowait(None))
    try:
        while (item := await items.get()) is not None:
            places.release()
            yield item
        await task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _fill(
    source: AsyncGenerator[Item, None],
    items: "asyncio.Queue[Item | None]",
    places: asyncio.Semaphore,
) -> None:
    async with aclosing(source):
        async for item in source:
            await places.acquire()
            items.put_nowait(item)
