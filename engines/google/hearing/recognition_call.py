"""One call of Cloud Speech: a stretch of an utterance goes up, what was understood comes down."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import grpc.aio  # type: ignore[import-untyped]  # ships no type hints

from engines.google.channels import hang_up
from engines.google.hearing.ledger import BYTES_PER_MS, Ledger
from engines.google.hearing.speech_messages import (
    MAX_AUDIO_BYTES,
    METHOD,
    Guess,
    Response,
    fault_in,
    parse_response,
    request_audio,
)

REQUEST_S = 0.1
"""Audio in a request, as Google recommends: less costs more, more comes later."""

CAREFUL_S = 0.3
"""Longest wait for a refusal before audio is sent."""


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How long a call may take for what.

    Google ends a call after 305 s. ``soft_rotation_s``: from then on it is replaced when no guess
    is pending, so that little audio is sent again; ``hard_rotation_s``: when it is replaced in any
    case. ``open_s``: to connect. ``stall_s``: for the rest of a guess; ``silence_s``: for the first
    word of one, which noise never gets. ``drain_s``: for what a live service always does, namely
    take audio, and end a call after the last audio. ``burst_speed``: how many times faster than it
    was spoken audio is sent that waited; Google wants it close to real time.
    """

    soft_rotation_s: float = 240.0
    hard_rotation_s: float = 290.0
    open_s: float = 2.0
    stall_s: float = 5.0
    silence_s: float = 15.0
    drain_s: float = 2.0
    burst_speed: float = 10.0

    def more_patient(self, times: float) -> "CallLimits":
        """Return limits with longer waits for an answer."""
        return replace(
            self,
            stall_s=self.stall_s * times,
            silence_s=self.silence_s * times,
            drain_s=self.drain_s * times,
        )


