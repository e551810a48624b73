"""Reads the tables of faults in ``BACKEND_SPEC.md``: what a row promises."""

import math
import re
from dataclasses import dataclass

from tests.google_emulator.behaviour import ServiceName
from tests.spec_tables import sections, tables

CHAPTER = "When an engine fails"

SERVICES: dict[str, ServiceName] = {"stt": "stt", "tutor": "llm", "voice": "tts"}
"""The stage a row's name begins with, and the service behind it."""

RETRIES: dict[str, tuple[float, float]] = {
    "no": (0, 0),
    "at most once": (0, 1),
    "once": (1, 1),
    "twice": (2, 2),
    "until it works": (1, math.inf),
    "until the deadline": (1, math.inf),
}
"""Least and most calls after the first one."""


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A row of the table.

    Args:
        name: Stable name; begins with the stage.
        gets: What the learner hears and sees, in the words that the page explains.
        code: The code of the one ``ERROR``, empty for none.
        retries: Least and most calls after the first one.
        causes: What the log may name as the cause of a failed call, none for no such line.
    """

    name: str
    gets: str
    code: str
    retries: tuple[float, float]
    causes: frozenset[str]

    @property
    def stage(self) -> str:
        """``stt``, ``tutor`` or ``voice``."""
        return self.name.partition("-")[0]

    @property
    def service(self) -> ServiceName:
        """The service that fails."""
        return SERVICES[self.stage]


def read_fault_rows() -> dict[str, FaultRow]:
    """Return the rows by their names."""
    rows = [_read(cells) for table in tables(sections(2)[CHAPTER]) for cells in table]
    return {row.name: row for row in rows if row.stage in SERVICES}


def _read(cells: list[str]) -> FaultRow:
    if len(cells) != 6:
        return FaultRow(cells[0], "", "", (0, 0), frozenset())
    name, _, gets, code, again, logged = cells
    causes = [cause.strip("` ") for cause in re.split(r",| or ", logged)]
    return FaultRow(
        name=name,
        gets=gets,
        code=_unless_none(code),
        retries=RETRIES[again],
        causes=frozenset(filter(None, map(_unless_none, causes))),
    )


def _unless_none(text: str) -> str:
    return "" if text == "none" else text
