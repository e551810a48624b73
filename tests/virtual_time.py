"""An event loop whose clock jumps: scenarios of minutes run in milliseconds, always the same way.

Use ``run_virtual`` inside Hypothesis examples, or decorate an async test with ``in_virtual_time``.
Sockets to other threads or processes do not belong here: the clock would outrun them.
"""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar, TypeVarTuple

from tests.leaks import no_task_left

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Positional = TypeVarTuple("Positional")

THREAD_PATIENCE_S = 1.0
"""Real seconds that the clock stands still for work in threads; then time goes on without it."""

STUCK_AFTER_S = 10.0
"""Real seconds after which work in threads that everything waits for is taken for a deadlock."""

_Events = list[tuple[selectors.SelectorKey, int]]


class Deadlock(AssertionError):
    """Nothing is ready, nothing is scheduled, and nobody outside the loop is at work."""


class _JumpingSelector(selectors.DefaultSelector):
    """Never sleeps for a timer: when nothing else is left to do, it moves the clock."""

    def __init__(self, jump: Callable[[], _Events], thread_patience_s: float):
        super().__init__()
        self.outside_work: set[object] = set()
        self._waited_for: set[object] = set()
        self._jump = jump
        self._thread_patience_s = thread_patience_s

    def select(self, timeout: float | None = None) -> _Events:
        """Return what is ready; else wait for outside work; else jump to the next timer."""
        events = super().select(0)
        idle = timeout is None or timeout > 0
        if idle and not events:
            events = self._wait_for_outside_work()
        if idle and not events:
            events = self._wait_forever() if timeout is None else self._jump()
        return events

    def _wait_for_outside_work(self) -> _Events:
        if self.outside_work <= self._waited_for:
            return []
        events = super().select(self._thread_patience_s)
        if not events:
            self._waited_for |= self.outside_work  # deaf or stuck: nobody waits for it twice
        return events

    def _wait_forever(self) -> _Events:
        events = super().select(STUCK_AFTER_S) if self.outside_work else []
        if not events:
            raise Deadlock("every task waits for something that nobody will do")
        return events


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop with its own clock, which starts at 0.0 and moves only when all is idle.

    Args:
        thread_patience_s: Real seconds to wait for executor work before time goes on.
    """

    _scheduled: list[asyncio.TimerHandle]

    def __init__(self, thread_patience_s: float = THREAD_PATIENCE_S):
        self._now = 0.0
        self._jumping = _JumpingSelector(self._jump, thread_patience_s)
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._now

    def _jump(self) -> _Events:
        # Exactly to the deadline: adding the difference can fall short of it by a rounding error.
        self._now = max(self._now, self._scheduled[0].when())
        return []

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the clock while something outside the loop works; ``run_in_executor`` does so."""
        token = object()
        self._jumping.outside_work.add(token)
        try:
            yield
        finally:
            self._jumping.outside_work.discard(token)

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[*Positional], Result],
        *args: *Positional,
    ) -> asyncio.Future[Result]:
        """Run a call in a thread and hold the clock for it."""
        future = super().run_in_executor(executor, func, *args)
        token = object()
        self._jumping.outside_work.add(token)
        future.add_done_callback(lambda _: self._jumping.outside_work.discard(token))
        return future

    async def shutdown_default_executor(
        self,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  # it would pass at once
    ) -> None:
        """Join the threads, in real time."""
        with self.hold():
            await super().shutdown_default_executor()


def run_virtual(
    main: Coroutine[Any, Any, Result], *, thread_patience_s: float = THREAD_PATIENCE_S
) -> Result:
    """Run a coroutine in virtual time on a loop of its own.

    Raises:
        Deadlock: Everything waits and nothing can ever happen.
        LeakedTasks: Tasks were still alive when ``main`` returned.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(thread_patience_s)) as runner:
        return runner.run(_and_nothing_after(main))


async def _and_nothing_after(main: Coroutine[Any, Any, Result]) -> Result:
    result = await main
    await no_task_left()
    return result


def in_virtual_time(
    test: Callable[Arguments, Coroutine[Any, Any, Result]],
) -> Callable[Arguments, Result]:
    """Turn an async test into one that runs in virtual time. Put it below ``@given``."""

    @functools.wraps(test)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        return run_virtual(test(*args, **kwargs))

    return run
