"""What Google's services call a language."""

import pytest

from engines.google.languages import (
    RECOGNIZER_TAGS,
    REGIONS,
    SAME,
    VOICE_TAGS,
    canonical_tag,
    recognizer_tag,
    voice_tag,
)


@pytest.mark.parametrize(
    ("language", "tag"),
    [
        ("en-US", "en-US"),
        ("EN_us", "en-US"),
        ("de", "de-DE"),
        ("es-419", "es-419"),
        ("zh", "zh-CN"),
        ("cmn-hans-cn", "zh-CN"),
        ("zh-Hant-HK", "yue-HK"),
        ("iw-il", "he-IL"),
        ("no", "nb-NO"),
        ("pa-guru-in", "pa-IN"),
        ("de-DE-u-co-phonebk", "de-DE"),
        ("th-u-nu-thai", "th-TH"),
        ("en-x-lesson", "en-US"),
    ],
)
def test_a_language_has_one_tag_here(language: str, tag: str) -> None:
    """Whatever the case, the region left out, or another name of it."""
    assert canonical_tag(language) == tag


@pytest.mark.parametrize(
    ("language", "recognizer", "voice"),
    [
        ("en-US", "en-US", "en-US"),
        ("ja", "ja-JP", "ja-JP"),
        ("zh-CN", "cmn-Hans-CN", "cmn-CN"),
        ("zh-TW", "cmn-Hant-TW", "cmn-TW"),
        ("zh-HK", "yue-Hant-HK", "yue-HK"),
        ("nb-NO", "no-NO", "nb-NO"),
        ("he-IL", "iw-IL", "he-IL"),
        ("ar-EG", "ar-EG", "ar-XA"),
        ("ur", "ur-PK", "ur-IN"),
        ("pa", "pa-Guru-IN", "pa-IN"),
    ],
)
def test_each_service_gets_its_own_name(language: str, recognizer: str, voice: str) -> None:
    """Cloud Speech and Cloud Text-to-Speech differ where the tables say so."""
    assert (recognizer_tag(language), voice_tag(language)) == (recognizer, voice)


def test_what_a_service_answers_is_understood() -> None:
    """Its own names, in lower case as it answers, lead back to ours."""
    for tag, name in RECOGNIZER_TAGS.items():
        assert canonical_tag(name.lower()) == tag


def test_the_tables_name_a_language_by_its_one_tag() -> None:
    """An entry under another name would never be found."""
    for table in (RECOGNIZER_TAGS, VOICE_TAGS):
        assert all(canonical_tag(tag) == tag for tag in table)
    assert all(canonical_tag(tag) == tag for tag in (*REGIONS.values(), *SAME.values()))
