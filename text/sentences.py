"""Cuts a text that is still being written into the sentences a voice speaks.

A sentence leaves as soon as its end is certain. After ``?``, ``!``, the marks of other scripts and
an ordinary word with a full stop that is at once; else the next character or word is awaited, for
the full stop may belong to a number, an address or an abbreviation. So a tutor that writes word by
word is delayed by one word at most, and seldom.

What is cut does not depend on how the text came in pieces, as long as none ends within a run such
as ``?!`` or behind the full stop of ``example.com``; there a sentence may be cut too soon. Nothing
is ever lost but white space.
"""

# ruff: noqa: RUF001, SIM905  # the marks of other scripts are meant; tables of words read as words

import re
from collections.abc import Callable
from typing import Literal

MAX_CHARS = 300
"""Longest piece; half a minute of speech is too much to wait for and to throw away."""

LOOKAHEAD_CHARS = 20
"""Text beyond the longest piece that is looked at before a sentence is cut by force."""

MIN_CLAUSE_CHARS = 20
"""Shortest clause that may open a reply; a shorter one would end before the next is spoken."""

_TITLES = frozenset(
    "dr mr mrs ms mx prof rev hon st mt gen col capt lt sgt sen rep gov pres messrs sra dra hr fr "
    "vs cf viz ca approx dept est e.g i.e z.b d.h p.ex".split()
)
"""Abbreviations that something always follows."""

_BEFORE_NUMBERS = frozenset(
    "no nos nr fig figs p pp vol vols ch chap eq eqs sec art ex ver jan feb aug sept oct nov dec "
    "tel".split()
)
"""Abbreviations when a number follows; else words, such as the answer "No."."""

_MAY_END = frozenset(
    "etc al inc ltd co corp jr sr bros min max avg usw bzw ph.d m.d b.c a.d".split()
)
"""Abbreviations that may end a sentence: the next letter tells."""

ORDINARY_CHARS = 4
"""Shortest word that is never an abbreviation, unless it is listed as one."""

_OPENING = "“«([{「『（【《〈"
_CLOSING = "”»)]}」』）】》〉"
_AROUND_WORDS = _OPENING + _CLOSING + "\"*'’_#>-"
_OPERATORS = "=+-*/^<>×÷·,;"

_STOPS = ".!?…。！？｡।॥"
_MARK = re.compile(
    rf"\n|(?P<stops>[{_STOPS}]+)(?P<closers>[{re.escape(_CLOSING)}\"'’*_]*)|[,;:—–，、；：]"
)
_EMPHASIS = re.compile(r"\*+")
_DOTS = re.compile(r"\.+|…+")
_CUT = re.compile(r"[,;:—–](?=\s)|[，、；：]")
_WORDS = re.compile(r"\w+(?:\.\w+)*")
_VISIBLE = re.compile(r"\n|[^\W_]")

Verdict = Literal["end", "no end", "wait"]


class SentenceSplitter:
    """Splits one reply. Its first piece may be a clause, so that the voice can begin sooner."""

    def __init__(self) -> None:
        self._text = ""
        self._first = True

    def feed(self, delta: str) -> list[str]:
        """Take in the next piece of text and return the sentences that have ended."""
        self._text += delta
        return self._take(final=False)

    def flush(self) -> list[str]:
        """Return what is left; the text is complete."""
        sentences = self._take(final=True)
        rest, self._text = self._text.strip(), ""
        return [*sentences, rest] if rest else sentences

    def _take(self, *, final: bool) -> list[str]:
        sentences = []
        while end := self._find_end(final=final):
            sentences.append(self._text[:end].strip())
            self._text = self._text[end:]
            self._first = False
        return sentences

    def _find_end(self, *, final: bool) -> int:
        """Return the length of the first piece, 0 while it has not ended."""
        self._text = self._text.lstrip()
        window = self._text[: MAX_CHARS + LOOKAHEAD_CHARS]
        full = len(window) == MAX_CHARS + LOOKAHEAD_CHARS
        for mark in _MARK.finditer(window, 0, min(len(window), MAX_CHARS)):
            verdict = self._judge(window, mark)
            if verdict == "end":
                return mark.end()
            if verdict == "wait" and not full:
                return mark.end() if final else 0
        return _find_cut(window) if full else 0

    def _judge(self, text: str, mark: re.Match[str]) -> Verdict:
        if mark[0] == "\n":
            return "end"
        before, after = text[: mark.start()], text[mark.end() :]
        if before.count("`") % 2:
            return "no end"
        if mark["stops"] is None:
            return self._judge_clause(mark, after)
        if _DOTS.fullmatch(mark["stops"]):
            return _judge_dots(before, mark, after)
        return _judge_exclamation(before, after)

    def _judge_clause(self, mark: re.Match[str], after: str) -> Verdict:
        if not self._first or mark.end() < MIN_CLAUSE_CHARS:
            return "no end"
        if mark[0] in "，、；：":
            return "end"
        if not after:
            return "wait"
        return "end" if after[0].isspace() else "no end"


