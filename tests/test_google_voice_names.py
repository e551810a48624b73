"""A voice's name stays valid in every language, and is checked against what the service lists."""

import pytest

from engines.google.languages import voice_tag
from engines.google.speaking.voice_names import (
    CHIRP_TAGS,
    PERSONAS,
    SERVED,
    VoiceChoice,
    VoiceTable,
)

LISTED = (
    "en-US-Chirp3-HD-Kore",
    "de-DE-Chirp3-HD-Kore",
    "de-DE-Chirp3-HD-Puck",
    "de-DE-Neural2-G",
    "cmn-TW-Wavenet-A",
    "Kore",
)


@pytest.mark.parametrize(
    ("language", "wish", "name"),
    [
        ("en-US", "Puck", "en-US-Chirp3-HD-Puck"),
        ("de-DE", "puck", "de-DE-Chirp3-HD-Puck"),
        ("zh-CN", "Kore", "cmn-CN-Chirp3-HD-Kore"),
        ("ar-EG", "Kore", "ar-XA-Chirp3-HD-Kore"),
        ("es-MX", "Kore", "es-US-Chirp3-HD-Kore"),
        ("en-NZ", "Kore", "en-AU-Chirp3-HD-Kore"),
        ("fr", "Kore", "fr-FR-Chirp3-HD-Kore"),
        ("fr-FR", "en-US-Chirp3-HD-Leda", "fr-FR-Chirp3-HD-Leda"),
        ("en-US", "en-US-Neural2-C", "en-US-Chirp3-HD-Kore"),
        ("en-US", "en-US-Wavenet-F", "en-US-Wavenet-F"),
        ("de-DE", "en-US-Neural2-C", "de-DE-Chirp3-HD-Kore"),
        ("de-DE", "Piper joe", "de-DE-Chirp3-HD-Kore"),
        ("de-DE", "", "de-DE-Chirp3-HD-Kore"),
        ("pt-PT", "Kore", ""),
        ("zh-TW", "Kore", ""),
    ],
)
def test_name_goes_along_with_the_language(language: str, wish: str, name: str) -> None:
    """The same voice where it speaks the language, else the default, else the service's choice."""
    assert VoiceTable(trusted="en-US-Wavenet-F").choose(language, wish).name == name


def test_first_wish_that_can_be_met_wins() -> None:
    """What a learner asks for goes before the setting; what is no voice is passed over."""
    table = VoiceTable()
    assert table.choose("de-DE", "Leda", "Puck").name == "de-DE-Chirp3-HD-Leda"
    assert table.choose("de-DE", "nobody", "Puck").name == "de-DE-Chirp3-HD-Puck"


@pytest.mark.parametrize("language", SERVED)
def test_every_served_language_has_every_persona(language: str) -> None:
    """Each voice can stream in each language that is offered."""
    table = VoiceTable()
    for persona in PERSONAS:
        choice = table.choose(language, persona)
        assert choice == VoiceChoice(choice.tag, f"{choice.tag}-Chirp3-HD-{persona}")
        assert choice.can_stream


def test_languages_are_offered_by_their_usual_tags() -> None:
    """One tag for each of the service's, in the form the rest of the service uses."""
    assert [voice_tag(language) for language in SERVED] == list(CHIRP_TAGS)
    assert {"zh-CN", "de-DE", "en-US"} <= set(SERVED)


def test_only_chirp_voices_stream() -> None:
    """The others take a request for each sentence."""
    assert not VoiceChoice("en-US", "en-US-Neural2-C").can_stream
    assert not VoiceChoice("pt-PT", "").can_stream


def test_list_of_the_service_is_believed() -> None:
    """A voice it does not list is not asked for."""
    table = VoiceTable(LISTED)
    assert table.choose("de-DE", "Leda").name == "de-DE-Chirp3-HD-Kore"
    assert table.choose("de-DE", "de-DE-Neural2-X", "Puck").name == "de-DE-Chirp3-HD-Puck"
    assert table.choose("de-DE", "de-DE-Neural2-G").name == "de-DE-Neural2-G"
    assert table.choose("zh-TW", "cmn-TW-Wavenet-A").name == "cmn-TW-Wavenet-A"


def test_table_knows_names_in_every_form() -> None:
    """With a list only what is listed, without one also the name that is trusted."""
    assert VoiceTable().knows("achernar")
    assert VoiceTable(trusted="xx-XX-Future9-A").knows("xx-XX-Future9-A")
    assert not VoiceTable().knows("xx-XX-Future9-A")
    assert not VoiceTable(LISTED, trusted="xx-XX-Future9-A").knows("xx-XX-Future9-A")
    assert not VoiceTable().knows("Nobody")
    assert VoiceTable(LISTED).knows("Puck")
    assert not VoiceTable(LISTED).knows("Leda")
    assert not VoiceTable(LISTED).knows("en-US-Neural2-C")
