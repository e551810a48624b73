"""A source works ahead of its consumer, but never far."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from engines.prefetch import prefetch


class Source:
    """Yields numbers and remembers what became of it."""

    def __init__(self, count: int, error: Exception | None = None):
        self.count = count
        self.error = error
        self.yielded = 0
        self.closed = asyncio.Event()

    async def items(self) -> AsyncGenerator[int, None]:
        """Yield 0, 1, ... and raise the error, if there is one."""
        try:
            for number in range(self.count):
                self.yielded += 1
                yield number
            if self.error:
                raise self.error
        finally:
            self.closed.set()


async def settle() -> None:
    """Let every task that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_items_come_in_order() -> None:
    """Everything the source yields arrives, in order."""
    assert [item async for item in prefetch(Source(10).items(), 2)] == list(range(10))


async def test_source_works_ahead_by_a_bounded_number() -> None:
    """While the consumer is busy, the source fills the places and holds one more item."""
    source = Source(10)
    async with aclosing(prefetch(source.items(), 2)) as items:
        await anext(items)
        await settle()
        assert source.yielded == 1 + 2 + 1


async def test_an_error_comes_after_the_items_before_it() -> None:
    """What was made before the source failed is not lost."""
    items = prefetch(Source(2, ValueError("broken")).items(), 5)
    assert [await anext(items), await anext(items)] == [0, 1]
    with pytest.raises(ValueError, match="broken"):
        await anext(items)


async def test_closing_closes_the_source() -> None:
    """A consumer that loses interest leaves nothing running."""
    source = Source(10)
    items = prefetch(source.items(), 2)
    await anext(items)
    await items.aclose()
    assert source.closed.is_set()


async def test_cancelling_the_consumer_closes_the_source() -> None:
    """A consumer cancelled while it waits leaves nothing running either."""
    closed = asyncio.Event()

    async def never() -> AsyncGenerator[int, None]:
        try:
            await asyncio.Event().wait()
            yield 0
        finally:
            closed.set()

    async def consume() -> None:
        async for _ in prefetch(never(), 2):
            pass

    consumer = asyncio.create_task(consume())
    await settle()
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    assert closed.is_set()
