"""Tells which sentence a stream of speech has come to, for the service does not.

Of a stream three things are known: when each sentence was sent, so that none of its speech is in
the audio that came before; where the speech pauses; and how long each sentence should take at the
voice's pace. The ends of the sentences are the pauses that fit these lengths best, all together:
a pause counts for more the longer it is, a sentence for less the further its length is off. Once
the stream has ended, its whole length tells the pace. `bench.voice_tracking` measures the error.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from engine_api import OUTPUT_RATE
from engines.google.speaking.pauses import FRAME, PauseFinder

DIGIT_WEIGHT = 4.0
"""Letters a digit is as long as, spoken."""

WIDE_WEIGHT = 3.0
"""Letters a character of Chinese, Japanese or Korean is as long as."""

LONGEST_WORD = 30.0
"""What looks like a word of more letters is not one, and nobody knows how it is said."""

NO_WORD = 15.0
"""Letters that is taken for."""

PAUSE_WEIGHT = 5.0
"""Letters the pause after a sentence is as long as, together with what every sentence adds."""

SAMPLES_PER_LETTER = OUTPUT_RATE / 16
"""Pace of a usual voice. It is not learned: odd texts of one learner would spoil it for others."""

SPREAD = 0.25
"""Standard deviation of the length of a sentence against its estimate, as a logarithm."""

SHORTEST, LONGEST = 0.4, 2.2
"""Lengths considered for a sentence, against its estimate."""

USUAL_PAUSE_S = 0.25
"""A pause this long ends a sentence as often as not."""

PAUSE_GAIN = 5.0
"""How much more likely a sentence ends at a pause with each second it is longer (in e-folds)."""

MOST_GAIN = 3.0
"""Beyond this much evidence a pause tells nothing more."""

TOO_SHORT = 0.4
"""Length at which texts cannot all have been said, against their estimate, whatever the voice."""

LONG_ENOUGH = 0.8
"""Length at which texts are over if there is a pause, against their estimate. Less would take the
pause at a late comma for the end."""

CERTAIN = 1_000.0
"""The evidence for an end that is known."""

NO_PAUSE = -4.0
"""The evidence for an end where there is no pause at all."""

LOOKAHEAD = 3
"""Sentences whose ends are sought together; later ones hardly change the first."""

TYPICAL_WEIGHT = 30.0
"""Sentences shorter than this vary more."""


@dataclass(frozen=True, slots=True)
class _Path:
    """A way to divide the audio: where its last sentence ended, and the first."""

    end: int
    score: float = 0.0
    first_end: int | None = None


@dataclass(frozen=True, slots=True)
class _Sent:
    """A sentence on its way."""

    weight: float
    earliest: int
    """Samples that had come before it was sent: its speech begins there or later."""
    is_fresh: bool
    """Whether all before it had been said by then: its speech begins just there."""


def spoken_weight(text: str) -> float:
    """Return how long a text is, spoken, in letters."""
    return PAUSE_WEIGHT + sum(map(_weigh_word, text.split()))


def _weigh_word(word: str) -> float:
    weight = sum(map(_weigh, word))
    return 1 + (NO_WORD if word.isascii() and weight > LONGEST_WORD else weight)


def _weigh(character: str) -> float:
    if character.isdigit():
        return DIGIT_WEIGHT
    return WIDE_WEIGHT if character >= "\u3040" else 1.0


class SentenceTracker:
    """Follows one stream. Samples are counted from its beginning.

    Args:
        pace: Samples a letter takes.
    """

    def __init__(self, pace: float = SAMPLES_PER_LETTER):
        self.pace = pace
        """Samples a letter takes, as far as is known."""
        self._pauses = PauseFinder()
        self._sent: list[_Sent] = []
        self._current = 0
        self._begun = 0
        self._ended = False
        self._next: int | None = None
        self._stale = True

    @property
    def samples(self) -> int:
        """Samples heard so far."""
        return self._pauses.samples

    @property
    def follows_another(self) -> bool:
        """Whether a sentence was sent whose speech has not begun."""
        return self._current < len(self._sent) - 1

    @property
    def is_far_behind(self) -> bool:
        """Whether there is too little audio for what was sent, at any pace."""
        weight = sum(sentence.weight for sentence in self._sent)
        return self.samples < TOO_SHORT * weight * self.pace

    @property
    def is_at_an_end(self) -> bool:
        """Whether all that was sent before the last audio seems to have been said to its end."""
        heard = sum(sentence.weight for sentence in self._sent if sentence.earliest < self.samples)
        return self._pauses.is_pausing and self.samples > LONG_ENOUGH * heard * self.pace

    def weight_left(self, sample: int) -> float:
        """Return how much text was sent, in letters, that is spoken after a sample."""
        begun = min(max(sample - self._begun, 0) / self.pace, self._sent[self._current].weight)
        return sum(sentence.weight for sentence in self._sent[self._current :]) - begun

    def send(self, text: str, *, is_fresh: bool = False) -> None:
        """Note that the next sentence goes to the service.

        Args:
            text: The sentence.
            is_fresh: Whether the service had said all it was sent before.
        """
        self._sent.append(_Sent(spoken_weight(text), self.samples, is_fresh))
        self._stale = True

    def hear(self, pcm: bytes) -> None:
        """Note the next audio, PCM16 in whole samples."""
        self._pauses.hear(pcm)
        self._stale = True

    def end(self) -> None:
        """Note that there is no more audio to come."""
        self._ended = self._stale = True

    def sentence_at(self, sample: int) -> tuple[int, int]:
        """Return the sentence that a sample belongs to, and where it ends as far as is known.

        Args:
            sample: Not before that of an earlier call; what was said of those stays as it is.

        Returns:
            The number of the sentence, from 0, and a sample after ``sample``.
        """
        end = self._end_of_current()
        while end is not None and end <= sample:
            self._current, self._begun, self._stale = self._current + 1, end, True
            end = self._end_of_current()
        return self._current, self.samples if end is None else end

    def _end_of_current(self) -> int | None:
        if self._stale:
            self._next, self._stale = self._find_end(), False
        return self._next

    def _find_end(self) -> int | None:
        """Return where the present sentence ends, ``None`` if that is not to be heard yet."""
        left = self._sent[self._current :]
        if len(left) < 2:
            return None
        if self._ended:
            self.pace = self._pace_of(left)
        paths = [_Path(self._begun)]
        closed = [] if self._ended else self._close(paths, left[:1])
        ahead = left[:LOOKAHEAD]
        for number, (sentence, following) in enumerate(pairwise(ahead), 1):
            paths = self._extend(paths, sentence, following)
            if not self._ended or number == len(ahead) - 1:
                closed += self._close(paths, left[number:] if self._ended else [following])
        return max(closed, key=lambda path: path.score).first_end if closed else None

    def _pace_of(self, sentences: list[_Sent]) -> float:
        """Return the pace at which the rest of the stream must have been spoken."""
        weight = sum(sentence.weight for sentence in sentences)
        return max(self.samples - self._begun, 1) / weight

    def _extend(self, paths: list[_Path], sentence: _Sent, following: _Sent) -> list[_Path]:
        """Return the paths on which the sentence has ended, the best one to each place."""
        best: dict[int, _Path] = {}
        length = sentence.weight * self.pace
        for path in paths:
            for end, gain in self._ends(path.end, length, following):
                score = path.score + gain + _fit(end - path.end, sentence.weight, self.pace)
                if end not in best or score > best[end].score:
                    first_end = end if path.first_end is None else path.first_end
                    best[end] = _Path(end, score, first_end)
        return list(best.values())

    def _ends(self, begun: int, length: float, following: _Sent) -> Iterator[tuple[int, float]]:
        """Yield where a sentence may end, and how much speaks for it besides its length."""
        earliest = max(begun, following.earliest)
        if following.is_fresh:
            yield earliest, CERTAIN
            return
        for pause in self._pauses.since(earliest - FRAME):
            end = max(pause.end, earliest)
            if SHORTEST * length <= end - begun <= LONGEST * length:
                yield end, min((pause.seconds - USUAL_PAUSE_S) * PAUSE_GAIN, MOST_GAIN)
        usual = max(begun + round(length), earliest)
        if usual < self.samples:
            yield usual, NO_PAUSE

    def _close(self, paths: list[_Path], last: list[_Sent]) -> list[_Path]:
        """Return the paths with what is left of the audio taken for the last sentences."""
        weight = sum(sentence.weight for sentence in last)
        closed = []
        for path in paths:
            rest = self.samples - path.end
            is_short = rest <= weight * self.pace and not self._ended
            fit = 0.0 if is_short else _fit(rest, weight, self.pace)
            closed.append(_Path(path.end, path.score + fit, path.first_end))
        return closed


def _fit(samples: int, weight: float, pace: float) -> float:
    """Return the logarithm of how likely a text is to take so long."""
    spread = SPREAD * max(1.0, math.sqrt(TYPICAL_WEIGHT / weight))
    return -0.5 * (math.log(max(samples, 1) / (weight * pace)) / spread) ** 2