def _judge_exclamation(before: str, after: str) -> Verdict:
    """Judge ``?``, ``!`` and the stops of scripts that need no space after them."""
    if _is_open(before):
        return _if_not_lower(after)
    # An address, a factorial, "!=", or French, which puts a space before the mark.
    doubtful = "/" in _last_word(before) or before[-1:].isdigit() or before[-1:].isspace()
    return _if_prose(after) if doubtful else "end"


def _judge_dots(before: str, mark: re.Match[str], after: str) -> Verdict:
    """Judge full stops and ellipses."""
    word = _last_word(before)
    if not after:
        return "end" if mark[0] == "." and _is_ordinary(word) and not _is_open(before) else "wait"
    if not after[0].isspace():
        glued = len(word) > 2 and word.isalpha() and word.islower() and after[0].isupper()
        return "end" if glued else "no end"
    if mark["stops"] != "." or (mark["closers"] and _is_open(before)):
        return _if_not_lower(after)
    if not word or (len(word) == 1 and word.isupper() and word != "I"):
        return "no end"
    alone = len(_WORDS.findall(before)) == 1
    return _judge_word(word.casefold(), after, alone=alone)


def _judge_word(word: str, after: str, *, alone: bool) -> Verdict:
    """Judge a full stop and space by the word before: ``alone``, it may number an item."""
    if word in _TITLES or (alone and (word.isdigit() or len(word) == 1)):
        return "no end"
    if word in _BEFORE_NUMBERS:
        return _if_not(after, str.isdigit)
    if word in _MAY_END or "." in word:
        return _if_not_lower(after)
    return "end"


def _if_not_lower(after: str) -> Verdict:
    return _if_not(after, str.islower)


def _if_not(after: str, goes_on: Callable[[str], bool]) -> Verdict:
    """Judge by the next letter, digit or line."""
    following = _VISIBLE.search(after)
    if following is None:
        return "wait"
    return "no end" if goes_on(following[0]) else "end"


def _if_prose(after: str) -> Verdict:
    """Judge by whether words follow, after a space, and not the rest of a formula."""
    if after.strip(" "):
        prose = after[0].isspace() and after.lstrip(" ")[0] not in _OPERATORS
        return "end" if prose else "no end"
    return "wait"


def _last_word(text: str) -> str:
    return text[text.rfind(" ") + 1 :].rpartition("\n")[2].strip(_AROUND_WORDS)


def _is_ordinary(word: str) -> bool:
    abbreviated = word.casefold() in _TITLES | _BEFORE_NUMBERS | _MAY_END
    return len(word) >= ORDINARY_CHARS and word.isalpha() and not abbreviated


def _is_open(text: str) -> bool:
    """Return whether a quotation, a bracket or an emphasis has begun and not ended."""
    if text.count('"') % 2 or len(_EMPHASIS.findall(text)) % 2:
        return True
    return sum(map(text.count, _OPENING)) > sum(map(text.count, _CLOSING))


def _find_cut(text: str) -> int:
    """Return where to cut a piece that does not end: a late clause, a space, or anywhere."""
    head = text[:MAX_CHARS]
    clauses = [mark.end() for mark in _CUT.finditer(head)]
    if clauses and clauses[-1] > MAX_CHARS // 2:
        return clauses[-1]
    space = head.rfind(" ")
    return space if space > 0 else MAX_CHARS
