"""The text of an utterance as far as it is decoded: pieces for good, and a guess at the rest."""

from dataclasses import dataclass

from engines.utterance_audio import BYTES_PER_SECOND, UtteranceAudio


@dataclass(frozen=True, slots=True)
class Piece:
    """Audio to decode at once, from byte to byte; ``settles`` when it is decoded for good."""

    start: int
    end: int
    settles: bool


class Draft:
    """Follows the audio piece by piece, so that no decode gets too long.

    Args:
        longest_s: A longer rest is cut, and its first part decoded for good.
        cut_within_s: Where it is cut, counted from its beginning.
    """

    def __init__(self, longest_s: float, cut_within_s: tuple[float, float]):
        self._longest = round(longest_s * BYTES_PER_SECOND)
        self._cut_within = [round(at * BYTES_PER_SECOND) for at in cut_within_s]
        self._settled = ""
        self._settled_until = 0
        self._guess = ""
        self.heard_until = 0

    @property
    def text(self) -> str:
        """The words up to ``heard_until``, a position in the audio."""
        return _join(self._settled, self._guess)

    def is_too_long(self, end: int) -> bool:
        """Return whether the rest up to a position has to be cut."""
        return end - self._settled_until > self._longest

    def next_piece(self, audio: UtteranceAudio, end: int) -> Piece:
        """Return what to decode next on the way to a position."""
        start = self._settled_until
        if not self.is_too_long(end):
            return Piece(start, end, settles=False)
        first, last = self._cut_within
        return Piece(start, audio.quietest(start + first, start + last), settles=True)

    def add(self, piece: Piece, text: str) -> None:
        """Take in what a piece says."""
        if piece.settles:
            self._settled, self._settled_until = _join(self._settled, text), piece.end
            self._guess = ""
        else:
            self._guess = text
        self.heard_until = piece.end

    def adopt(self, better: "Draft") -> None:
        """Take another draft's text for good, and go on from there."""
        self._settled, self._guess = better.text, ""
        self._settled_until = self.heard_until = better.heard_until


def _join(before: str, after: str) -> str:
    return f"{before} {after}".strip()
