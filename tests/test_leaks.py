"""The check for tasks and threads left behind."""

import asyncio
import threading

import pytest

from tests.leaks import LeakedTasks, LeakedThreads, no_task_left, no_thread_left


async def test_a_running_task_is_a_leak() -> None:
    """A task that nobody ends is reported by name."""
    task = asyncio.create_task(asyncio.Event().wait(), name="forgotten")
    with pytest.raises(LeakedTasks, match="forgotten"):
        await no_task_left()
    task.cancel()


async def test_a_task_that_ends_in_time_is_no_leak() -> None:
    """Patience lets tasks end by themselves."""
    task = asyncio.create_task(asyncio.sleep(0.01))
    await no_task_left(patience_s=1)
    assert task.done()


def test_a_running_thread_is_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that would keep the process alive is reported by name."""
    monkeypatch.setattr("tests.leaks.THREAD_PATIENCE_S", 0.01)
    before, release = threading.enumerate(), threading.Event()
    thread = threading.Thread(target=release.wait, name="forgotten")
    thread.start()
    with pytest.raises(LeakedThreads, match="forgotten"):
        no_thread_left(before)
    release.set()
    thread.join()


def test_a_daemon_thread_is_no_leak() -> None:
    """A daemon thread cannot keep the process alive."""
    before, release = threading.enumerate(), threading.Event()
    threading.Thread(target=release.wait, daemon=True).start()
    no_thread_left(before)
    release.set()
