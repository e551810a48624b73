"""Asks the check question of a lesson and judges the answer."""

import re

from engines.practice.intents import Intent, find_intent
from engines.practice.skill import Turn
from engines.practice.teaching import CHECK_OFFER, Teaching
from lessons.grading import Verdict, grade
from lessons.subject import Check
from lessons.sums.telling import find_sum
from lessons.times_tables import find_table
from lessons.wording import is_question, request

_REQUEST = re.compile(
    r"(?:(?:give me|start|begin|do|have|i want|i'd like) )?(?:(?:a|another|the) )?"
    r"(?:(?:maths?|short|little|quick|small) )?(?:quiz|test|ask|check|examine|question)(?: me)?"
    r"(?: an?(?: \w+)? question| questions| something)?"
    r"(?: (?:on|about|in|with) (?P<topic>.+))?"
)
_SAME_TOPIC = {"it", "that", "this", "this topic", "that topic"}
_ANSWERS = {None, Intent.YES, Intent.NO, Intent.UNSURE, Intent.SKIP}
"""Short remarks that may be meant as an answer; any other one steers the conversation."""


class Checking:
    """Asks what was understood.

    Args:
        teaching: Knows the lessons, and which one the conversation is about.
    """

    def __init__(self, teaching: Teaching):
        self._teaching = teaching

    def reply(self, turn: Turn) -> str | None:
        """Ask when the learner wants to be asked; judge the answer to a question just asked."""
        match = _REQUEST.fullmatch(request(turn.text))
        if match:
            return self._ask(turn, match["topic"])
        accepted = find_intent(turn.text) is Intent.YES
        if accepted and turn.heard.endswith(CHECK_OFFER):
            return self._ask(turn, None)
        return self._judge(turn)

    def _ask(self, turn: Turn, topic: str | None) -> str | None:
        if topic and find_table(topic):
            return None
        if topic and topic not in _SAME_TOPIC:
            subject = self._teaching.find(topic)
            return subject.check.question if subject and subject.check else None
        subject = self._teaching.recall(turn)
        if subject and subject.check:
            return subject.check.question
        return "Gladly. Say: quiz me on the seven times table, or on a topic such as gravity."

    def _judge(self, turn: Turn) -> str | None:
        if not turn.heard.endswith("?"):
            return None
        subject = self._teaching.recall(turn)
        check = subject.check if subject else None
        if check is None or check.question not in turn.heard:
            return None
        verdict = grade(turn.text, check)
        if verdict is Verdict.RIGHT:
            return f"{turn.vary('Right.', 'Correct.', 'Yes, well done.')} {check.feedback}"
        if verdict is Verdict.MENTIONED:
            return f"This is the answer I was looking for. {check.feedback}"
        return self._help(turn, check) if _may_be_answer(turn.text) else None

    def _help(self, turn: Turn, check: Check) -> str:
        """Give the hint first, and the answer the second time."""
        intent = find_intent(turn.text)
        opening = "That is not the answer I was looking for."
        if intent in {Intent.UNSURE, Intent.SKIP}:
            opening = "No problem."
        if check.hint in turn.heard or intent is Intent.SKIP:
            return f"{opening} {check.feedback}"
        return f"{opening} {check.hint} {check.question}"


def _may_be_answer(text: str) -> bool:
    intent = find_intent(text)
    if intent is not None:
        return intent in _ANSWERS
    return bool(request(text)) and not is_question(text) and find_sum(text) is None
