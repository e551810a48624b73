"""Finds the lesson that a question asks for, or none: better silent than beside the point.

A lesson is found when the learner said one of its names or questions in other words: every word
that carries meaning must be known to the lesson, and together they must cover a name or a question
of it. So 'who invented gravity' finds nothing, because no lesson speaks of inventing. Recognizers
misspell long words and split them; hence the fuzzy comparison.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from lessons.catalogue import Lesson
from lessons.subject import Subject
from lessons.wording import word_set, words

_SURE = 92
"""Similarity (0 to 100) of two spellings of one word; 'friction' and 'fraction' have only 88."""

_SHORTEST_FUZZY = 7
"""Letters below which a spelling must be exact: 'earth' and 'heart' share four of five."""

_LONGEST_QUESTION = 30
"""Words of a question that are looked at; more is a speech, and not about one topic."""

_CONFESSION = re.compile(
    r"\b(?:i )?(?:don't|do not|didn't|can't|never) (?:understand|get|know|remember)\b"
)
"""Says why the learner asks; its negation is no part of the topic."""

_WITHOUT_MEANING = word_set(
    """
    a about actually again ah alright always am an and anything are as ask at basically basics
    be bit but by call called can check come could course define definition describe difficulty
    discuss do does doing eh english er erm exactly explain explaining explanation for from get
    give go going good got happen happens has have hello help hey hi hmm homework how how's i
    i'd i'm idea if in into is it it's its just kind know learn learning lesson let's like
    little lot main maybe me mean meaning means more my need now of off oh ok okay on one or our
    out please practice practicing practise practising question questions quickly quiz really
    said say school shall should show so some something sorry speak struggling studying subject
    talk teach teacher tell test than thanks that that's the their them then there these they
    thing things think this to today topic trouble tutor uh uhm um understand up us very wanna
    want was we well were what what's whats when's why why's will with wonder wondering word
    words work works would yeah yes you your
    """
)
"""Words that a question may have besides its topic. Who, when, where, which, many, far and not are
missing on purpose: they turn a question into another one."""


@dataclass(frozen=True, slots=True)
class _Entry:
    subject: Subject
    phrases: tuple[frozenset[str], ...]
    vocabulary: frozenset[str]
    not_about: frozenset[str]


class LessonFinder:
    """Looks lessons up by what a learner said about them."""

    def __init__(self, lessons: Iterable[Lesson]):
        lessons = tuple(lessons)
        self._entries = [_make_entry(lesson) for lesson in lessons]
        self._spellings = {
            "".join(_meaning(words(phrase))): entry
            for lesson, entry in zip(lessons, self._entries, strict=True)
            for phrase in (*lesson.names, *lesson.questions)
        }

    def find(self, text: str) -> Subject | None:
        """Return the lesson that ``text`` asks for, or None."""
        said = words(_CONFESSION.sub("", " ".join(words(text))))
        meaning = _meaning(said)
        if not meaning or len(said) > _LONGEST_QUESTION:
            return None
        entry = self._find_by_words(meaning) or self._find_by_spelling("".join(meaning))
        if entry is None or entry.not_about & set(said):
            return None
        return entry.subject

    def _find_by_words(self, meaning: Sequence[str]) -> _Entry | None:
        scored = [(_score(meaning, entry), entry) for entry in self._entries]
        best, entry = max(scored, key=lambda pair: pair[0], default=(0, None))
        return entry if best else None

    def _find_by_spelling(self, spelling: str) -> _Entry | None:
        if len(spelling) < _SHORTEST_FUZZY:
            return None
        match = process.extractOne(
            spelling, self._spellings.keys(), scorer=fuzz.ratio, score_cutoff=_SURE
        )
        return self._spellings[match[0]] if match else None


def _make_entry(lesson: Lesson) -> _Entry:
    phrases = tuple(
        frozenset(map(_stem, _meaning(words(phrase))))
        for phrase in (*lesson.names, *lesson.questions)
    )
    return _Entry(
        lesson.as_subject(),
        phrases,
        frozenset().union(*phrases),
        frozenset(lesson.not_about),
    )


def _score(meaning: Sequence[str], entry: _Entry) -> int:
    """Return how many words of the best covered phrase were said; 0 if a word is foreign to it."""
    known = {_recognize(word, entry.vocabulary) for word in meaning}
    if None in known:
        return 0
    return max((len(phrase) for phrase in entry.phrases if phrase <= known), default=0)


def _recognize(word: str, vocabulary: frozenset[str]) -> str | None:
    stem = _stem(word)
    if stem in vocabulary:
        return stem
    if len(stem) < _SHORTEST_FUZZY:
        return None
    match = process.extractOne(stem, vocabulary, scorer=fuzz.ratio, score_cutoff=_SURE)
    return match[0] if match else None


def _meaning(said: Sequence[str]) -> list[str]:
    return [word for word in said if word not in _WITHOUT_MEANING]


def _stem(word: str) -> str:
    """Return a word without plural and possessive endings."""
    return word.removesuffix("'s").removesuffix("s") if len(word) > 3 else word
