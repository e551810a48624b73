"""The tracker tells which sentence is being said from lengths, pauses and moments of sending."""

import random
from itertools import accumulate

import numpy as np
import pytest

from engine_api import OUTPUT_RATE
from engines.google.speaking.pauses import PauseFinder
from engines.google.speaking.sentence_tracker import (
    SAMPLES_PER_LETTER,
    SentenceTracker,
    spoken_weight,
)

WORD_S = 0.35
INNER_PAUSE_S = 0.15
END_PAUSE_S = 0.45

SENTENCES = (
    "Sure.",
    "Plants make their own food, and they need light for it.",
    "They take in water through the roots, and air through the leaves.",
    "Can you guess what they give off?",
    "It is oxygen, which we breathe.",
)


def sound(seconds: float) -> bytes:
    """Return noise as loud as speech."""
    noise = np.random.default_rng(1).normal(0, 3_000, round(seconds * OUTPUT_RATE))
    return noise.astype("<i2").tobytes()


def hush(seconds: float) -> bytes:
    """Return silence with the hiss of a real voice."""
    hiss = np.random.default_rng(2).normal(0, 8, round(seconds * OUTPUT_RATE))
    return hiss.astype("<i2").tobytes()


def say(sentence: str, pace: float = SAMPLES_PER_LETTER) -> bytes:
    """Return what sounds like a sentence: clauses of its length, with pauses at its marks."""
    clauses = sentence.split(",")
    total = spoken_weight(sentence) * pace / OUTPUT_RATE
    voiced = max(total - END_PAUSE_S - INNER_PAUSE_S * (len(clauses) - 1), 0.2)
    letters = sum(map(len, clauses))
    parts = [sound(voiced * len(clause) / letters) for clause in clauses]
    return hush(INNER_PAUSE_S).join(parts) + hush(END_PAUSE_S)


