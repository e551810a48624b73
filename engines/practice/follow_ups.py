"""Goes deeper into what was just explained: why, an example, simpler, again, go on."""

import re
from collections.abc import Callable

from engines.practice.intents import Intent, find_intent
from engines.practice.skill import Turn
from engines.practice.teaching import CHECK_OFFER, EXAMPLE_OFFER, Teaching
from lessons.subject import Subject

_SENTENCE_END = re.compile(r"(?<=[.?!]) ")
_NOTHING_YET = "I have not explained anything yet. Ask me about gravity, for example."
_NOTHING_TO_REPEAT = "There is nothing to repeat yet. Ask me something."
_ALL_TOLD = "That is all I know about it."


class FollowUps:
    """Answers short follow-ups.

    Args:
        teaching: Knows which subject the conversation is about.
        answer: The whole tutor: what it answers to a turn.
    """

    def __init__(self, teaching: Teaching, answer: Callable[[Turn], str]):
        self._teaching = teaching
        self._answer = answer

    def reply(self, turn: Turn) -> str | None:
        """Answer a follow-up, also the 'yes' to an offered example."""
        intent = find_intent(turn.text)
        if intent is Intent.YES and turn.heard.endswith(EXAMPLE_OFFER):
            intent = Intent.EXAMPLE
        if intent is Intent.AGAIN:
            return self._repeat(turn)
        if intent is Intent.MORE:
            return self._continue(turn)
        if intent not in {Intent.WHY, Intent.EXAMPLE, Intent.SIMPLER}:
            return None
        subject = self._teaching.recall(turn)
        return _deepen(subject, intent) if subject else _NOTHING_YET

    def _repeat(self, turn: Turn) -> str:
        """Answer the last real question once more, whole, even if the first time was cut short."""
        for earlier in turn.earlier():
            if find_intent(earlier.text) is not Intent.AGAIN:
                return self._answer(earlier)
        return _NOTHING_TO_REPEAT

    def _continue(self, turn: Turn) -> str:
        """Say what an interruption cut off, or else what was not told yet about the subject."""
        asked = next(turn.earlier(), None)
        heard = turn.history[-1] if turn.history else None
        if asked and heard and find_intent(asked.text) is not Intent.MORE:
            if heard.speaker == "learner":
                return self._answer(asked)
            if heard.interrupted:
                return _rest(self._answer(asked), heard.text)
        subject = self._teaching.recall(turn)
        if subject is None:
            return _NOTHING_YET
        told = " ".join(remark.text for remark in turn.history if remark.speaker == "tutor")
        for intent, text in ((Intent.WHY, subject.why), (Intent.EXAMPLE, subject.example)):
            if text not in told:
                return _deepen(subject, intent)
        offered = CHECK_OFFER if subject.check else ""
        return f"{_ALL_TOLD} {offered}".rstrip()


def _deepen(subject: Subject, intent: Intent) -> str:
    offered = EXAMPLE_OFFER if intent is Intent.WHY and subject.check else ""
    if intent is Intent.EXAMPLE and subject.check:
        offered = CHECK_OFFER
    told = {
        Intent.WHY: subject.why,
        Intent.EXAMPLE: subject.example,
        Intent.SIMPLER: subject.simpler,
    }
    return f"{told[intent]} {offered}".rstrip()


def _rest(whole: str, heard: str) -> str:
    """Return ``whole`` from the sentence on in which the learner broke in."""
    sentences = _SENTENCE_END.split(whole)
    while len(sentences) > 1 and heard.startswith(sentences[0]):
        heard = heard[len(sentences.pop(0)) :].lstrip()
    return " ".join(sentences)
