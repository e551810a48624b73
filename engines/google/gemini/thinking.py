"""How much a Gemini model is asked to think before it answers; each family takes it differently."""

import re
from dataclasses import dataclass

from settings import Thinking

LEVELS = ("minimal", "low", "medium", "high")

BUDGETS = {"minimal": 512, "low": 1_024, "medium": 8_192, "high": 24_576}
"""Tokens that stand for a level where a model takes a budget in place of levels."""

MOST_OUTPUT_TOKENS = 65_536
"""More is refused, whatever the model."""

NO_TEMPERATURE = re.compile(r"gemini-3\.5-flash-lite")
"""Models that take none but their own."""

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
    # What these stand for changes; every Flash since 3 takes these levels.
    Family(r"gemini-flash(-lite)?-latest", ("low", "medium", "high")),
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
    name = _bare(model)
    family = next((family for family in FAMILIES if re.match(family.names, name)), None)
    return family.configure(thinking) if family else None


def limit_tokens(spoken: int, thinking: ThinkingConfig | None) -> int:
    """Return the limit of tokens for the wire, which counts those of a budget for thinking too.

    Args:
        spoken: The limit of the settings.
        thinking: What the model is sent about thinking.
    """
    budget = (thinking or {}).get("thinking_budget", 0)
    assert isinstance(budget, int)
    return min(spoken + budget, MOST_OUTPUT_TOKENS)


def takes_temperature(model: str) -> bool:
    """Return whether a model may be sent a temperature."""
    return not NO_TEMPERATURE.match(_bare(model))


def _bare(model: str) -> str:
    """Return a model's name without its path."""
    return model.rpartition("/")[2]
