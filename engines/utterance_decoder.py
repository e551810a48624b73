"""Understands one utterance: guesses while it lasts, a final transcript when it is over.

The model hears whole pieces of audio, not a stream, so there are two drafts. The *caption* is for
now: while the learner speaks, its last few seconds are decoded again and again. The *transcript* is
for good: its pieces are long, so that words are heard among their neighbours. It is decoded as soon
as the learner falls silent, and so is mostly ready when the silence has lasted long enough.
"""

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from engine_api import InterimTranscript
from engines.decode_queue import Decode, Urgency
from engines.draft import Draft, Piece
from engines.utterance_audio import UtteranceAudio
from errors import EngineError

FIRST_INTERIM_S = 0.25
"""From the beginning, which is noticed about 100 ms late, to the first guess."""

INTERIM_INTERVAL_S = 0.35
INTERIM_PACE = 1.5
"""From one guess to the next: the interval, or this many times what the last one took, so that a
learner who speaks costs two thirds of a core at most."""

CAPTION_S, CAPTION_CUT_S = 5.0, (2.0, 4.0)
"""Most of the audio in a guess, and where more is cut. A guess has to be quick: five seconds take
about a third of a second to decode."""

TRANSCRIPT_S, TRANSCRIPT_CUT_S = 10.0, (4.0, 8.0)
"""Most of the audio in a piece of the transcript, and where more is cut. Ten seconds take less time
to decode than the silence that ends an utterance; cuts cost accuracy."""


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


@dataclass(frozen=True, slots=True)
class Attempt:
    """A decode under way, and what it is for."""

    decode: Decode
    draft: Draft
    piece: Piece
    began: float


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
        self._speech_end = 0
        self._caption = Draft(CAPTION_S, CAPTION_CUT_S)
        self._transcript = Draft(TRANSCRIPT_S, TRANSCRIPT_CUT_S)
        self._told = ""
        self._attempt: Attempt | None = None
        self._next_interim = _now() + FIRST_INTERIM_S

    @property
    def text(self) -> str:
        """The transcript, as far as it goes."""
        return self._transcript.text

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
        if due and self._attempt is None and self._decodes.has_spare_worker:
            too_long = self._transcript.is_too_long(len(self._audio))
            draft = self._transcript if too_long else self._caption
            self._start(draft, len(self._audio), Urgency.INTERIM)

    def pause(self) -> None:
        """Understand what was said, in case that was all."""
        self._stage = Stage.PAUSED
        self._speech_end = len(self._audio)
        self._go_on()

    def resume(self) -> None:
        """Go on guessing; what is being decoded becomes a guess."""
        self._stage = Stage.SPEAKING

    def end(self) -> None:
        """Understand all of it, at once."""
        if self._stage is Stage.SPEAKING:
            self._speech_end = len(self._audio)
        self._stage = Stage.ENDED
        self._go_on()

    def discard(self) -> None:
        """Forget what is being decoded."""
        if self._attempt is not None:
            self._decodes.discard(self._attempt.decode)
            self._attempt = None

    # --- decoding --------------------------------------------------------------------------------

    @property
    def _is_understood(self) -> bool:
        return self._transcript.heard_until >= self._speech_end

    def _go_on(self) -> None:
        """Do what the stage asks for next."""
        if self._stage is Stage.SPEAKING:
            return
        if not self._is_understood:
            self._understand(Urgency.EARLY if self._stage is Stage.PAUSED else Urgency.FINAL)
        elif self._stage is Stage.ENDED:
            self._listener.note_understood()

    def _understand(self, urgency: Urgency) -> None:
        """Get on with the transcript, by the attempt under way if it is of use."""
        if self._attempt is not None:
            if self._is_useful(self._attempt, urgency):
                self._decodes.hasten(self._attempt.decode, urgency)
                return
            self.discard()
        self._start(self._transcript, self._speech_end, urgency)

    def _is_useful(self, attempt: Attempt, urgency: Urgency) -> bool:
        if attempt.draft is not self._transcript:
            return False
        # One that misses the last words is worth waiting for while nothing is urgent: whoever
        # stutters would otherwise hold all the workers.
        enough = attempt.piece.settles or attempt.piece.end >= self._speech_end
        return enough or urgency is Urgency.EARLY

    def _start(self, draft: Draft, end: int, urgency: Urgency) -> None:
        piece = draft.next_piece(self._audio, end)
        pcm = self._audio.slice(piece.start, piece.end)
        decode = Decode(pcm, self._language, urgency, self._take)
        self._attempt = Attempt(decode, draft, piece, _now())
        self._decodes.submit(decode)

    def _take(self, outcome: str | EngineError) -> None:
        """Take in what was decoded, and see what follows from it."""
        attempt, self._attempt = self._attempt, None
        assert attempt is not None, "only the attempt under way delivers"
        if isinstance(outcome, EngineError):
            self._listener.note_failure(outcome)
            return
        attempt.draft.add(attempt.piece, outcome)
        if not attempt.piece.settles:
            took = _now() - attempt.began
            self._next_interim = attempt.began + max(INTERIM_INTERVAL_S, INTERIM_PACE * took)
            self._tell_caption(attempt.draft)
        self._go_on()

    def _tell_caption(self, draft: Draft) -> None:
        """Tell the newest guess, which may be the transcript so far."""
        if self._stage is Stage.ENDED:
            return
        if draft is self._transcript:
            self._caption.adopt(self._transcript)
        text, before = self._caption.text, self._told
        if text:
            self._told = text
            stability = _share_kept(before.split(), text.split())
            self._listener.note_interim(InterimTranscript(self.utterance_id, text, stability))


def _share_kept(before: list[str], now: list[str]) -> float:
    """Return the share of the words now that were there before, in the same place."""
    return sum(old == new for old, new in zip(before, now, strict=False)) / len(now)


def _now() -> float:
    return asyncio.get_running_loop().time()
