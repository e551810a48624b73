"""The English dictionary finds words however they are written, by their part of speech."""
# ruff: noqa: RUF001 - letters of IPA look like others

import pytest
from gruut_lang_en import get_lang_dir  # type: ignore[import-untyped]

from engines.dictionary import Dictionary

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    """Gruut's English dictionary."""
    return Dictionary(get_lang_dir() / "espeak" / "lexicon.db")


@pytest.mark.parametrize("word", ["hello", "Hello", "HELLO", "he-llo"])
def test_spelling_does_not_matter(dictionary: Dictionary, word: str) -> None:
    """Capitals and signs within a word do not hide it."""
    assert dictionary(word) == ["h", "ə", "l", "ˈo", "ʊ"]


def test_a_word_as_written_may_be_asked_for_alone(dictionary: Dictionary) -> None:
    """Gruut asks this way whether a spelling is a word in its own right."""
    assert dictionary("Hello", do_transforms=False) is None


def test_unknown_words_are_not_found(dictionary: Dictionary) -> None:
    """None tells gruut to guess."""
    assert dictionary("blorptastic") is None
    assert dictionary("") is None


@pytest.mark.parametrize(
    ("role", "phonemes"),
    [(None, "jˈuːs"), ("gruut:NN", "jˈuːs"), ("gruut:VB", "jˈuːz")],
)
def test_role_chooses_the_reading(dictionary: Dictionary, role: str | None, phonemes: str) -> None:
    """A part of speech without a reading of its own gets the usual one."""
    assert "".join(dictionary("use", role) or []) == phonemes


def test_pronunciations_of_our_own_come_first(dictionary: Dictionary) -> None:
    """What gruut lacks or has wrong is corrected."""
    assert dictionary("it") == ["ɪt"]
    assert dictionary("Hypotenuse") == ["haɪpˈɑːtənˌuːs"]
