"""Which of Google's voices speaks: a name that stays valid in whatever language comes next.

The voices of Chirp 3 HD have the same names in every language, so one that was asked for goes along
when the language changes. https://cloud.google.com/text-to-speech/docs/chirp3-hd
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from engines.google.languages import canonical_tag, voice_tag

DEFAULT_PERSONA = "Kore"

PERSONAS = (
    "Achernar", "Achird", "Algenib", "Algieba", "Alnilam", "Aoede", "Autonoe", "Callirrhoe",
    "Charon", "Despina", "Enceladus", "Erinome", "Fenrir", "Gacrux", "Iapetus", "Kore",
    "Laomedeia", "Leda", "Orus", "Puck", "Pulcherrima", "Rasalgethi", "Sadachbia", "Sadaltager",
    "Schedar", "Sulafat", "Umbriel", "Vindemiatrix", "Zephyr", "Zubenelgenubi",
)  # fmt: skip
"""The voices of Chirp 3 HD; each speaks every language below."""

CHIRP_TAGS = (
    "ar-XA", "bg-BG", "bn-IN", "cmn-CN", "cs-CZ", "da-DK", "de-DE", "el-GR", "en-AU", "en-GB",
    "en-IN", "en-US", "es-ES", "es-US", "et-EE", "fi-FI", "fr-CA", "fr-FR", "gu-IN", "he-IL",
    "hi-IN", "hr-HR", "hu-HU", "id-ID", "it-IT", "ja-JP", "kn-IN", "ko-KR", "lt-LT", "lv-LV",
    "ml-IN", "mr-IN", "nb-NO", "nl-BE", "nl-NL", "pl-PL", "pt-BR", "ro-RO", "ru-RU", "sk-SK",
    "sl-SI", "sr-RS", "sv-SE", "sw-KE", "ta-IN", "te-IN", "th-TH", "tr-TR", "uk-UA", "ur-IN",
    "vi-VN",
)  # fmt: skip
"""The languages of Chirp 3 HD, by the names the service has for them."""

NEAREST = {
    "de": "de-DE", "en": "en-US", "es": "es-US", "fr": "fr-FR", "it": "it-IT", "nl": "nl-NL",
}  # fmt: skip
"""Whose voices speak a variety of a language that has none of its own, such as ``es-MX``."""

NEAREST_ENGLISH = {"en-IE": "en-GB", "en-NZ": "en-AU", "en-ZA": "en-GB"}

FULL_NAME = re.compile(r"(?P<tag>[a-z]{2,3}-[A-Z]{2})-(?P<rest>[A-Za-z0-9-]+)")
CHIRP = "Chirp3-HD-"


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """A voice as the service is asked for it.

    Attributes:
        tag: The service's tag of the language.
        name: The voice's full name; empty leaves the choice to the service.
    """

    tag: str
    name: str

    @property
    def can_stream(self) -> bool:
        """Whether the voice takes sentences as they are written, and speaks at once."""
        return CHIRP in self.name


class VoiceTable:
    """The voices there are.

    Args:
        names: Full names the service listed; none if it was not asked.
        trusted: A full name that is believed without a list.
    """

    def __init__(self, names: Iterable[str] = (), trusted: str = ""):
        self._trusted = trusted
        listed = {name for name in names if FULL_NAME.fullmatch(name)}
        self.is_listed = bool(listed)
        """Whether the service told the names."""
        self._names = listed or {
            f"{tag}-{CHIRP}{persona}" for tag in CHIRP_TAGS for persona in PERSONAS
        }
        self._tags = {"-".join(name.split("-")[:2]) for name in self._names}
        personas = (name.partition(CHIRP)[2] for name in self._names)
        self._personas = {persona.lower(): persona for persona in personas if persona}

    def knows(self, wish: str) -> bool:
        """Return whether there is a voice of that name, in whatever language."""
        return wish.lower() in self._personas or self._is_full_name(wish)

    def choose(self, language: str, *wishes: str) -> VoiceChoice:
        """Return the voice for a language: the first wish that can be met in it.

        Args:
            language: A BCP 47 tag.
            wishes: Names of voices, with or without their language; the best first.
        """
        tag = self._tag(language)
        for wish in (*wishes, DEFAULT_PERSONA):
            if wish.startswith(f"{tag}-") and self._is_full_name(wish):
                return VoiceChoice(tag, wish)
            persona = self._personas.get(wish.rpartition(CHIRP)[2].lower(), "")
            if (name := f"{tag}-{CHIRP}{persona}") in self._names:
                return VoiceChoice(tag, name)
        return VoiceChoice(tag, "")

    def _tag(self, language: str) -> str:
        """Return the language to ask for: its own voices, or those of its nearest relative."""
        tag = voice_tag(language)
        if tag in self._tags:
            return tag
        return NEAREST_ENGLISH.get(tag) or NEAREST.get(tag.partition("-")[0], tag)

    def _is_full_name(self, wish: str) -> bool:
        """Return whether a voice has that full name, as far as can be told without a list."""
        is_trusted = not self.is_listed and wish == self._trusted
        return wish in self._names or (is_trusted and FULL_NAME.fullmatch(wish) is not None)


SERVED = tuple(canonical_tag({"ar-XA": "ar"}.get(tag, tag)) for tag in CHIRP_TAGS)
"""The languages of the table by their usual tags."""
