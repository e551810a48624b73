"""Word errors between what was said and what was understood, however either is spelled."""

import re
from collections.abc import Iterable

import jiwer
from num2words import num2words  # type: ignore[import-untyped]  # ships no type hints

NUMBER = re.compile(r"\d+")


def word_error_rate(references: Iterable[str], transcripts: Iterable[str]) -> float:
    """Return the errors per word said, over all pairs together."""
    return float(jiwer.wer(_normalize_all(references), _normalize_all(transcripts)))


def normalize(text: str) -> str:
    """Return the bare words: no case, no punctuation, numbers spelled out.

    Three digits and more count as digits said one by one, as in a telephone number.
    """
    words = NUMBER.sub(_spell, text.lower().replace("mr.", "mister"))
    return " ".join(re.sub(r"[^\w\s]", " ", words.replace("'", "")).split())


def _spell(number: re.Match[str]) -> str:
    digits = number[0]
    groups = [digits] if len(digits) < 3 else digits
    return " " + " ".join(num2words(int(group)) for group in groups) + " "


def _normalize_all(texts: Iterable[str]) -> list[str]:
    return [normalize(text) for text in texts]
