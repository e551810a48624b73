"""The pump: a vendor's stream is closed the moment its reader leaves."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

import pytest

from engines.tutoring.pump import StreamOverrun, pump

ROOM = 100


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    """Let nothing be closed by chance."""
    gc.disable()
    yield
    gc.enable()


class Vendor:
    """A stream of numbers that hides its connection in a generator nobody closes."""

    def __init__(self, items: int = 1_000_000):
        self.items = items
        self.connected = False

    async def stream(self) -> AsyncGenerator[int, None]:
        """Yield the numbers from the connection."""
        async for number in self._connection():
            yield number

    async def _connection(self) -> AsyncGenerator[int, None]:
        self.connected = True
        try:
            for number in range(self.items):
                yield number
                await asyncio.sleep(0.001)
        finally:
            self.connected = False


async def test_all_items_arrive_in_order() -> None:
    """What the vendor yields is what the reader gets."""
    async with aclosing(pump(Vendor(5).stream(), room=ROOM)) as items:
        assert [item async for item in items] == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("no_garbage_collection")
async def test_a_reader_who_leaves_while_busy_closes_the_stream() -> None:
    """The stream is closed although its reader stands between two items."""
    vendor = Vendor()
    async with aclosing(pump(vendor.stream(), room=ROOM)) as items:
        await anext(items)
        await asyncio.sleep(0.01)
        assert vendor.connected
    assert not vendor.connected


@pytest.mark.usefixtures("no_garbage_collection")
async def test_a_reader_who_is_cancelled_closes_the_stream() -> None:
    """A task that is cancelled while it waits for an item leaves nothing open."""
    vendor = Vendor()

    async def read() -> None:
        async with aclosing(pump(vendor.stream(), room=ROOM)) as items:
            async for _ in items:
                pass

    reader = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    reader.cancel()
    await asyncio.wait({reader})
    assert not vendor.connected


async def test_an_error_comes_after_what_came_before_it() -> None:
    """The reader gets every item, then the vendor's error."""

    async def break_off() -> AsyncGenerator[int, None]:
        yield 1
        raise ConnectionResetError

    async with aclosing(pump(break_off(), room=ROOM)) as items:
        assert await anext(items) == 1
        with pytest.raises(ConnectionResetError):
            await anext(items)


async def test_a_vendor_that_cancels_itself_has_failed() -> None:
    """A cancellation that nobody asked for must not pass for the reader's own."""

    async def cancel_itself() -> AsyncGenerator[int, None]:
        raise asyncio.CancelledError
        yield 1

    async with aclosing(pump(cancel_itself(), room=ROOM)) as items:
        with pytest.raises(ConnectionAbortedError):
            await anext(items)


async def test_a_vendor_cannot_fill_the_memory() -> None:
    """Who sends without end while nobody reads is cut off."""
    sent = 0

    async def flood() -> AsyncGenerator[int, None]:
        nonlocal sent
        while True:
            sent += 1
            yield sent

    async with aclosing(pump(flood(), room=ROOM)) as items:
        await anext(items)
        with pytest.raises(StreamOverrun):
            assert [item async for item in items]
    assert sent <= ROOM + 1


async def test_a_slow_close_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor that is slow to let go closes on its own time."""
    monkeypatch.setattr("engines.tutoring.pump.CLOSING_S", 0.01)
    let_go = asyncio.Event()

    async def cling() -> AsyncGenerator[int, None]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            await let_go.wait()

    async with asyncio.timeout(5), aclosing(pump(cling(), room=ROOM)) as items:
        await anext(items)
    let_go.set()


async def test_what_goes_wrong_after_the_reader_left_is_not_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The loop would log it as never retrieved, and with it what a learner said."""
    monkeypatch.setattr("engines.tutoring.pump.CLOSING_S", 0.01)
    let_go = asyncio.Event()

    async def cling() -> AsyncGenerator[int, None]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            await let_go.wait()
            raise ValueError("what a learner said")

    async with aclosing(pump(cling(), room=ROOM)) as items:
        await anext(items)
    (task,) = (task for task in asyncio.all_tasks() if task.get_name() == "pump")
    let_go.set()
    await asyncio.wait({task})
    del task
    gc.collect()
    assert not caplog.records
