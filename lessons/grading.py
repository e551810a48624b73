"""Compares a learner's answer with the accepted ones, without ever praising by guesswork."""

from enum import Enum

from rapidfuzz import fuzz

from lessons.subject import Check
from lessons.wording import word_set, words

_SURE = 92
_SHORTEST_FUZZY = 7

_AROUND_AN_ANSWER = word_set(
    """
    a ah an and answer are be because believe called course definitely er final guess hmm i i'd i'll
    i'm is it it's its just maybe must my of oh ok okay perhaps please probably say so sure that
    that's the then they they're think to uh uhm um was well would yeah
    """
)


class Verdict(Enum):
    """What can be said truthfully about an answer."""

    RIGHT = "it is an accepted answer"
    MENTIONED = "an accepted answer is in it, among other words that may make it wrong"
    OTHER = "no accepted answer is in it"


def grade(answer: str, check: Check) -> Verdict:
    """Compare ``answer`` with the accepted answers of ``check``."""
    said = words(answer)
    verdicts = {_compare(said, words(accepted)) for accepted in check.answers}
    for verdict in (Verdict.RIGHT, Verdict.MENTIONED):
        if verdict in verdicts:
            return verdict
    return Verdict.OTHER


def _compare(said: list[str], accepted: list[str]) -> Verdict:
    spelling, wanted = _spell(said), _spell(accepted)
    if spelling == wanted or said == accepted:
        return Verdict.RIGHT
    if len(wanted) >= _SHORTEST_FUZZY and fuzz.ratio(spelling, wanted) >= _SURE:
        return Verdict.RIGHT
    is_inside = f" {' '.join(accepted)} " in f" {' '.join(said)} "
    return Verdict.MENTIONED if is_inside else Verdict.OTHER


def _spell(said: list[str]) -> str:
    return "".join(word for word in said if word not in _AROUND_AN_ANSWER)
