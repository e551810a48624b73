"""Leaves a stream that has said its last word, whether it closes or not."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from typing import TypeVar

Item = TypeVar("Item")

LINGER_S = 0.3
"""What follows the end of an answer is figures; a stream that stays open is not waited for."""


async def read_to_ending(
    items: AsyncIterable[Item], is_ending: Callable[[Item], bool]
) -> AsyncGenerator[Item, None]:
    """Yield the items of a stream, until ``LINGER_S`` after the first that ends the answer.

    Args:
        items: The stream.
        is_ending: Whether the answer ends with an item.
    """
    iterator = aiter(items)
    deadline: float | None = None
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                item = await anext(iterator)
        except StopAsyncIteration:
            return
        except TimeoutError:
            if deadline is None:
                raise
            return
        if deadline is None and is_ending(item):
            deadline = asyncio.get_running_loop().time() + LINGER_S
        yield item
