"""A few places for many: whoever's deadline is the earliest goes in next."""

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count


class Turnstile:
    """Lets tasks of one event loop in, a few at a time.

    Args:
        places: How many may be inside at a time.
    """

    def __init__(self, places: int):
        self._free = places
        self._arrivals = count()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def turn(self, deadline: float) -> AsyncIterator[None]:
        """Wait for a place, and hold it for as long as the context lasts.

        Args:
            deadline: Time on the loop's clock; of two equal ones the first to come goes first.
        """
        await self._enter(deadline)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, deadline: float) -> None:
        if self._free:
            self._free -= 1
            return
        place = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (deadline, next(self._arrivals), place))
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():
                self._leave()  # the place was given to us in the same turn of the loop
            raise

    def _leave(self) -> None:
        while self._waiting:
            *_, place = heapq.heappop(self._waiting)
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
