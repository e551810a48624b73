"""Watches what an engine yields: bounded waits, and one kind of error whatever went wrong."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import TypeVar

from errors import EngineError

Item = TypeVar("Item")

logger = logging.getLogger(__name__)

LOSSES = {
    "stt": ("Your words could not be recognised", "Please say it again."),
    "tutor": ("The tutor could not finish the answer", "Please ask again."),
    "voice": ("The answer could not be spoken", "Read on: the rest comes in writing."),
}
"""What a learner loses when an engine of a stage fails, and what to do then."""


class Patience:
    """How long an engine may take for an item, not counting the time it waits for its input.

    Args:
        timeout_s: The time in seconds.
    """

    def __init__(self, timeout_s: float):
        self._timeout_s = timeout_s
        self._limit: asyncio.Timeout | None = None
        self._waiting = False

    @asynccontextmanager
    async def limit(self) -> AsyncIterator[None]:
        """Allow the block that much time.

        Raises:
            TimeoutError: It took longer.
        """
        async with asyncio.timeout(None if self._waiting else self._timeout_s) as self._limit:
            try:
                yield
            finally:
                self._limit = None

    @contextmanager
    def waiting_for_input(self) -> Iterator[None]:
        """Hold the clock while the engine waits for us."""
        self._hold(waiting=True)
        try:
            yield
        finally:
            self._hold(waiting=False)

    def _hold(self, *, waiting: bool) -> None:
        self._waiting = waiting
        if self._limit is not None and not self._limit.expired():
            now = asyncio.get_running_loop().time()
            self._limit.reschedule(None if waiting else now + self._timeout_s)


async def watch(
    items: AsyncGenerator[Item, None], *, stage: str, patience: Patience
) -> AsyncGenerator[Item, None]:
    """Yield the items of an engine, each within the time it may take.

    Args:
        items: What the engine yields; closed on every way out.
        stage: ``stt``, ``tutor`` or ``voice``; begins the code of the error.
        patience: How long to wait for each item.

    Raises:
        EngineError: The engine failed (``<stage>_failed`` or its own code) or stalled
            (``<stage>_timeout``).
    """
    async with aclosing(items):
        while True:
            try:
                async with patience.limit():
                    item = await anext(items)
            except StopAsyncIteration:
                return
            except EngineError:
                raise
            except TimeoutError as error:
                raise stalled(stage) from error
            except (Exception, asyncio.CancelledError) as error:
                if is_cancelled(error):
                    raise
                raise failed(stage, error) from error
            yield item


def is_cancelled(error: BaseException) -> bool:
    """Return whether an exception is the cancellation of the present task.

    A ``CancelledError`` that an engine lets out while nobody cancelled us is a failure like any
    other; taken for ours it would end the task in silence.
    """
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def stalled(stage: str) -> EngineError:
    """Return the error of an engine that did not answer in time."""
    what, action = LOSSES[stage]
    return EngineError(f"{stage}_timeout", f"{what} in time.", action, retryable=True)


def failed(stage: str, error: BaseException) -> EngineError:
    """Return the error of an engine that broke; its type goes to the log.

    The text of the exception goes nowhere, for it may quote a learner.
    """
    logger.error("the %s engine failed: %s", stage, type(error).__name__)
    what, action = LOSSES[stage]
    return EngineError(f"{stage}_failed", f"{what}.", action, retryable=True)