class RecognitionCall:
    """Sends what the ledger has from its settled position on, up to its cut.

    Args:
        channel: The connection to call on.
        ledger: The audio; answers settle it.
        limits: How long it may take for what.
        news: Set by others when the ledger has been cut or goes on; set here when the call ends.
        hear: Takes in each answer.
        may_give_up: Whether there is time for another call when the end of this one is late.
    """

    def __init__(
        self,
        channel: grpc.aio.Channel,
        ledger: Ledger,
        limits: CallLimits,
        news: asyncio.Event,
        hear: Callable[["RecognitionCall", Response], None],
        may_give_up: Callable[["RecognitionCall"], bool],
    ):
        stub = channel.stream_stream(METHOD, None, parse_response)
        self._rpc = stub(timeout=limits.hard_rotation_s + limits.drain_s)
        self._ledger = ledger
        self._limits = limits
        self._news = news
        self._hear = hear
        self._may_give_up = may_give_up
        self._is_over = False
        self._opened_at = self._heard_at = _now()
        self._unanswered_since: float | None = None
        self.start = self.sent = ledger.settled
        self.cut: int | None = None
        self.answers = self.results = 0
        self.interim: Guess | None = None
        self.is_owed = False
        """Whether the service has not done yet what it always does: connect, take audio, end."""
        self.is_drained = False
        self.is_rotated = False
        self.fault: Exception | None = None

    @property
    def has_interim(self) -> bool:
        """Whether a guess waits for its final transcript."""
        return self.interim is not None

    def position_of(self, time_ms: int) -> int:
        """Return the position of a time in an answer; an odd one means all that was sent."""
        position = self.start + time_ms * BYTES_PER_MS
        return position if self._ledger.settled < position <= self.sent else self.sent

    # --- answers ---------------------------------------------------------------------------------

    async def read(self) -> None:
        """Take in the answers until the call is over."""
        try:
            while (response := await self._rpc.read()) is not grpc.aio.EOF:
                self._take_in(response)
            self.is_drained = self.cut is not None
        except grpc.aio.AioRpcError as error:
            self.fault = error.with_traceback(None)
        finally:
            self._is_over = True
            self.is_owed = False
            self._news.set()

    def cancel(self) -> None:
        """End the call; Google stops listening within milliseconds."""
        hang_up(self._rpc)

    def _take_in(self, response: Response) -> None:
        self._heard_at, self._unanswered_since = _now(), None
        self.answers += 1
        self.results += len(response.results)
        if (fault := fault_in(response)) is not None:
            raise fault
        self._hear(self, response)
        if not self.has_interim:
            self._news.set()  # a good moment to be replaced, where that is due

    # --- audio -----------------------------------------------------------------------------------

    async def run(self, config: bytes, *, careful: bool) -> None:
        """Send the stretch and wait for its end.

        Returns when the call is over, when it was silent for too long (``fault`` is a
        ``TimeoutError`` then), or when it is to be replaced (``is_rotated``).

        Args:
            config: The first message.
            careful: Wait for a refusal before audio is sent: gRPC hides the status of a call that
                ends during a write behind ``INTERNAL`` (https://github.com/grpc/grpc/issues/36066).
        """
        try:
            # A write fails where the call is over, and reading tells why.
            with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
                await self._write(config, self._limits.open_s)
                if careful:
                    await self._wait(_now() + CAREFUL_S)
                await self._send_stretch()
            if not self.is_rotated:
                await self._drain()
        except TimeoutError as error:
            self.fault = self.fault or error.with_traceback(None)

    async def _send_stretch(self) -> None:
        while not self._is_over:
            size = await self._send_some()
            if self._ledger.cut is not None and self.sent >= self._ledger.cut:
                self.cut = self._ledger.cut
                self.is_owed = True
                await self._rpc.done_writing()
                return
            if self._is_due():
                self.is_rotated = True
                return
            if not self._is_over:
                await self._wait(min(self._next_send(size), self._stalls_at()))

    async def _send_some(self) -> int:
        """Send audio that is ready, as far as it fits one request; return its size."""
        start, end = self.sent, min(self._ledger.ready_until, self.sent + MAX_AUDIO_BYTES)
        if end > start:
            self.sent = end
            self._unanswered_since = self._unanswered_since or _now()
            await self._write(request_audio(self._ledger.read(start, end)), self._limits.drain_s)
        return end - start

    async def _write(self, message: bytes, within_s: float) -> None:
        self.is_owed = True
        async with asyncio.timeout(within_s):
            await self._rpc.write(message)
        self.is_owed = False

    def _next_send(self, size: int) -> float:
        """Return when to send on, after so many bytes."""
        spoken_s = size / BYTES_PER_MS / 1_000
        is_behind = self._ledger.ready_until - self.sent > REQUEST_S * 1_000 * BYTES_PER_MS
        return _now() + (spoken_s / self._limits.burst_speed if is_behind else REQUEST_S)

    def _is_due(self) -> bool:
        age_s = _now() - self._opened_at
        limits = self._limits
        soft = age_s >= limits.soft_rotation_s and not self.has_interim
        return soft or age_s >= limits.hard_rotation_s

    def _stalls_at(self) -> float:
        """Return when to give up the call.

        Raises:
            TimeoutError: That was before now.
        """
        if self._unanswered_since is None:
            return float("inf")
        patience_s = self._limits.stall_s if self.has_interim else self._limits.silence_s
        stalls_at = self._unanswered_since + patience_s
        if _now() >= stalls_at:
            raise TimeoutError
        return stalls_at

    async def _drain(self) -> None:
        """Wait for the last answers.

        Raises:
            TimeoutError: Nothing comes.
        """
        ended_at = _now()
        while not self._is_over:
            due = max(ended_at, self._heard_at) + self._limits.drain_s
            if _now() < due:
                await self._wait(due)
            elif self._may_give_up(self):
                raise TimeoutError
            else:
                await self._wait(float("inf"))

    async def _wait(self, due: float) -> None:
        """Wait for news, or until a time."""
        self._news.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(due):
                if not self._is_over:
                    await self._news.wait()


def _now() -> float:
    return asyncio.get_running_loop().time()
