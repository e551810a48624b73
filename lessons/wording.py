"""Makes what was said comparable: lower case, plain words, no polite edges."""

import re
import unicodedata

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list that is written as running text."""
    return frozenset(text.split())


_OPENINGS = word_set(
    """
    a ah alright and but can could er erm hello hey hi hmm just kindly let's like maybe now oh ok
    okay please so sorry teacher thanks the then tutor uh um well will would you
    """
)
_CLOSINGS = word_set("er erm hmm maybe now ok okay please sorry teacher thanks then tutor uh um")
"""Words that people put before and after a request and that do not change it."""

_QUESTION_OPENERS = word_set(
    """
    what what's whats why who who's whose when where which how how's is are was were do does did can
    could will would should tell explain describe teach show give talk define calculate quiz test
    """
)


def words(text: str) -> list[str]:
    """Return the words of ``text``, lower case, without accents and punctuation."""
    return _WORD.findall((text if text.isascii() else _strip_accents(text)).lower())


def request(text: str) -> str:
    """Return the words of a request without the polite ones around it."""
    kept = " ".join(words(text)).replace("thank you", "thanks").split()
    while len(kept) > 1 and kept[0] in _OPENINGS:
        del kept[0]
    while len(kept) > 1 and kept[-1] in _CLOSINGS:
        del kept[-1]
    return " ".join(kept)


def is_question(text: str) -> bool:
    """Return whether ``text`` begins as a question or a request, rather than as an answer."""
    first, *rest = request(text).split() or [""]
    return first in _QUESTION_OPENERS and not (first in {"is", "was"} and rest[:1] == ["it"])


def sentence(text: str) -> str:
    """Return ``text`` with a capital first letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def _strip_accents(text: str) -> str:
    spelled = unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return "".join(letter for letter in spelled if not unicodedata.combining(letter))
