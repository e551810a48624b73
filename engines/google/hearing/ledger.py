"""The audio of one utterance that is not recognised for good yet.

Positions count the bytes of audio that the session has pushed since it was opened. What lies
before ``settled`` is final and forgotten; whatever happens to a call, the next one begins there.

An utterance is recognised in stretches. A stretch ends where the learner falls silent for a while,
or with the utterance; that point is its ``cut``. A stretch that ends early has its final transcript
by the time the silence has lasted long enough to end the utterance.
"""

from engine_api import INPUT_RATE, PRE_ROLL_MS

BYTES_PER_MS = 2 * INPUT_RATE // 1_000

PRE_ROLL_BYTES = PRE_ROLL_MS * BYTES_PER_MS

PAUSE_BYTES = 300 * BYTES_PER_MS
"""Audio from the hint of a pause to the cut. The hint comes after 128 ms of silence, so most cuts
are followed by enough of the usual 800 ms for the final transcript to come back."""

GUARD_BYTES = 160 * BYTES_PER_MS
"""The newest audio of a pause is held back: a word may have begun in it and not be noticed yet,
and a cut through it would spoil it. The next stretch begins with this audio."""


class LedgerFull(Exception):
    """More audio waits than may be kept."""


class Ledger:
    """Keeps audio by position until it is settled.

    Args:
        start: Position of the first byte.
        pcm: The audio from just before the utterance.
        limit: Bytes kept at most.
    """

    def __init__(self, start: int, pcm: bytes | bytearray, limit: int):
        self.settled = start
        self.cut: int | None = None
        self.is_over = False
        self._pcm = bytearray(pcm)
        self._paused_at: int | None = None
        self._limit = limit

    @property
    def end(self) -> int:
        """Position after the newest byte."""
        return self.settled + len(self._pcm)

    @property
    def ready_until(self) -> int:
        """Position up to which the stretch may be sent."""
        if self.cut is not None:
            return self.cut
        if self._paused_at is not None:
            return max(self._paused_at, self.end - GUARD_BYTES)
        return self.end

    @property
    def _silence(self) -> int:
        return 0 if self._paused_at is None else self.end - self._paused_at

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to recognise at present."""
        return self.cut is not None and self.settled >= self.cut

    @property
    def is_done(self) -> bool:
        """Whether nothing will be left to recognise any more."""
        return self.is_over and self.is_settled

    def append(self, pcm: bytes | memoryview) -> None:
        """Keep the next audio; after a cut, only as much as the next stretch may begin with.

        Raises:
            LedgerFull: There is no room for it.
        """
        self._pcm += pcm
        if self.is_settled:
            self.settle(self.end - PRE_ROLL_BYTES)
        elif self.cut is None and self._silence >= PAUSE_BYTES:
            self.cut = self.ready_until
        if len(self._pcm) > self._limit:
            raise LedgerFull

    def pause(self) -> None:
        """The learner fell silent."""
        if self._paused_at is None:
            self._paused_at = self.end

    def resume(self) -> None:
        """The learner speaks on: a stretch that is not settled goes on, or another one begins."""
        self._paused_at = self.cut = None

    def finish(self) -> bytes:
        """End the utterance, and return the audio in which the next one may begin."""
        if self.cut is None:
            self.cut = self.ready_until
        self.is_over = True
        return self.read(max(self.cut, self.settled, self.end - PRE_ROLL_BYTES), self.end)

    def read(self, start: int, end: int) -> bytes:
        """Return a copy of the audio between two positions, neither of which is settled."""
        return bytes(memoryview(self._pcm)[start - self.settled : end - self.settled])

    def settle(self, position: int) -> None:
        """Forget the audio before a position."""
        position = min(position, self.end)
        if position > self.settled:
            del self._pcm[: position - self.settled]
            self.settled = position
