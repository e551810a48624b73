"""What was understood and not read yet."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from engine_api import InterimTranscript, RecognizerEvent
from errors import EngineError

MAX_EVENTS = 64
"""Events that may wait to be read; a guess replaces the one before it, so they are mostly ends."""


class TranscriptQueue:
    """Bounded; what was understood before a failure is read before it is raised."""

    def __init__(self) -> None:
        self._events: deque[RecognizerEvent] = deque()
        self._news = asyncio.Event()
        self._error: EngineError | None = None
        self._closed = False

    def put(self, event: RecognizerEvent) -> None:
        """Tell an event; a guess replaces one that nobody has read. Unread for long, it fails."""
        if self._events and isinstance(event, InterimTranscript):
            last = self._events[-1]
            if isinstance(last, InterimTranscript) and last.utterance_id == event.utterance_id:
                self._events.pop()
        if len(self._events) >= MAX_EVENTS:
            self.fail(EngineError("stt_unread", "Nobody reads the transcripts."))
        elif self._error is None and not self._closed:
            self._events.append(event)
            self._news.set()

    def fail(self, error: EngineError) -> None:
        """End the events with an error, the first one that is told."""
        self._error = self._error or error
        self._news.set()

    def close(self) -> None:
        """End the events at once."""
        self._events.clear()
        self._closed = True
        self._news.set()

    async def events(self) -> AsyncIterator[RecognizerEvent]:
        """Yield what was understood, until the end.

        Raises:
            EngineError: The recognizer failed.
        """
        while True:
            while self._events:
                yield self._events.popleft()
            if self._closed:
                return
            if self._error is not None:
                raise self._error
            self._news.clear()
            await self._news.wait()
