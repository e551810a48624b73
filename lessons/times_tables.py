"""The times tables: their facts, how they are asked, and hints that lead to an answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lessons.sums.numbers import say_count
from lessons.sums.numerals import read_number

SMALLEST, LARGEST = 2, 12
"""The tables that are drilled: below two there is nothing to learn, above twelve nobody does."""

_NAMES = {say_count(value): value for value in range(SMALLEST, LARGEST + 1)}
_QUESTION = re.compile(rf"\bwhat is ({'|'.join(_NAMES)}) times ({'|'.join(_NAMES)})(?:\?|$)", re.I)
_TABLE = re.compile(
    r"\b(?P<before>[a-z0-9]+?)s? times? tables?\b|\btimes? tables? (?:of|for) (?P<after>[a-z0-9]+)"
)
_PLURALS = {f"{name}{'es' if name == 'six' else 's'}": _NAMES[name] for name in _NAMES}
_ANY_MENTION = re.compile(rf"\btables?\b|\bmultipl|\b(?:{'|'.join(_PLURALS)})\b", re.IGNORECASE)
_ANY_TABLE = re.compile(r"\b(?:multiplications?|multiplying|(?:times?|multiplication) tables?)\b")


@dataclass(frozen=True, slots=True)
class Fact:
    """One product of a times table."""

    table: int
    factor: int

    @property
    def product(self) -> int:
        """The answer."""
        return self.table * self.factor

    @property
    def question(self) -> str:
        """The question; :func:`find_question` finds it again in what the tutor said."""
        return f"What is {say_count(self.table)} times {say_count(self.factor)}?"

    @property
    def statement(self) -> str:
        """The whole fact, without capital and full stop."""
        return _equation(self.table, self.factor)

    @property
    def hints(self) -> tuple[str, str]:
        """The hint ladder: a smaller fact that most know, then the neighbour one step away."""
        base = 5 if self.factor > 5 else 2
        known = 10 if self.factor > 10 else base
        first = f"Here is a hint: {_equation(self.table, min(known, self.factor - 1))}."
        neighbour = _equation(self.table, self.factor - 1)
        return first, f"One step away: {neighbour}. Now add {say_count(self.table)} more."


@dataclass(frozen=True, slots=True)
class Table:
    """What to drill: one times table, or all of them mixed."""

    number: int | None

    @property
    def name(self) -> str:
        """The name, as in 'let's practise ...'."""
        return (
            f"the {say_count(self.number)} times table"
            if self.number
            else "the times tables, mixed"
        )

    def facts(self) -> Iterator[Fact]:
        """Yield every fact that may be asked."""
        for table in [self.number] if self.number else range(SMALLEST + 1, LARGEST):
            for factor in range(SMALLEST, LARGEST + 1):
                yield Fact(table, factor)


def find_question(text: str) -> Fact | None:
    """Return the last fact that ``text`` asks for to its end, or None."""
    asked = _QUESTION.findall(text)
    return Fact(*(_NAMES[name.lower()] for name in asked[-1])) if asked else None


def mentions_table(text: str) -> bool:
    """Return whether ``text`` may name a table: a quick test before a thorough one."""
    return _ANY_MENTION.search(text) is not None


def find_table(request: str) -> Table | None:
    """Return the table that a request names ('the sevens times table', 'multiplication').

    Args:
        request: Lower-case words.
    """
    if match := _TABLE.search(request):
        number = read_number(match["before"] or match["after"])
        if number and number[0].is_whole:
            return Table(int(number[0].amount))
    for word in request.split():
        if word in _PLURALS:
            return Table(_PLURALS[word])
    return Table(None) if _ANY_TABLE.search(request) else None


def _equation(left: int, right: int) -> str:
    return f"{say_count(left)} times {say_count(right)} is {say_count(left * right)}"
