"""The voices of the emulated service."""

from dataclasses import dataclass

PERSONAS = ("Aoede", "Charon", "Fenrir", "Kore", "Leda", "Orus", "Puck", "Zephyr")
TAGS = (
    "ar-XA", "cmn-CN", "de-DE", "en-AU", "en-GB", "en-IN", "en-US", "es-ES", "es-US", "fr-CA",
    "fr-FR", "hi-IN", "it-IT", "ja-JP", "ko-KR", "nl-NL", "pl-PL", "pt-BR", "tr-TR",
)  # fmt: skip
OLDER = ("Neural2-C", "Standard-C", "Wavenet-C")
OTHER_TAGS = ("cmn-TW", "pt-PT")
"""Languages without voices that stream."""


@dataclass(frozen=True, slots=True)
class CataloguedVoice:
    """A voice of the service."""

    tag: str
    name: str

    @property
    def streams(self) -> bool:
        """Whether StreamingSynthesize takes it."""
        return "Chirp3-HD" in self.name


CATALOGUE = {
    voice.name: voice
    for voice in (
        *(CataloguedVoice(tag, f"{tag}-Chirp3-HD-{name}") for tag in TAGS for name in PERSONAS),
        *(CataloguedVoice(tag, f"{tag}-{name}") for tag in TAGS + OTHER_TAGS for name in OLDER),
    )
}


def find_voice(tag: str, name: str) -> CataloguedVoice:
    """Return the voice of a request; without a name the first of the language.

    Raises:
        ValueError: There is none, or not in that language; says so as the service does.
    """
    if not name:
        for voice in CATALOGUE.values():
            if voice.tag == tag and not voice.streams:
                return voice
        raise ValueError(f"No voices found for language code '{tag}'.")
    if name not in CATALOGUE:
        raise ValueError(f"Voice '{name}' does not exist. Is it misspelled?")
    voice = CATALOGUE[name]
    if voice.tag.lower() != tag.lower():
        raise ValueError(
            f"Requested language code '{tag}' doesn't match the voice '{name}''s language code "
            f"'{voice.tag}'. Either specify a different voice, or specify a different language."
        )
    return voice
