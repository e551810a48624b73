"""What a times-table drill has come to, read from the conversation so far."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from zlib import crc32

from engine_api import Remark
from engines.practice.intents import Intent, find_intent
from lessons.sums.answers import read_answer
from lessons.times_tables import (
    LARGEST,
    SMALLEST,
    Fact,
    Table,
    find_question,
    find_table,
    mentions_table,
)
from lessons.wording import request

TRIES = 3
"""Wrong answers to one question before the tutor tells the answer."""

_START = re.compile(
    r"\b(?:quiz|test|drill|ask|train|practi[cs]e|do|play|start|begin|try|want|give|learn|teach|study|"
    r"check|exercise|challenge|another|next|new|same)\b"
)

_SHORT_REQUEST = 4
"""Words of a request that is for a drill even without a verb: 'seven times table please'."""


@dataclass(slots=True)
class Item:
    """One question of a round and what was said to it: a number, or None for a plea for help."""

    fact: Fact
    attempts: list[int | None] = field(default_factory=list)
    is_given_up: bool = False

    @property
    def is_solved(self) -> bool:
        """Whether the right answer was given in the end."""
        return self.fact.product in self.attempts

    @property
    def is_known(self) -> bool:
        """Whether the first answer was right."""
        return self.attempts[:1] == [self.fact.product]

    @property
    def is_finished(self) -> bool:
        """Whether the tutor goes on to another question."""
        return self.is_solved or self.is_given_up or len(self.attempts) >= TRIES


@dataclass(frozen=True, slots=True)
class Round:
    """A drill in progress.

    Attributes:
        table: What is drilled.
        items: The questions heard so far, in order.
        is_whole: Whether the history reaches back to the first question.
        digressions: How many of the last remarks had nothing to do with the drill.
    """

    table: Table
    items: Sequence[Item]
    is_whole: bool
    digressions: int

    @property
    def finished(self) -> list[Item]:
        """The questions that are done with."""
        return [item for item in self.items if item.is_finished]

    @property
    def open_fact(self) -> Fact | None:
        """The question that waits for an answer."""
        return self.items[-1].fact if self.items and not self.items[-1].is_finished else None

    def choose_fact(self, seed: str) -> Fact:
        """Return what to ask now: the open question, one missed a while ago, or a new one."""
        if self.open_fact:
            return self.open_fact
        asked = [item.fact for item in self.items]
        for item in self.items[:-2]:
            if not item.is_known and asked.count(item.fact) == 1:
                return item.fact
        facts = list(self.table.facts())
        fresh = [fact for fact in facts if fact not in asked]
        return Random(crc32(seed.encode())).choice(fresh or facts)


def find_start(text: str) -> Table | None:
    """Return the table that a learner asks to be drilled in, or None."""
    if not mentions_table(text):
        return None
    asked = request(text)
    if asked.startswith(("what", "how", "why", "who")):
        return None
    is_short = len(asked.split()) <= _SHORT_REQUEST
    return find_table(asked) if is_short or _START.search(asked) else None


def is_drilled(table: Table) -> bool:
    """Return whether there is a drill for ``table``."""
    return table.number is None or SMALLEST <= table.number <= LARGEST


def recall_round(history: Sequence[Remark]) -> Round | None:
    """Return the drill that is going on after ``history``, or None."""
    start = _find_last_start(history)
    if start is None and not _asks_fact(history):
        return None
    items, digressions, stopped = _follow(history if start is None else history[start + 1 :])
    if stopped:
        return None
    table = _guess_table(items) if start is None else find_start(history[start].text)
    return Round(table or Table(None), items, start is not None, digressions)


def _find_last_start(history: Sequence[Remark]) -> int | None:
    for index in range(len(history) - 1, -1, -1):
        remark = history[index]
        table = find_start(remark.text) if remark.speaker == "learner" else None
        if table and is_drilled(table):
            return index
    return None


def _asks_fact(history: Sequence[Remark]) -> bool:
    """Return whether the tutor's last remark asks a fact, though nobody remembers the start."""
    tutors = (remark.text for remark in reversed(history) if remark.speaker == "tutor")
    return find_question(next(tutors, "")) is not None


def _follow(remarks: Iterable[Remark]) -> tuple[list[Item], int, bool]:
    """Follow a round; return its questions, the digressions at its end, whether it was stopped."""
    items: list[Item] = []
    digressions, stopped, is_asked = 0, False, False
    for remark in remarks:
        if remark.speaker == "tutor":
            fact = find_question(remark.text)
            is_asked = fact is not None or remark.interrupted
            if fact and not (items and items[-1].fact == fact and not items[-1].is_finished):
                items.append(Item(fact))
        else:
            intent = find_intent(remark.text)
            stopped = stopped or intent in {Intent.STOP, Intent.GOODBYE}
            took_part = is_asked and bool(items) and _note(items[-1], remark.text, intent)
            digressions = 0 if took_part else digressions + 1
    return items, digressions, stopped


def _note(item: Item, text: str, intent: Intent | None) -> bool:
    """Note what a remark says to a question; return whether it says anything to it."""
    if item.is_finished:
        return False
    attempt = read_answer(text)
    if attempt is not None or intent is Intent.UNSURE:
        item.attempts.append(attempt)
    elif intent is Intent.SKIP:
        item.is_given_up = True
    return attempt is not None or intent in {Intent.UNSURE, Intent.SKIP, Intent.AGAIN, Intent.SCORE}


def _guess_table(items: Sequence[Item]) -> Table:
    tables = {item.fact.table for item in items}
    return Table(tables.pop() if len(tables) == 1 else None)
