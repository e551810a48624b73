"""Recites a times table as a subject."""

from lessons.subject import Subject
from lessons.sums.numbers import say_count
from lessons.times_tables import LARGEST, SMALLEST, Fact, find_table, mentions_table
from lessons.wording import request, sentence

_ASKED = ("what", "tell", "recite", "say", "explain", "teach", "list", "count", "show", "how")
_LONGEST_REQUEST = 9
"""Words of a request; a longer one that mentions a times table asks for something else."""


def find_recital(text: str) -> Subject | None:
    """Return the times table that ``text`` asks to hear, or None."""
    if not mentions_table(text):
        return None
    asked = request(text)
    table = find_table(asked)
    if table is None or table.number is None or not SMALLEST <= table.number <= LARGEST:
        return None
    if not asked.startswith(_ASKED) or len(asked.split()) > _LONGEST_REQUEST:
        return None
    number = say_count(table.number)
    facts = [sentence(Fact(table.number, factor).statement) for factor in range(1, LARGEST + 1)]
    return Subject(
        title=table.name,
        explanation=" ".join(facts),
        simpler=f"Begin with {number} and add {number} each time. {' '.join(facts[:5])}",
        why=f"Each line is one more group of {number} than the line before.",
        example=f"{facts[1]} {facts[2]} That is {number} more.",
    )
