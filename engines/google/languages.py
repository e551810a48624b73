"""The name each Google service has for a language.

The services' lists agree with BCP 47 and with each other except where the tables say so:
https://cloud.google.com/speech-to-text/docs/speech-to-text-supported-languages and
https://cloud.google.com/text-to-speech/docs/chirp3-hd
"""

import re
from collections.abc import Mapping

REGIONS: Mapping[str, str] = {
    "ar": "ar-EG", "bg": "bg-BG", "bn": "bn-IN", "cs": "cs-CZ", "da": "da-DK", "de": "de-DE",
    "el": "el-GR", "en": "en-US", "es": "es-ES", "et": "et-EE", "fi": "fi-FI", "fil": "fil-PH",
    "fr": "fr-FR", "gu": "gu-IN", "he": "he-IL", "hi": "hi-IN", "hr": "hr-HR", "hu": "hu-HU",
    "id": "id-ID", "it": "it-IT", "iw": "he-IL", "ja": "ja-JP", "kn": "kn-IN", "ko": "ko-KR",
    "lt": "lt-LT", "lv": "lv-LV", "ml": "ml-IN", "mr": "mr-IN", "nb": "nb-NO", "nl": "nl-NL",
    "no": "nb-NO", "pa": "pa-IN", "pl": "pl-PL", "pt": "pt-BR", "ro": "ro-RO", "ru": "ru-RU",
    "sk": "sk-SK", "sl": "sl-SI", "sr": "sr-RS", "sv": "sv-SE", "sw": "sw-KE", "ta": "ta-IN",
    "te": "te-IN", "th": "th-TH", "tl": "fil-PH", "tr": "tr-TR", "uk": "uk-UA", "ur": "ur-PK",
    "vi": "vi-VN", "yue": "yue-HK", "zh": "zh-CN",
}  # fmt: skip
"""The region meant by a language alone; the services want one."""

SAME: Mapping[str, str] = {
    "cmn-CN": "zh-CN",
    "cmn-Hans-CN": "zh-CN",
    "cmn-Hant-TW": "zh-TW",
    "cmn-TW": "zh-TW",
    "iw-IL": "he-IL",
    "no-NO": "nb-NO",
    "pa-Guru-IN": "pa-IN",
    "tl-PH": "fil-PH",
    "yue-Hant-HK": "yue-HK",
    "zh-HK": "yue-HK",
    "zh-Hans": "zh-CN",
    "zh-Hans-CN": "zh-CN",
    "zh-Hant": "zh-TW",
    "zh-Hant-HK": "yue-HK",
    "zh-Hant-TW": "zh-TW",
}
"""Other names of a language, and the one used here."""

RECOGNIZER_TAGS: Mapping[str, str] = {
    "he-IL": "iw-IL",
    "nb-NO": "no-NO",
    "pa-IN": "pa-Guru-IN",
    "yue-HK": "yue-Hant-HK",
    "zh-CN": "cmn-Hans-CN",
    "zh-TW": "cmn-Hant-TW",
}
"""Where Cloud Speech has a name of its own."""

VOICE_TAGS: Mapping[str, str] = {
    "ur-PK": "ur-IN",
    "zh-CN": "cmn-CN",
    "zh-TW": "cmn-TW",
}
"""Where Cloud Text-to-Speech has a name of its own; its one Arabic is ``ar-XA``."""


EXTENSIONS = re.compile(r"-[a-zA-Z0-9]-.*")
"""What follows a single letter: how to sort or count, for example ``-u-nu-thai``."""


def canonical_tag(language: str) -> str:
    """Return the tag used here for a language: cased as in BCP 47, with a region, no extension.

    Args:
        language: A BCP 47 tag in any case, with or without a region: ``"en"``, ``"EN_us"``.
    """
    first, *others = EXTENSIONS.sub("", language.replace("_", "-")).split("-")
    tag = "-".join([first.lower(), *map(_cased, others)])
    tag = REGIONS.get(tag, tag)
    return SAME.get(tag, tag)


def recognizer_tag(language: str) -> str:
    """Return what Cloud Speech calls a language."""
    tag = canonical_tag(language)
    return RECOGNIZER_TAGS.get(tag, tag)


def voice_tag(language: str) -> str:
    """Return what Cloud Text-to-Speech calls a language."""
    tag = canonical_tag(language)
    return "ar-XA" if tag.startswith("ar-") else VOICE_TAGS.get(tag, tag)


def _cased(subtag: str) -> str:
    return subtag.title() if len(subtag) == len("Hans") else subtag.upper()
