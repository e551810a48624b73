"""The queue between the socket and the ears: bounded, and it drops the oldest audio first."""

import asyncio
from collections import deque

from messages import AudioFrame, Config, SpeechEnd, SpeechStart, TextMessage

Marker = SpeechStart | SpeechEnd | Config | TextMessage
"""What has to reach the ears in order with the audio, and is never dropped for audio."""

MAX_MARKERS = 32
"""Markers waiting at a time; a client that sends more between two frames repeats itself."""


class AudioQueue:
    """Audio frames and markers in order of arrival, for one consumer.

    Args:
        max_frames: Frames kept at most. A further one pushes the oldest out.
    """

    def __init__(self, max_frames: int):
        self._items: deque[AudioFrame | Marker] = deque()
        self._max_frames = max_frames
        self._frames = 0
        self._waiter: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return self._frames

    def put_frame(self, frame: AudioFrame) -> bool:
        """Add a frame.

        Returns:
            Whether the oldest frame had to go for it.
        """
        full = self._frames >= self._max_frames
        if full:
            self._drop_oldest_frame()
        self._items.append(frame)
        self._frames += 1
        self._wake()
        return full

    def put_marker(self, marker: Marker) -> bool:
        """Add a marker.

        Returns:
            Whether there was room for it.
        """
        if len(self._items) - self._frames >= MAX_MARKERS:
            return False
        self._items.append(marker)
        self._wake()
        return True

    async def get(self) -> AudioFrame | Marker:
        """Wait for the next item and take it."""
        while not self._items:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        item = self._items.popleft()
        self._frames -= isinstance(item, AudioFrame)
        return item

    def _drop_oldest_frame(self) -> None:
        oldest = next(i for i, item in enumerate(self._items) if isinstance(item, AudioFrame))
        del self._items[oldest]
        self._frames -= 1

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
