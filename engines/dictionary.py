"""The English dictionary of gruut in memory: what a spelling sounds like."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from engines.pronunciations import VERB, VERBS, WORDS

NOT_OF_A_WORD = re.compile(r"\W")

# In this order a word's first pronunciation is the last one read, and stays.
QUERY = "SELECT word, role, phonemes FROM word_phonemes ORDER BY pron_order DESC"


class Dictionary:
    """Looks words up, for gruut. May be called from several threads.

    The look-up that comes with gruut reads a file without an index, which takes 10 ms a word, and
    remembers every word for good. This one takes a microsecond and always the same memory.

    Args:
        path: The SQLite file of gruut's language package.
    """

    def __init__(self, path: Path):
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
            rows = [*file.execute(QUERY)]
        self._usual: dict[str, str] = {word: phonemes for word, role, phonemes in rows if not role}
        self._usual |= WORDS
        self._by_role: dict[tuple[str, str | None], str] = {
            (word, role): phonemes for word, role, phonemes in rows if role
        }
        self._by_role |= {(word, VERB): phonemes for word, phonemes in VERBS.items()}

    def __call__(
        self, word: str, role: str | None = None, do_transforms: bool = True
    ) -> list[str] | None:
        """Return the phonemes of a word, or None if it is not in the dictionary.

        Args:
            word: As it stands in the text.
            role: Its part of speech, such as ``gruut:VB``, for words with several readings.
            do_transforms: Whether to try other spellings: lower case, without apostrophes.
        """
        for spelling in _spellings(word) if do_transforms else [word]:
            found = self._by_role.get((spelling, role)) or self._usual.get(spelling)
            if found:
                return found.split()
        return None


def _spellings(word: str) -> list[str]:
    bare = NOT_OF_A_WORD.sub("", word)
    return [word, word.lower(), bare, bare.lower()]
