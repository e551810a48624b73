"""A loudspeaker without sound: plays what arrives at 24 kHz on a clock that it is told."""

from dataclasses import dataclass, field

from engine_api import OUTPUT_RATE
from messages import AudioChunk, AudioComplete, Playback

SAMPLE_BYTES = 2


@dataclass(slots=True)
class Reply:
    """The audio of one generation, as received and as played."""

    generation_id: int
    first_at: float
    """When its first chunk came, on the loop's clock, in seconds."""
    last_at: float
    pcm: bytearray = field(default_factory=bytearray)
    total_samples: int | None = None
    """Its length, once all of it has come."""
    underruns: int = 0
    _played: int = 0
    _played_at: float = 0.0

    @property
    def samples(self) -> int:
        """Samples received."""
        return len(self.pcm) // SAMPLE_BYTES

    def play(self, now: float) -> int:
        """Play on until ``now`` and return the samples played; waits where none are left."""
        due = self._played + int((now - self._played_at) * OUTPUT_RATE)
        played = min(due, self.samples)
        if played > self._played:
            self._played_at += (played - self._played) / OUTPUT_RATE
            self._played = played
        if due > played:
            self._played_at = now
        return self._played

    def add(self, pcm: bytes | memoryview, now: float) -> None:
        """Take in the next audio; what arrives after the rest was played is an underrun."""
        if not self.pcm:
            self._played_at = now
        elif self.play(now) == self.samples:
            self.underruns += 1
        self.pcm += pcm
        self.last_at = now


class Player:
    """Plays one generation at a time, as a page does, and tells truthfully how far it came."""

    def __init__(self) -> None:
        self.reply: Reply | None = None
        """The newest reply, also after its end."""
        self._playing = False

    def add(self, chunk: AudioChunk, now: float) -> None:
        """Take in a chunk; the first of a generation begins it."""
        if self.reply is None or self.reply.generation_id != chunk.generation_id:
            self.reply = Reply(chunk.generation_id, now, now)
        self._playing = True
        self.reply.add(chunk.pcm, now)

    def complete(self, message: AudioComplete) -> None:
        """Note that a generation has come to its end."""
        if self.reply is not None and self.reply.generation_id == message.generation_id:
            self.reply.total_samples = message.total_samples

    def flush(self) -> None:
        """Fall silent."""
        self._playing = False

    def report(self, now: float) -> Playback | None:
        """Return what to tell the server, ``None`` while nothing plays."""
        if self.reply is None or not self._playing:
            return None
        played = self.reply.play(now)
        done = played == self.reply.total_samples
        self._playing = not done
        return Playback(self.reply.generation_id, played, done)
