"""Recorded speech of people, for tests and benches. ``recordings/SOURCES.md`` names the sources."""

import wave
from dataclasses import dataclass
from pathlib import Path

from engine_api import INPUT_RATE

FOLDER = Path(__file__).with_name("recordings")

REFERENCES = {
    "austen_amiable": "he might even have been made amiable himself",
    "austen_leisure": (
        "and Mr. John Dashwood had then leisure to consider how much there might be prudently in "
        "his power to do for them"
    ),
    "austen_respectable": (
        "had he married a more amiable woman he might have been made still more respectable than "
        "he was"
    ),
    "austen_selfish": "unless to be rather cold hearted and rather selfish is to be ill disposed",
    "austen_young_man": "he was not an ill disposed young man",
    "cards": "eight of spades, four of clubs, seven of hearts",
    "digits": "two nine three four zero",
    "go_forward": "go forward ten meters",
    "go_somewhere": "go somewhere and do something",
    "kennedy_ask": "ask what you can do for your country",
    "kennedy_country": (
        "and so, my fellow Americans, ask not what your country can do for you, ask what you can "
        "do for your country"
    ),
    "sonnet_famine": "making a famine where abundance lies",
    "sonnet_ornament": (
        "thou that art now the world's fresh ornament, and only herald to the gaudy spring"
    ),
    "sonnet_pity": "pity the world, or else this glutton be",
    "sonnet_rose": (
        "from fairest creatures we desire increase, that thereby beauty's rose might never die"
    ),
}
"""What is said in each recording."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A person saying something: PCM16 little-endian, 16 kHz, mono."""

    name: str
    pcm: bytes
    reference: str

    @property
    def speaker(self) -> str:
        """Who speaks, as the beginning of the file names; the same speaker, the same word."""
        return self.name.split("_")[0]

    @property
    def seconds(self) -> float:
        """Length of the recording."""
        return len(self.pcm) / 2 / INPUT_RATE


def load_recordings() -> list[Recording]:
    """Return all recordings, 2 to 11 seconds each, ordered by name."""
    return [load_recording(name) for name in sorted(REFERENCES)]


def load_recording(name: str) -> Recording:
    """Return one recording.

    Raises:
        KeyError: There is none of this name.
    """
    reference = REFERENCES[name]
    with wave.open(str(FOLDER / f"{name}.wav")) as file:
        return Recording(name, file.readframes(file.getnframes()), reference)
