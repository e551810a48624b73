"""There is a sentence for every failure, in every language we have words in."""

import pytest

from text.apologies import BY_LANGUAGE, ENGLISH, apologise


@pytest.mark.parametrize("code", ["stt_failed", "stt_timeout", "tutor_failed", "empty", "busy"])
def test_each_code_has_its_own_sentence(code: str) -> None:
    """The learner hears what went wrong."""
    assert apologise(code, "en-US") == ENGLISH[code.split("_")[0]]


def test_an_unknown_code_gets_a_sentence_too() -> None:
    """Never silence."""
    assert apologise("never_heard_of", "en-US")


def test_the_language_decides_and_english_stands_in() -> None:
    """A learner is apologised to in their language where we have it."""
    assert apologise("busy", "es-MX") == BY_LANGUAGE["es"]["busy"]
    assert apologise("busy", "tlh") == ENGLISH["busy"]


def test_all_languages_have_the_same_sentences() -> None:
    """A new sentence is missing nowhere."""
    assert all(sentences.keys() == ENGLISH.keys() for sentences in BY_LANGUAGE.values())
