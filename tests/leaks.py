"""What a test must not leave behind: running tasks and threads."""

import asyncio
import threading
from collections.abc import Collection, Iterable

LOOP_TURNS = 10
"""Turns of the loop in which a cancelled task may still unwind."""

THREAD_PATIENCE_S = 2.0
"""Real seconds in which a thread that was told to stop may still stop."""

LOOP_THREADS = "asyncio_"
"""Prefix of the loop's own executor threads; they end with the loop, after the check."""


class LeakedTasks(AssertionError):
    """Tasks outlive the work that started them."""


class LeakedThreads(AssertionError):
    """Threads outlive the work that started them."""


async def no_task_left(
    patience_s: float = 0.0, besides: "Collection[asyncio.Task[object]]" = ()
) -> None:
    """Check that the calling task is the only one of its loop.

    Args:
        patience_s: How long, on the loop's clock, tasks may take to end by themselves.
        besides: Others that may stay.

    Raises:
        LeakedTasks: Others are alive; the message names them.
    """
    for _ in range(LOOP_TURNS):
        if not _other_tasks(besides):
            return
        await asyncio.sleep(0)
    if patience_s:
        await asyncio.wait(_other_tasks(besides), timeout=patience_s)
    if leaked := _other_tasks(besides):
        raise LeakedTasks(", ".join(sorted(_describe(task) for task in leaked)))


def no_thread_left(before: Iterable[threading.Thread]) -> None:
    """Check that no thread was added that would keep the process alive.

    Raises:
        LeakedThreads: Non-daemon threads besides ``before`` run on; the message names them.
    """
    added = [thread for thread in set(threading.enumerate()) - set(before) if _counts(thread)]
    for thread in added:
        thread.join(THREAD_PATIENCE_S)
    if leaked := sorted(thread.name for thread in added if thread.is_alive()):
        raise LeakedThreads(", ".join(leaked))


def _other_tasks(besides: "Collection[asyncio.Task[object]]") -> set[asyncio.Task[object]]:
    return asyncio.all_tasks().difference(besides, (asyncio.current_task(),))


def _describe(task: asyncio.Task[object]) -> str:
    return f"{task.get_name()} ({getattr(task.get_coro(), '__qualname__', '?')})"


def _counts(thread: threading.Thread) -> bool:
    return not thread.daemon and not thread.name.startswith(LOOP_THREADS)
