"""English text to phonemes, by gruut's dictionary and rules.

The phonemes are those of espeak, which Piper voices were trained on, but they come from gruut's
own tables under the MIT licence.
"""

import logging
import textwrap
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import TYPE_CHECKING

from engines.dictionary import Dictionary
from engines.pronunciations import NEAREST_TAG
from engines.spoken_forms import spell_out

if TYPE_CHECKING:
    from gruut.const import Word
    from gruut.text_processor import TextProcessor

MAX_TEXT = 400
"""Characters looked up at a time; longer text is cut at a space, which bounds time and memory."""

LONG_PHRASE = 120
"""Phonemes, about 7 s of speech, after which a phrase ends at the next comma."""

LONGEST_PHRASE = 240
"""Phonemes after which a phrase ends at the next word, so that the work of one is bounded."""

LANGUAGE = "en-us"

_LOGGER = logging.getLogger(__name__)


class Phonemizer:
    """Turns text into phonemes. May be called from several threads."""

    def __init__(self, processor: "TextProcessor"):
        self._processor = processor
        self._lock = Lock()  # the taggers of gruut keep the sentence they work on in themselves

    def phrases(self, text: str) -> Iterator[str]:
        """Yield the phrases of ``text``, each a string of IPA with spaces and punctuation.

        Text with nothing to say in it (punctuation, another script) gives no phrase.
        """
        parts = textwrap.wrap(spell_out(text), MAX_TEXT)
        for phrase in _group(word for part in parts for word in self._look_up(part)):
            if any(map(str.isalpha, phrase)):
                yield phrase

    def _look_up(self, text: str) -> "list[Word]":
        with self._lock:
            try:
                graph, root = self._processor(text)
                return [w for sentence in self._processor.sentences(graph, root) for w in sentence]
            except Exception as error:  # a voice passes over what it cannot read
                _LOGGER.warning("text left out: gruut raised %s", type(error).__name__)
                return []


def load_phonemizer() -> Phonemizer:
    """Load gruut's English tables. Blocks for about a second.

    Raises:
        ImportError: gruut or its English tables are not installed.
    """
    from gruut.lang import get_settings
    from gruut.pos import PartOfSpeechTagger
    from gruut.text_processor import TextProcessor
    from gruut_lang_en import get_lang_dir  # type: ignore[import-untyped]

    # Its own loggers quote the text they stumble over.
    logging.getLogger("gruut").setLevel(logging.CRITICAL + 1)
    folder = get_lang_dir()
    tagger = PartOfSpeechTagger(folder / "pos" / "model.crf")
    settings = get_settings(
        LANGUAGE,
        lang_dir=folder,
        model_prefix="espeak",
        lookup_phonemes=Dictionary(folder / "espeak" / "lexicon.db"),
        get_parts_of_speech=lambda words: [NEAREST_TAG.get(tag, tag) for tag in tagger(words)],
    )
    return Phonemizer(TextProcessor(default_lang=LANGUAGE, settings={LANGUAGE: settings}))


def _group(words: "Iterable[Word]") -> Iterator[str]:
    """Cut after each sentence, and where a phrase gets long."""
    phrase = ""
    for word in words:
        phrase += _write(word, first=not phrase)
        if (
            word.is_major_break
            or (word.is_minor_break and len(phrase) > LONG_PHRASE)
            or len(phrase) > LONGEST_PHRASE
        ):
            yield phrase
            phrase = ""
    yield phrase


def _write(word: "Word", *, first: bool) -> str:
    if word.is_break:
        return word.text[:1]  # the voice knows "?" but not "?!" or "..."
    if not word.phonemes:
        return ""
    return ("" if first else " ") + "".join(word.phonemes)
