"""What tutors that are language models are told."""

import pytest

from engines.tutoring.prompt import BROKE_IN, NOTHING_SAID, instruct


@pytest.mark.parametrize("language", ["en-US", "de-DE", "zh-CN"])
def test_the_language_is_told(language: str) -> None:
    """The tutor speaks the learner's."""
    assert f"the language with the tag {language}" in instruct(language)


@pytest.mark.parametrize("note", [BROKE_IN, NOTHING_SAID])
def test_the_notes_in_the_history_are_explained(note: str) -> None:
    """Whatever stands in brackets in the history means something to the model."""
    assert f'"{note}"' in instruct("en-US")


def test_all_but_the_last_line_is_the_same_for_everyone() -> None:
    """So that a service can cache it."""
    *english, last = instruct("en-US").splitlines()
    *german, other = instruct("de-DE").splitlines()
    assert english == german
    assert last != other
