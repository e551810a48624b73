"""Watches what an engine yields: bounded waits, and one kind of error whatever went wrong."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from errors import EngineError

Item = TypeVar("Item")


async def watch(
    items: AsyncGenerator[Item, None], *, stage: str, timeout_s: float
) -> AsyncGenerator[Item, None]:
    """Yield the items of an engine, each within ``timeout_s`` of being asked for.

    Args:
        items: What the engine yields; closed on every way out.
        stage: ``stt``, ``tutor`` or ``voice``; begins the code of the error.
        timeout_s: Longest wait for an item, in seconds.

    Raises:
        EngineError: The engine failed (``<stage>_failed`` or its own code) or stalled
            (``<stage>_timeout``).
    """
    async with aclosing(items):
        while True:
            try:
                async with asyncio.timeout(timeout_s):
                    item = await anext(items)
            except StopAsyncIteration:
                return
            except EngineError:
                raise
            except TimeoutError as error:
                raise stalled(stage) from error
            except Exception as error:
                raise failed(stage, error) from error
            yield item


def stalled(stage: str) -> EngineError:
    """Return the error of an engine that did not answer in time."""
    return EngineError(
        f"{stage}_timeout",
        f"The {stage} engine did not answer in time.",
        "Please try again.",
        retryable=True,
    )


def failed(stage: str, error: Exception) -> EngineError:
    """Return the error of an engine that broke. Names the type only: a text may be personal."""
    return EngineError(
        f"{stage}_failed",
        f"The {stage} engine failed ({type(error).__name__}).",
        "Please try again.",
        retryable=True,
    )
