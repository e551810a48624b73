"""There is a sentence for every failure, in every language we have words in."""

import re

import pytest

from text.apologies import BY_LANGUAGE, ENGLISH, SAME_AS, apologise

LANGUAGES = ("en", "es", "fr", "de", "pt", "hi", "ja", "ko", "zh")


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("stt_failed", "stt"),
        ("stt_timeout", "stt"),
        ("tutor_failed", "tutor"),
        ("tutor_timeout", "tutor"),
        ("tutor_blocked", "tutor_blocked"),
        ("tutor_cut_short", "tutor_cut_short"),
        ("tutor_empty", "empty"),
        ("empty", "empty"),
        ("busy", "busy"),
        ("stt_quota", "quota"),
        ("tutor_quota", "quota"),
        ("stt_unauthorized", "setup"),
        ("tutor_unauthorized", "setup"),
        ("stt_rejected", "setup"),
        ("tutor_rejected", "setup"),
    ],
)
def test_the_code_decides_what_is_said(code: str, key: str) -> None:
    """The sentence is the code's own where it has one, and else that of its stage."""
    assert apologise(code, "en-US") == ENGLISH[key]


def test_an_unknown_code_gets_a_sentence_too() -> None:
    """Never silence."""
    assert apologise("never_heard_of", "en-US") == ENGLISH["tutor"]


def test_nobody_is_asked_to_repeat_what_cannot_work() -> None:
    """A wrong key is not mended by asking again."""
    assert "again" not in apologise("tutor_unauthorized", "en-US")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_learner_is_apologised_to_in_their_language(language: str) -> None:
    """Whatever the region, and however the tag is written."""
    for tag in (language, f"{language}-XX", language.upper()):
        assert apologise("busy", tag) == BY_LANGUAGE[language]["busy"]


def test_english_stands_in() -> None:
    """A language we have no words in gets English."""
    assert apologise("busy", "tlh") == ENGLISH["busy"]


def test_all_languages_have_the_same_sentences() -> None:
    """A new sentence is missing nowhere, and none is a copy of another language's."""
    assert set(BY_LANGUAGE) == set(LANGUAGES)
    assert all(sentences.keys() == ENGLISH.keys() for sentences in BY_LANGUAGE.values())
    said = [sentence for sentences in BY_LANGUAGE.values() for sentence in sentences.values()]
    assert len(set(said)) == len(said)
    assert set(SAME_AS.values()) <= ENGLISH.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_apologies_are_short(language: str) -> None:
    """Two sentences at most, each with its end."""
    for words in BY_LANGUAGE[language].values():
        assert 1 <= len(re.findall("[.।。]", words)) <= 2
        assert words[-1] in ".।。"
