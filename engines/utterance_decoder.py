"""Understands one utterance: guesses while it lasts, a final transcript when it is over.

The model hears whole pieces of audio, not a stream. So the audio since the last cut is decoded
again and again while the learner speaks; once more as soon as they fall silent, which is mostly
the final transcript already when the silence has lasted long enough; and what has grown too long
is cut at a pause and decoded for good.
"""

import asyncio
from enum import Enum, auto
from typing import Protocol

from engine_api import InterimTranscript
from engines.decode_queue import Decode, Urgency
from engines.utterance_audio import BYTES_PER_SECOND, UtteranceAudio
from errors import EngineError

FIRST_INTERIM_S = 0.25
"""From the beginning, which is noticed about 100 ms late, to the first guess."""

INTERIM_INTERVAL_S = 0.35
"""From one guess to the next, when decoding is quick; else twice what the last one took, so that
a learner who speaks costs half a core at most."""

MAX_PIECE_S = 10.0
"""Longest audio decoded at a time; it takes well under a second."""

CUT_WITHIN_S = (4.0, 8.0)
"""Where a longer piece is cut: late enough for a sentence, and with a rest that is worth hearing.
Cuts cost accuracy: words at a cut are heard without their neighbours."""


class Decodes(Protocol):
    """What is needed of :class:`~engines.decode_queue.DecodeQueue`."""

    @property
    def has_spare_worker(self) -> bool:
        """Whether an interim may run."""
        ...

    def submit(self, decode: Decode) -> None:
        """Decode, by urgency."""
        ...

    def hasten(self, decode: Decode, urgency: Urgency) -> None:
        """Make a decode more urgent."""
        ...

    def discard(self, decode: Decode) -> None:
        """Forget a decode."""
        ...


class Listener(Protocol):
    """Who wants to know what was understood."""

    def note_interim(self, interim: InterimTranscript) -> None:
        """Take in a guess."""
        ...

    def note_understood(self) -> None:
        """An utterance that is over is understood to its end."""
        ...

    def note_failure(self, error: EngineError) -> None:
        """An utterance cannot be understood."""
        ...


class Stage(Enum):
    """How far the learner is."""

    SPEAKING = auto()
    PAUSED = auto()
    ENDED = auto()


class UtteranceDecoder:
    """Decodes one utterance.

    Args:
        utterance_id: For the transcripts.
        audio: The audio so far.
        language: Whisper's code.
        decodes: Shared by all sessions.
        listener: Told what comes of it.
    """

    def __init__(
        self,
        utterance_id: int,
        audio: UtteranceAudio,
        language: str,
        decodes: Decodes,
        listener: Listener,
    ):
        self.utterance_id = utterance_id
        self._audio = audio
        self._language = language
        self._decodes = decodes
        self._listener = listener
        self._stage = Stage.SPEAKING
        self._settled: list[str] = []
        self._settled_until = 0
        self._guess = ""
        self._guessed_until = 0
        self._speech_end = 0
        self._decode: Decode | None = None
        self._decode_end = 0
        self._decode_settles = False
        self._decode_began = 0.0
        self._next_interim = _now() + FIRST_INTERIM_S

    @property
    def text(self) -> str:
        """Everything understood so far."""
        return " ".join(filter(None, [*self._settled, self._guess]))

    @property
    def is_done(self) -> bool:
        """Whether the utterance is over and ``text`` final."""
        return self._stage is Stage.ENDED and self._is_understood

    def rest(self) -> bytes:
        """Return the audio after the end of speech, where the next utterance may begin."""
        return self._audio.slice(self._speech_end, len(self._audio))

    # --- what the learner does -------------------------------------------------------------------

    def push(self, pcm: bytes | memoryview) -> None:
        """Hear the next audio; guess at it when the time has come."""
        self._audio.append(pcm)
        due = self._stage is Stage.SPEAKING and _now() >= self._next_interim
        if due and self._decode is None and self._decodes.has_spare_worker:
            self._start_decode(Urgency.INTERIM, len(self._audio))

    def pause(self) -> None:
        """Understand what was said, in case that was all."""
        self._stage = Stage.PAUSED
        self._speech_end = len(self._audio)
        self._go_on()

    def resume(self) -> None:
        """Take what was decoded for a guess."""
        self._stage = Stage.SPEAKING

    def end(self) -> None:
        """Understand all of it, at once."""
        if self._stage is Stage.SPEAKING:
            self._speech_end = len(self._audio)
        self._stage = Stage.ENDED
        self._go_on()

    def discard(self) -> None:
        """Forget the utterance."""
        if self._decode is not None:
            self._decodes.discard(self._decode)
            self._decode = None

    # --- decoding --------------------------------------------------------------------------------

    @property
    def _is_understood(self) -> bool:
        return max(self._guessed_until, self._settled_until) >= self._speech_end

    def _understand(self, urgency: Urgency) -> None:
        """Decode up to the end of speech, with what is under way if that is of use."""
        if self._decode is not None:
            covers = self._decode_settles or self._decode_end >= self._speech_end
            if covers or self._decode.urgency <= urgency:
                self._decodes.hasten(self._decode, urgency)
                return
            self.discard()
        self._start_decode(urgency, self._speech_end)

    def _start_decode(self, urgency: Urgency, end: int) -> None:
        self._decode_settles = end - self._settled_until > MAX_PIECE_S * BYTES_PER_SECOND
        self._decode_end = self._find_cut() if self._decode_settles else end
        self._decode_began = _now()
        pcm = self._audio.slice(self._settled_until, self._decode_end)
        self._decode = Decode(pcm, self._language, urgency, self._take)
        self._decodes.submit(self._decode)

    def _find_cut(self) -> int:
        start, end = (round(at * BYTES_PER_SECOND) + self._settled_until for at in CUT_WITHIN_S)
        return self._audio.quietest(start, end)

    def _take(self, outcome: str | EngineError) -> None:
        """Take in what was decoded, and see what follows from it."""
        self._decode = None
        if isinstance(outcome, EngineError):
            self._listener.note_failure(outcome)
            return
        interval = max(INTERIM_INTERVAL_S, 2 * (_now() - self._decode_began))
        self._next_interim = self._decode_began + interval
        if self._decode_settles:
            self._settle(outcome)
        else:
            self._report_guess(outcome)
        self._go_on()

    def _settle(self, text: str) -> None:
        self._settled.append(text)
        self._settled_until = self._decode_end
        self._guess = ""

    def _report_guess(self, guess: str) -> None:
        stability = _share_kept(self._guess.split(), guess.split())
        self._guess, self._guessed_until = guess, self._decode_end
        if self.text and self._stage is not Stage.ENDED:
            interim = InterimTranscript(self.utterance_id, self.text, stability)
            self._listener.note_interim(interim)

    def _go_on(self) -> None:
        if self._stage is Stage.SPEAKING:
            return
        if not self._is_understood:
            self._understand(Urgency.EARLY if self._stage is Stage.PAUSED else Urgency.FINAL)
        elif self._stage is Stage.ENDED:
            self._listener.note_understood()


def _share_kept(before: list[str], now: list[str]) -> float:
    """Return the share of the words now that were there before, in the same place."""
    kept = sum(old == new for old, new in zip(before, now, strict=False))
    return kept / len(now) if now else 0.0


def _now() -> float:
    return asyncio.get_running_loop().time()
