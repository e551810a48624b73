"""What the services saw, and when.

An entry is a plain dictionary: ``index`` (from 0), ``at`` (``time.monotonic()``, the same clock in
every process of the machine), ``service`` (``stt``, ``llm``, ``tts``), ``method``, ``call`` (from
1, over all services), ``event`` and details. Common events: ``opened``, ``config``, ``request``,
``audio``, ``interim``, ``final``, ``chunk``, ``half_closed``, ``cancelled``, ``fault`` and
``ended`` (with ``status``), the last of every call that was not cancelled.
"""

import asyncio
import time
from collections import deque
from itertools import count, islice
from typing import Any

from tests.google_emulator.behaviour import ServiceName

MAX_ENTRIES = 50_000
"""Entries kept; the oldest goes first."""

Entry = dict[str, Any]


class Journal:
    """The entries of all services."""

    def __init__(self) -> None:
        self._calls = count(1)
        self._waiting: set[asyncio.Event] = set()
        self._next_index = 0
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)

    def clear(self) -> None:
        """Forget the entries. Their numbers go on."""
        self._entries.clear()

    def open_call(self, service: ServiceName, method: str, **details: Any) -> "Call":
        """Record that a client called, and return what records the rest of its call."""
        call = Call(self, service, method, next(self._calls))
        call.record("opened", **details)
        return call

    def add(self, entry: Entry) -> None:
        """Add an entry; it gets its number and its time here."""
        self._entries.append({"index": self._next_index, "at": time.monotonic(), **entry})
        self._next_index += 1
        for event in self._waiting:
            event.set()

    def entries(self, since: int = 0) -> list[Entry]:
        """Return the entries kept, from a number on."""
        skipped = max(0, since - (self._next_index - len(self._entries)))
        return list(islice(self._entries, skipped, None))

    async def wait(self, wanted: Entry, times: int, since: int) -> list[Entry]:
        """Wait until that many entries have all of the wanted fields, and return those."""
        added = asyncio.Event()
        self._waiting.add(added)
        try:
            while True:
                found = [entry for entry in self.entries(since) if wanted.items() <= entry.items()]
                if len(found) >= times:
                    return found
                added.clear()
                await added.wait()
        finally:
            self._waiting.discard(added)


class Call:
    """Records one call of a client."""

    def __init__(self, journal: Journal, service: ServiceName, method: str, number: int):
        self._journal = journal
        self._head = {"service": service, "method": method, "call": number}

    def record(self, event: str, **details: Any) -> None:
        """Record an event with details that JSON can hold."""
        self._journal.add({**self._head, "event": event, **details})