def starts_of(spoken: list[bytes]) -> list[int]:
    """Return the sample at which each sentence begins."""
    return [0, *accumulate(len(pcm) // 2 for pcm in spoken)][:-1]


def follow(tracker: SentenceTracker) -> list[int]:
    """Return the samples at which the tracker says sentences begin, asked as a player asks."""
    begins = [0]
    sample = 0
    while sample < tracker.samples:
        number, end = tracker.sentence_at(sample)
        begins += [sample] * (number + 1 - len(begins))
        sample = min(end, sample + 4_800)
    return begins


def test_pauses_are_found_while_the_audio_comes() -> None:
    """Where they begin and end does not depend on the pieces the audio comes in."""
    audio = sound(0.5) + hush(0.2) + sound(0.3) + hush(0.4)
    for size in (2, 962, 9_600, len(audio)):
        finder = PauseFinder()
        for at in range(0, len(audio), size):
            finder.hear(audio[at : at + size])
        first, last = finder.since(0)
        assert (first.start, first.end) == (12_000, 16_800)
        assert (last.start, last.end) == (24_000, 33_600)
        assert finder.is_pausing
        assert finder.since(20_000) == [last]


def test_short_breaks_are_no_pauses() -> None:
    """A consonant that stops the breath for 60 ms ends nothing."""
    finder = PauseFinder()
    finder.hear(sound(0.4) + hush(0.06) + sound(0.4))
    assert finder.since(0) == []


@pytest.mark.parametrize("pace", [0.7, 1.0, 1.4])
def test_whole_reply_is_divided_at_its_pauses(pace: float) -> None:
    """Once all is there, the ends are found to the sample, however fast the voice speaks."""
    spoken = [say(sentence, pace * SAMPLES_PER_LETTER) for sentence in SENTENCES]
    tracker = SentenceTracker()
    for sentence in SENTENCES:
        tracker.send(sentence)
    tracker.hear(b"".join(spoken))
    tracker.end()
    assert follow(tracker) == pytest.approx(starts_of(spoken), abs=0.1 * OUTPUT_RATE)


def test_ends_are_found_before_all_is_said() -> None:
    """Asked at once for each piece that comes, it is seldom off, and never by long."""
    errors = []
    for seed in range(20):
        chance = random.Random(seed)
        spoken = [say(text, SAMPLES_PER_LETTER * chance.gauss(1, 0.1)) for text in SENTENCES]
        tracker = SentenceTracker()
        for sentence in SENTENCES:
            tracker.send(sentence)
        audio, begins = b"".join(spoken), [0]
        for at in range(0, len(audio), 9_600):
            begun = tracker.samples
            tracker.hear(audio[at : at + 9_600])
            number, _ = tracker.sentence_at(begun)
            begins += [begun] * (number + 1 - len(begins))
        begins += [len(audio) // 2] * (len(SENTENCES) - len(begins))
        pairs = zip(begins, starts_of(spoken), strict=True)
        errors += [abs(said - true) / OUTPUT_RATE for said, true in pairs]
    assert sorted(errors)[int(0.8 * len(errors))] < 0.5
    assert max(errors) < 2.5


def test_no_sentence_begins_before_it_was_sent() -> None:
    """Audio that came earlier is of the sentences before, however long they take."""
    tracker = SentenceTracker()
    tracker.send("Sure.")
    tracker.hear(sound(1) + hush(0.5) + sound(2) + hush(0.3))
    tracker.send("And then?")
    tracker.hear(sound(0.7) + hush(0.3))
    tracker.end()
    assert follow(tracker)[1] >= 3.8 * OUTPUT_RATE


def test_sentence_after_a_silence_of_the_service_begins_with_the_next_audio() -> None:
    """What was all said by then needs no guess."""
    tracker = SentenceTracker()
    tracker.send("A sentence that should take three seconds or more, by its letters.")
    tracker.hear(sound(1))
    tracker.send("Next.", is_fresh=True)
    tracker.hear(sound(1))
    assert follow(tracker) == [0, OUTPUT_RATE]


def test_speech_without_pauses_is_divided_by_its_letters() -> None:
    """Where nothing can be heard, the lengths of the texts decide."""
    tracker = SentenceTracker()
    for _ in range(4):
        tracker.send("Forty letters are spoken in a few seconds")
    tracker.hear(sound(8))
    tracker.end()
    assert follow(tracker) == pytest.approx([0, 48_000, 96_000, 144_000], abs=4_800)


def test_digits_and_characters_take_longer_than_letters() -> None:
    """A year in digits is said in many letters, a Chinese character is a syllable."""
    assert spoken_weight("1984") > 2 * spoken_weight("year")
    assert spoken_weight("你好") > spoken_weight("ab")


def test_letters_that_are_no_word_tell_little() -> None:
    """A voice may say a row of letters in any way, so no great length is expected of it."""
    assert spoken_weight("x" * 300) < spoken_weight("These are seven words of a sentence.")
    assert spoken_weight("水" * 300) > 300


def test_speech_that_cannot_be_all_is_told() -> None:
    """A third of a sentence is too little at any pace, half of it may be a quick voice."""
    tracker = SentenceTracker()
    tracker.send(SENTENCES[1])
    spoken = say(SENTENCES[1])
    tracker.hear(spoken[: len(spoken) // 6 * 2])
    assert tracker.is_far_behind
    tracker.hear(spoken[: len(spoken) // 12 * 2])
    assert not tracker.is_far_behind


def test_end_of_what_was_sent_is_told_by_length_and_pause() -> None:
    """Half a sentence is no end, nor is the pause at a late comma, nor the last word."""
    late_comma = SentenceTracker()
    late_comma.send("What is two plus two and how many is four plus four, and five plus five?")
    late_comma.hear(say("What is two plus two and how many is four plus four,"))
    assert not late_comma.is_at_an_end
    tracker = SentenceTracker()
    tracker.send(SENTENCES[1])
    spoken = say(SENTENCES[1])
    tracker.hear(spoken[: len(spoken) // 2])
    assert not tracker.is_at_an_end
    tracker.hear(spoken[len(spoken) // 2 :])
    assert tracker.is_at_an_end
    tracker.send("One more.")
    assert tracker.is_at_an_end
