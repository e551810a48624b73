"""The practice tutor as a pure function: what was said and heard in, the answer out."""

from collections.abc import Sequence

from engines.practice.checking import Checking
from engines.practice.drill import Drill
from engines.practice.follow_ups import FollowUps
from engines.practice.skill import Skill, Turn
from engines.practice.small_talk import SmallTalk, suggest
from engines.practice.teaching import OFFERS, Teaching
from lessons.catalogue import Lesson
from lessons.finder import LessonFinder
from lessons.reciting import find_recital
from lessons.sums.telling import find_sum
from lessons.wording import is_question

_BEYOND = "I can't answer that offline."
_MORE = "Or add a Gemini key, for a tutor who can."
_SUMS = ("three quarters of twenty", "two thirds plus one sixth", "fifteen percent of eighty")


class PracticeTutor:
    """Answers exactly what it knows, and says so where it knows nothing.

    It is stateless: the same words after the same history get the same answer.

    Args:
        lessons: What it can explain, besides sums.
        drill_length: Questions in a round of a drill.
    """

    def __init__(self, lessons: Sequence[Lesson], drill_length: int):
        self._topics = tuple(lesson.title for lesson in lessons)
        self._drill = Drill(drill_length)
        teaching = Teaching((find_sum, LessonFinder(lessons).find, find_recital))
        self._skills: tuple[Skill, ...] = (
            Checking(teaching),
            FollowUps(teaching, self.reply),
            SmallTalk(self._topics),
            teaching,
        )

    def reply(self, turn: Turn) -> str:
        """Return the answer to ``turn`` in spoken sentences."""
        answer = self.find_reply(turn)
        if answer is not None:
            return answer
        question = self._drill.ask_again(turn)
        if question and not is_question(turn.text):
            return f"I did not hear a number. {question}"
        return _come_back(self._decline(turn), question)

    def find_reply(self, turn: Turn) -> str | None:
        """Return the answer to ``turn``, or None if no skill has one."""
        drilled = self._drill.reply(turn)
        if drilled is not None:
            return drilled
        replies = (skill.reply(turn) for skill in self._skills)
        answer = next((reply for reply in replies if reply is not None), None)
        return answer and _come_back(answer, self._drill.ask_again(turn))

    def _decline(self, turn: Turn) -> str:
        """Say that this is beyond the tutor, and what is not."""
        one, other = suggest(turn, self._topics)
        options = (
            f"Ask me about {one} or {other}.",
            f"Give me a sum such as {turn.vary(*_SUMS)}, or ask about {one}.",
            f"Say: quiz me on the seven times table. Or ask about {one}.",
        )
        answer = f"{_BEYOND} {turn.vary(*options)}"
        told = any(_BEYOND in remark.text for remark in turn.history if remark.speaker == "tutor")
        # Once is enough: a learner who hears it each time can usually do nothing about it.
        return answer if told else f"{answer} {_MORE}"


def _come_back(answer: str, question: str | None) -> str:
    """Return to the drill after ``answer``, unless that asks something of its own."""
    if question is None:
        return answer
    for offer in OFFERS:
        answer = answer.removesuffix(offer).rstrip()
    return answer if answer.endswith("?") else f"{answer} Back to the times tables. {question}"
