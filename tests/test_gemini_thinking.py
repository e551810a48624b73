"""The thinking of each family of Gemini models: the least it accepts, and never what it refuses."""

from typing import Any, get_args

import pytest

from engines.google.gemini.thinking import configure_thinking, limit_tokens
from settings import Settings, Thinking
from tests.google_emulator.gemini_rules import check_request
from tests.google_emulator.gemini_tables import MODELS

LOWEST: dict[str, dict[str, Any] | None] = {
    "gemini-2.5-flash": {"thinking_budget": 0},
    "gemini-2.5-flash-lite": {"thinking_budget": 0},
    "gemini-2.5-pro": {"thinking_budget": 128},
    "gemini-3-flash": {"thinking_level": "minimal"},
    "gemini-3-pro": {"thinking_level": "low"},
    "gemini-3.1-flash-lite": {"thinking_level": "minimal"},
    "gemini-3.1-pro": {"thinking_level": "low"},
    "gemini-3.5-flash": {"thinking_level": "minimal"},
    "gemini-3.5-flash-lite": {"thinking_level": "minimal"},
    "gemini-3.6-flash": {"thinking_level": "minimal"},
    "gemini-3.7-flash": {"thinking_level": "low"},
    "gemini-3.8-flash": {"thinking_level": "low"},
    "gemini-4-argon": {"thinking_level": "low"},
    "gemini-2.0-flash": None,
    "gemini-flash-latest": {"thinking_level": "low"},
    "gemini-flash-lite-latest": {"thinking_level": "low"},
    "gemma-3-27b-it": None,
}


@pytest.mark.parametrize("model", LOWEST)
def test_the_lowest_is_what_the_family_accepts(model: str) -> None:
    """Each family has its own least; a model of none is left to itself."""
    assert configure_thinking(model, "lowest") == LOWEST[model]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("thinking", get_args(Thinking))
def test_no_model_refuses_any_setting(model: str, thinking: Thinking) -> None:
    """Whatever is set, each model is sent something it takes."""
    config = configure_thinking(model, thinking)
    assert config is not None
    if "thinking_level" in config:
        config["thinking_level"] = str(config["thinking_level"]).upper()
    content = {"role": "user", "parts": [{"text": "Hello"}]}
    check_request(model, {"contents": [content], "generation_config": {"thinking_config": config}})


@pytest.mark.parametrize(
    ("model", "thinking", "expected"),
    [
        ("gemini-3.5-flash-lite", "high", {"thinking_level": "high"}),
        ("gemini-3.8-flash", "minimal", {"thinking_level": "low"}),
        ("gemini-3-pro", "medium", {"thinking_level": "high"}),
        ("gemini-2.5-flash", "medium", {"thinking_budget": 8_192}),
        ("gemini-2.5-flash", "off", {"thinking_budget": 0}),
        ("gemini-3.6-flash", "off", {"thinking_level": "minimal"}),
    ],
)
def test_more_thinking_is_raised_to_what_fits(
    model: str, thinking: Thinking, expected: dict[str, Any]
) -> None:
    """A level the family does not have becomes its next higher one, or a budget."""
    assert configure_thinking(model, thinking) == expected


@pytest.mark.parametrize(
    ("model", "thinking", "budget"),
    [
        ("gemini-2.5-flash", "minimal", 512),
        ("gemini-2.5-flash", "low", 1_024),
        ("gemini-2.5-flash", "medium", 8_192),
        ("gemini-2.5-flash", "high", 24_576),
        ("gemini-2.5-pro", "off", 128),
    ],
)
def test_a_budget_is_added_to_the_limit_of_the_answer(
    model: str, thinking: Thinking, budget: int
) -> None:
    """The service counts thoughts as output, and an answer needs tokens of its own."""
    config = configure_thinking(model, thinking)
    assert config == {"thinking_budget": budget}
    assert limit_tokens(2_048, config) == 2_048 + budget
    assert limit_tokens(65_536, config) == 65_536


@pytest.mark.parametrize("path", ["models/", "publishers/google/models/"])
def test_a_path_before_the_name_changes_nothing(path: str) -> None:
    """A model may be named with its path."""
    assert configure_thinking(f"{path}gemini-3.8-flash", "lowest") == {"thinking_level": "low"}


def test_the_default_model_thinks_minimally() -> None:
    """What is set by default is the quickest to begin."""
    settings = Settings()
    config = configure_thinking(settings.gemini_model, settings.gemini_thinking)
    assert config == {"thinking_level": "minimal"}
