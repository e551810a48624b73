"""Sends the responses of a stream in their order, each when it is due."""

import asyncio
from typing import Any

from tests.google_emulator.journal import Call
from tests.google_emulator.speech_responses import Outgoing, garbage

MAX_WAITING = 1_000
"""Responses waiting to be sent; then the stream is read no further."""


class Outbox:
    """The responses of one stream on their way out.

    Args:
        context: What gRPC gives a method to write to.
        call: Where to record them.
    """

    def __init__(self, context: Any, call: Call):
        self._context = context
        self._call = call
        self._waiting: asyncio.Queue[tuple[float, Outgoing] | None] = asyncio.Queue(MAX_WAITING)
        self.silent = False
        self._forgetful = False
        self.slower_ms = 0.0
        self.garbage: list[str] | None = None

    async def put(self, outgoing: Outgoing) -> None:
        """Send a response as soon as it is due and those before it are gone."""
        if self.silent or self._forgetful:
            return
        if self.garbage is not None:
            for rubbish in garbage(self.garbage):
                await self._waiting.put((0.0, rubbish))
        now = asyncio.get_running_loop().time()
        due = now + (outgoing.delay_ms + self.slower_ms) / 1_000
        await self._waiting.put((due, outgoing))

    async def forget(self, last: list[str]) -> None:
        """Send nothing any more after the garbage of these names."""
        for rubbish in garbage(last) if last else ():
            await self._waiting.put((0.0, rubbish))
        self._forgetful = True

    async def close(self) -> None:
        """Let :meth:`run` end after what waits."""
        await self._waiting.put(None)

    async def run(self) -> None:
        """Send until closed."""
        while (item := await self._waiting.get()) is not None:
            due, outgoing = item
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            if not self.silent:
                self._call.record(outgoing.event, **outgoing.details)
                await self._context.write(outgoing.response)
