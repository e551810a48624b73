"""The utterances of a session that nobody has answered yet, and when they make a turn."""

from dataclasses import dataclass

from errors import EngineError, TeachMeError
from listening.utterance import Utterance
from messages import MAX_TEXT_CHARS
from text.joining import join
from turn import TurnTimes

MAX_ENDED = 4
"""Utterances waiting for their transcripts; an older one is settled by what is known of it."""

TYPED = 0
"""Utterance id of what was typed; no recognizer ever speaks of it."""


@dataclass(frozen=True, slots=True)
class LearnerSpoke:
    """The learner's turn is over. Empty text: there was sound, but no words in it."""

    text: str
    times: TurnTimes


@dataclass(frozen=True, slots=True)
class HearingFailed:
    """What the learner said could not be heard; an answer is owed all the same."""

    error: TeachMeError


HeardEvent = LearnerSpoke | HearingFailed


class Utterances:
    """Keeps utterances in the order they were spoken.

    They make one turn, once nobody speaks and each of them is settled. So a learner who pauses
    and goes on has asked one question, whichever transcript comes first.
    """

    def __init__(self) -> None:
        self.open: Utterance | None = None
        self._unanswered = ""
        self._ended: list[Utterance] = []
        self._count = 0

    @property
    def speaking(self) -> bool:
        """Whether the learner is speaking, beyond doubt."""
        return self.open is not None and not self.open.tentative

    @property
    def waiting(self) -> bool:
        """Whether anything is being said, or was said and is not answered."""
        return self.open is not None or bool(self._ended)

    @property
    def busy(self) -> bool:
        """Whether a recognizer still owes transcripts, or will."""
        return self.open is not None or not all(u.settled for u in self._ended)

    @property
    def due(self) -> float | None:
        """When the next transcript is due, on the loop's clock."""
        if not self._ended:
            return None
        return min(
            (u.final_due for u in self._ended if u.final_due is not None and not u.settled),
            default=None,
        )

    def begin(self, language: str, *, tentative: bool) -> Utterance:
        """Open an utterance, which has the next number."""
        if len(self._ended) >= MAX_ENDED:
            self._fold_oldest()
        self._count += 1
        self.open = Utterance(self._count, language, tentative)
        return self.open

    def end(self, times: TurnTimes, final_due: float) -> None:
        """End the open utterance; a tentative one is forgotten, for it was an echo."""
        utterance, self.open = self.open, None
        if utterance is None or utterance.tentative:
            return
        self._take_up_unanswered(utterance)
        utterance.times, utterance.final_due = times, final_due
        if utterance.broken_by is not None:
            utterance.settled = True
        self._ended.append(utterance)

    def add_typed(self, text: str, times: TurnTimes) -> None:
        """Put what was typed behind what was said."""
        typed = Utterance(TYPED, "", finals=[text], times=times, settled=True)
        self._take_up_unanswered(typed)
        self._ended.append(typed)
        if len(self._ended) > MAX_ENDED:
            self._fold_oldest()

    def find(self, utterance_id: int) -> Utterance | None:
        """Return an utterance whose transcripts still matter."""
        followed = [*self._ended, self.open]
        return next((u for u in followed if u is not None and _is(u, utterance_id)), None)

    def settle_all(self, error: EngineError) -> list[Utterance]:
        """Settle what has ended by its last guess; return what was not settled before."""
        unsettled = [utterance for utterance in self._ended if not utterance.settled]
        for utterance in unsettled:
            utterance.settled = True
            utterance.broken_by = None if utterance.text else error
        return unsettled

    def take_turn(self, now: float) -> HeardEvent | None:
        """Return the learner's turn if it is complete, once.

        Args:
            now: The loop's clock, in seconds; the moment of the last transcript.
        """
        if self.speaking or not self._ended or not all(u.settled for u in self._ended):
            return None
        ended, self._ended = self._ended, []
        text = join(*(utterance.question for utterance in ended))
        text = text[-MAX_TEXT_CHARS:]
        if (error := ended[-1].broken_by) is not None:
            # What was understood before waits for what the learner is asked to say again.
            self._unanswered = text
            return HearingFailed(error)
        times = ended[-1].times
        times.transcribed = now
        return LearnerSpoke(text, times)

    def _fold_oldest(self) -> None:
        oldest = self._ended.pop(0)
        before = join(oldest.question, self._ended[0].before)
        self._ended[0].before = before[-MAX_TEXT_CHARS:]

    def _take_up_unanswered(self, utterance: Utterance) -> None:
        utterance.before, self._unanswered = self._unanswered, ""


def _is(utterance: Utterance, utterance_id: int) -> bool:
    return utterance.utterance_id == utterance_id and not utterance.settled
