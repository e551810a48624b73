"""The virtual clock: exact, quick, honest about threads, and strict about what is left behind."""

import asyncio
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.leaks import LeakedTasks
from tests.virtual_time import Deadlock, VirtualTimeLoop, in_virtual_time, run_virtual


def _now() -> float:
    return asyncio.get_running_loop().time()


def test_an_hour_takes_no_real_time() -> None:
    """A long sleep ends at once, and the clock says that it was long."""

    async def wait_an_hour() -> float:
        await asyncio.sleep(3_600)
        return _now()

    begun = time.perf_counter()
    assert run_virtual(wait_an_hour()) == 3_600
    assert time.perf_counter() - begun < 1


@in_virtual_time
async def test_timers_fire_in_order_and_at_their_times() -> None:
    """Sleepers wake exactly when they are due, in order of their deadlines."""
    woken: list[float] = []

    async def sleeper(seconds: float) -> None:
        await asyncio.sleep(seconds)
        woken.append(_now())

    async with asyncio.TaskGroup() as group:
        for seconds in (0.3, 0.1, 0.2, 0.1):
            group.create_task(sleeper(seconds))
    assert woken == [0.1, 0.1, 0.2, 0.3]


@given(st.lists(st.floats(min_value=1e-6, max_value=1e6), max_size=20))
@in_virtual_time
async def test_the_clock_never_stops_short_of_a_deadline(pauses: list[float]) -> None:
    """After a sleep the deadline has passed, whatever the rounding, so no loop spins on it."""
    for pause in pauses:
        deadline = _now() + pause
        await asyncio.sleep(pause)
        assert _now() >= deadline


@in_virtual_time
async def test_a_timeout_cuts_a_wait_at_its_virtual_time() -> None:
    """``asyncio.timeout`` runs on the virtual clock."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(6):
            await asyncio.Event().wait()
    assert _now() == 6


def test_waiting_for_nobody_is_a_deadlock() -> None:
    """A wait that nothing can end fails at once instead of hanging."""
    with pytest.raises(Deadlock):
        run_virtual(_wait_for(asyncio.Event()))


@in_virtual_time
async def test_the_clock_stands_still_while_a_thread_works() -> None:
    """A timeout of a virtual second does not hit a thread that needs real milliseconds."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(1):
        await loop.run_in_executor(None, time.sleep, 0.02)
    assert loop.time() == 0


@in_virtual_time
async def test_a_held_clock_waits_for_a_callback_from_a_thread() -> None:
    """``hold`` serves threads that the loop knows nothing of."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    called = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.call_soon_threadsafe(called.set))
    with loop.hold():
        thread.start()
        async with asyncio.timeout(1):
            await called.wait()
    thread.join()
    assert loop.time() == 0


def test_time_goes_on_without_a_thread_that_is_stuck() -> None:
    """After its patience the clock moves, so a timeout can fire over a deaf thread."""
    release = threading.Event()

    async def give_up() -> float:
        loop = asyncio.get_running_loop()
        stuck = loop.run_in_executor(None, release.wait)
        await asyncio.wait([stuck], timeout=6)
        waited = loop.time()
        release.set()
        await stuck
        return waited

    assert run_virtual(give_up(), thread_patience_s=0.01) == 6


def test_a_task_left_behind_fails_the_run() -> None:
    """A task that outlives the scenario is named."""

    async def leave_one() -> None:
        leaked.append(asyncio.create_task(asyncio.sleep(1), name="forgotten"))

    leaked: list[asyncio.Task[None]] = []
    with pytest.raises(LeakedTasks, match="forgotten"):
        run_virtual(leave_one())


@in_virtual_time
async def test_a_cancelled_task_may_still_unwind() -> None:
    """A task that is on its way out is no leak."""
    task = asyncio.create_task(_wait_for(asyncio.Event()))
    await asyncio.sleep(0)
    task.cancel()


async def _wait_for(event: asyncio.Event) -> None:
    await event.wait()
