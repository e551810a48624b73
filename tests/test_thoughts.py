"""Thoughts within an answer: never spoken, however the answer is cut into deltas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.tutoring.thoughts import ThoughtFilter

ANSWERS = {
    "Plain words.": "Plain words.",
    "<think>Hm.</think>Two.": "Two.",
    "<think>\n\n</think>\n\nTwo.": "\n\nTwo.",
    "One. <think>Hm.</think>Two. <think>Ah.</think>Three.": "One. Two. Three.",
    "<think>Is 1 < 2? <thin </thin": "",
    "Two.</think>": "Two.",
    "1 < 2, <b>bold</b> and <thin": "1 < 2, <b>bold</b> and <thin",
    "<<think>Hm.</think>": "<",
}


def speak(*deltas: str) -> str:
    """Return what is spoken of an answer that comes in these deltas."""
    thoughts = ThoughtFilter()
    return "".join([*map(thoughts.feed, deltas), thoughts.flush()])


@pytest.mark.parametrize(("answer", "spoken"), ANSWERS.items())
def test_only_the_answer_is_spoken(answer: str, spoken: str) -> None:
    """What stands between the marks is left out, marks included."""
    assert speak(answer) == spoken
    assert speak(*answer) == spoken


@given(st.lists(st.sampled_from(["<think>", "</think>", "<", "</", "think>", "a", "<th"])))
def test_the_deltas_make_no_difference(parts: list[str]) -> None:
    """Character by character or at once, the same is spoken."""
    answer = "".join(parts)
    assert speak(*parts) == speak(answer) == speak(*answer)


def test_words_are_not_held_back_longer_than_needed() -> None:
    """A delta that cannot begin a mark is spoken at once."""
    thoughts = ThoughtFilter()
    assert thoughts.feed("1 <") == "1 "
    assert thoughts.feed(" 2.") == "< 2."
