"""The times-table drill: asks, checks, hints, and ends with an honest score."""

from engines.practice.drill_round import (
    Item,
    Round,
    find_start,
    is_drilled,
    recall_round,
)
from engines.practice.intents import Intent, find_intent
from engines.practice.skill import Turn
from lessons.sums.answers import read_answer
from lessons.sums.numbers import say_count
from lessons.sums.telling import find_sum
from lessons.times_tables import LARGEST, SMALLEST, Fact, Table, find_question
from lessons.wording import sentence

_MOST_REPEATED = 2
"""Missed facts that are said again at the end; nobody keeps more in mind."""

_MOST_DIGRESSIONS = 2
"""Remarks about something else after which the learner has evidently left the drill."""


class Drill:
    """Asks the times tables, one question at a time.

    Args:
        length: Questions in a round. A round must fit into the history the tutor is given, or
            its score would leave out the beginning.
    """

    def __init__(self, length: int):
        self._length = length

    def reply(self, turn: Turn) -> str | None:
        """Start a drill, or go on with the one whose question was heard last."""
        table = find_start(turn.text)
        if table:
            return self._start(table, turn)
        running = recall_round(turn.history)
        if running is None or self._is_over(running):
            return None
        intent = find_intent(turn.text)
        if intent in {Intent.STOP, Intent.GOODBYE}:
            return self._finish(running, "All right, we stop here.")
        if running.open_fact is None or not _is_asking(turn):
            return None
        return self._judge(turn, running, running.open_fact, intent)

    def ask_again(self, turn: Turn) -> str | None:
        """Return the question that waits for an answer, after something else was talked about."""
        running = recall_round(turn.history)
        if running is None or self._is_over(running) or running.digressions >= _MOST_DIGRESSIONS:
            return None
        return running.choose_fact(_seed(turn)).question

    def _start(self, table: Table, turn: Turn) -> str:
        if not is_drilled(table):
            tables = f"{say_count(SMALLEST)} to {say_count(LARGEST)}"
            return f"I practise the tables from {tables}. Which one would you like?"
        first = Round(table, (), is_whole=True, digressions=0).choose_fact(_seed(turn))
        return f"Let's practise {table.name}. Say stop when you have had enough. {first.question}"

    def _judge(self, turn: Turn, running: Round, fact: Fact, intent: Intent | None) -> str | None:
        attempt = read_answer(turn.text)
        if attempt is not None:
            return self._check(turn, running, attempt)
        match intent:
            case Intent.UNSURE:
                return self._help(turn, running, "No problem.")
            case Intent.SKIP:
                return self._go_on(turn, running, sentence(fact.statement), given_up=True)
            case Intent.AGAIN:
                return fact.question
            case Intent.SCORE:
                return f"{_tell_score(running)} {fact.question}"
            case Intent.WHY | Intent.SIMPLER:
                return _explain_last(running)
        return None

    def _check(self, turn: Turn, running: Round, attempt: int) -> str:
        item = running.items[-1]
        if attempt != item.fact.product:
            return self._help(turn, running, turn.vary("Not quite.", "Not yet.", "That is not it."))
        if item.attempts:
            praise = turn.vary("Yes, now you have it.", "That's right now.")
        else:
            praise = turn.vary("Right.", "Correct.", "That's right.", "Yes.")
        item.attempts.append(attempt)
        return self._go_on(turn, running, f"{praise} {sentence(item.fact.statement)}")

    def _help(self, turn: Turn, running: Round, opening: str) -> str:
        """Climb the hint ladder: a known fact, the neighbour, the answer."""
        item = running.items[-1]
        item.attempts.append(None)
        if item.is_finished:
            return self._go_on(turn, running, f"{opening} {sentence(item.fact.statement)}")
        hint = item.fact.hints[len(item.attempts) - 1]
        return f"{opening} {hint} {item.fact.question}"

    def _go_on(self, turn: Turn, running: Round, told: str, *, given_up: bool = False) -> str:
        if given_up:
            running.items[-1].is_given_up = True
        if self._is_over(running):
            return self._finish(running, f"{told} That was the last question.")
        return f"{told} Next one. {running.choose_fact(_seed(turn)).question}"

    def _finish(self, running: Round, opening: str) -> str:
        missed = [item for item in running.finished if not item.is_known][:_MOST_REPEATED]
        repeated = " ".join(sentence(item.fact.statement) for item in missed)
        worth = f"Worth another look: {repeated[0].lower()}{repeated[1:]}" if repeated else ""
        return " ".join(filter(None, (opening, _tell_score(running), worth)))

    def _is_over(self, running: Round) -> bool:
        return len(running.finished) >= self._length


def _is_asking(turn: Turn) -> bool:
    """Return whether the tutor's last words asked a fact, or were cut short."""
    return turn.tutor_remark.interrupted or find_question(turn.heard) is not None


def _tell_score(running: Round) -> str:
    finished: list[Item] = running.finished
    if not finished:
        return "We have not finished a question yet."
    known = sum(item.is_known for item in finished)
    helped = sum(item.is_solved and not item.is_known for item in finished)
    span = "" if running.is_whole else "Of those I still remember: "
    if known == len(finished) > 1:
        score = f"You got all {say_count(known)} right at the first try."
    else:
        score = f"You got {say_count(known)} of {say_count(len(finished))} right at the first try."
    return f"{span}{score}" + (f" With a hint, {say_count(helped)} more." if helped else "")


def _explain_last(running: Round) -> str | None:
    """Work the fact out that was told last, then ask on."""
    told = [item.fact for item in running.finished]
    subject = find_sum(told[-1].question) if told else None
    return f"{subject.explanation} {running.items[-1].fact.question}" if subject else None


def _seed(turn: Turn) -> str:
    return "|".join((*(remark.text for remark in turn.history), turn.text))
