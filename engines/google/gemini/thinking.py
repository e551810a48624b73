"""How much a Gemini model is asked to think before it answers; each family takes it differently."""

import re
from dataclasses import dataclass

from settings import Thinking

LEVELS = ("minimal", "low", "medium", "high")

BUDGETS = {"minimal": 512, "low": 1_024, "medium": 8_192, "high": 24_576}
"""Tokens that stand for a level where a model takes a budget in place of levels."""

ThinkingConfig = dict[str, object]


@dataclass(frozen=True, slots=True)
class Family:
    """Models that accept the same.

    Args:
        names: Pattern of the models' names.
        levels: Accepted levels, lowest first; empty where the model takes a budget.
        lowest_budget: Fewest tokens of thinking it accepts; 0 turns thinking off.
    """

    names: str
    levels: tuple[str, ...] = ()
    lowest_budget: int = 0

    def configure(self, thinking: Thinking) -> ThinkingConfig:
        """Return the setting for the wire, raised to the least that the family accepts."""
        if not self.levels:
            budget = BUDGETS.get(thinking, self.lowest_budget)
            return {"thinking_budget": max(budget, self.lowest_budget)}
        wanted = LEVELS.index(thinking) if thinking in LEVELS else 0
        fitting = (level for level in self.levels if LEVELS.index(level) >= wanted)
        return {"thinking_level": next(fitting)}


FAMILIES = (
    Family(r"gemini-2\.5-pro", lowest_budget=128),
    Family(r"gemini-2\.5-"),
    Family(r"gemini-3(\.\d+)?-flash-lite", LEVELS),
    Family(r"gemini-3(\.[0-6])?-flash", LEVELS),
    Family(r"gemini-3\.\d+-flash", ("low", "medium", "high")),
    Family(r"gemini-3-pro", ("low", "high")),
    Family(r"gemini-[34](\.\d+)?-", ("low", "medium", "high")),
)
"""The families, of which the first that fits counts.

Source: ai.google.dev/gemini-api/docs/thinking; 3.7 and 3.8 Flash refuse ``minimal``, and 2.5
refuses levels, with status 400.
"""


def configure_thinking(model: str, thinking: Thinking) -> ThinkingConfig | None:
    """Return the ``thinking_config`` for a model, ``None`` for one of no known family.

    Args:
        model: Name of the model, with or without its path.
        thinking: How much to think; ``lowest`` and ``off`` are the least the family accepts.
    """
    name = model.rpartition("/")[2]
    family = next((family for family in FAMILIES if re.match(family.names, name)), None)
    return family.configure(thinking) if family else None
