"""How well the sentence that is being said is told from a stream of speech without marks.

Run ``python -m bench.voice_tracking``. The embedded voice speaks replies, so the sound, the pauses
and the lengths are those of a real voice, and where each sentence begins is known. A simulated
service sends the audio at some multiple of the speed it plays at, while the tutor writes a sentence
every so often; the error is how far from its first sample a sentence is said to begin.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from statistics import mean

import numpy as np

from bench.figures import percentile, table
from engine_api import OUTPUT_RATE
from engines.google.speaking.sentence_tracker import (
    SAMPLES_PER_LETTER,
    SentenceTracker,
    spoken_weight,
)
from engines.synthesizer import Synthesizer, load_synthesizer

REPLIES = (
    (
        "Great question!",
        "Plants make their own food with the help of sunlight, and we call that photosynthesis.",
        "They take in water through the roots, carbon dioxide through the leaves, and light.",
        "Then, inside tiny green parts called chloroplasts, they turn all of it into sugar.",
        "Can you guess what gas they give off?",
    ),
    (
        "Not quite, but you are close.",
        "When you add 27 and 35, start with the ones: 7 plus 5 makes 12.",
        "Write the 2, and carry the 1.",
        "Now add the tens.",
        "Two plus three plus one is six, so the answer is 62.",
        "Would you like to try another one?",
    ),
    (
        "Sure.",
        "A verb is a word that says what someone does, for example run, jump, or think.",
        "In the sentence, the cat sleeps on the sofa, the verb is sleeps.",
        "It tells us what the cat is doing right now.",
        "Some verbs, however, show no action at all; they link the subject to more about it.",
    ),
    (
        "Well, that depends on where you look.",
        "The Roman Empire, which lasted for many hundreds of years, did not fall in a single day.",
        "Its western half ended in the year 476.",
        "Its eastern half, with its capital at Constantinople, went on for a thousand years more.",
        "Historians still argue about the reasons.",
        "What do you think?",
    ),
    (
        "Yes, exactly!",
        "Gravity pulls everything toward the center of the Earth.",
        "A feather falls more slowly than a stone only because the air holds it back.",
        "On the Moon, where there is no air, both would land at the same moment.",
        "It worked.",
    ),
)

CASES = ((1.3, 0.3), (2.0, 0.3), (5.0, 0.3), (5.0, 1.5), (10.0, 0.0))
"""How much faster than it plays the audio comes, and seconds between two sentences."""

END_PAUSES_S = (0.25, 0.6)
"""Silence after a sentence; the voice's own pause within one is 0.3 s, which makes it hard."""

REPETITIONS = 4
FIRST_AUDIO_S = 0.3
LEAD_S = 2.0
MESSAGE_S = 0.2
STEP_S = 0.05
PIECE = 4_800
QUIET = 200
"""Amplitude below which the end of a sentence is cut off, of 32,768."""


@dataclass(slots=True)
class Reply:
    """A spoken reply and where its sentences begin, in samples."""

    sentences: Sequence[str]
    spoken: Sequence[bytes]
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.starts = [0, *accumulate(len(pcm) // 2 for pcm in self.spoken)]


def main() -> None:
    """Run the bench."""
    voice = load_synthesizer(1)
    said = [[_say(voice, sentence) for sentence in reply] for reply in REPLIES]
    rows = []
    for speed, every_s in CASES:
        tracked, counted = _measure(said, speed, every_s)
        for method, errors in (("tracked", tracked), ("letters alone", counted)):
            share = sum(error < 0.3 for error in errors) / len(errors)
            rows.append(
                [f"{speed:g} x", f"{every_s:g} s", method, f"{share:.0%}"]
                + [f"{value:.2f}" for value in (mean(errors), percentile(errors, 95))]
            )
    print(f"{len(REPLIES) * REPETITIONS} replies; seconds between where a sentence begins and")
    print("where it is said to begin\n")
    print(table(["audio comes", "tutor writes every", "method", "< 0.3 s", "mean", "p95"], rows))


def _measure(
    said: Sequence[Sequence[bytes]], speed: float, every_s: float
) -> tuple[list[float], list[float]]:
    """Return the errors of the tracker and of counting letters."""
    chance = random.Random(1)
    tracked: list[float] = []
    counted: list[float] = []
    for _ in range(REPETITIONS):
        for sentences, spoken in zip(REPLIES, said, strict=True):
            pauses = [_silence(chance.uniform(*END_PAUSES_S)) for _ in spoken]
            reply = Reply(sentences, [a + b for a, b in zip(spoken, pauses, strict=True)])
            true = reply.starts[1:-1]
            tracked += _errors(_follow(reply, speed, every_s), true)
            counted += _errors(_count(reply), true)
    return tracked, counted


def _errors(begins: Sequence[int], true: Sequence[int]) -> list[float]:
    pairs = zip(begins, true, strict=True)
    return [abs(said - start) / OUTPUT_RATE for said, start in pairs]


def _count(reply: Reply) -> list[int]:
    """Return where sentences begin if each letter takes as long as usual."""
    weights = accumulate(spoken_weight(sentence) for sentence in reply.sentences[:-1])
    return [round(weight * SAMPLES_PER_LETTER) for weight in weights]


def _follow(reply: Reply, speed: float, every_s: float) -> list[int]:
    """Return where sentences begin as told to a player that is ``LEAD_S`` ahead."""
    tracker, audio, total = SentenceTracker(), b"".join(reply.spoken), reply.starts[-1]
    begins: list[int] = []
    now, sent, taken, made = 0.0, 0, 0, 0.0
    while taken < total:
        while sent < len(reply.sentences) and now >= sent * every_s:
            tracker.send(reply.sentences[sent])
            sent += 1
        if now >= FIRST_AUDIO_S:
            made = min(made + speed * STEP_S * OUTPUT_RATE, reply.starts[sent])
        if made - tracker.samples >= MESSAGE_S * OUTPUT_RATE or made == reply.starts[sent]:
            tracker.hear(audio[2 * tracker.samples : 2 * int(made)])
        if tracker.samples == total:
            tracker.end()
        while taken < min(tracker.samples, (now + LEAD_S) * OUTPUT_RATE):
            number, end = tracker.sentence_at(taken)
            begins += [taken] * (number - len(begins))
            taken = min(end, taken + PIECE)
        now += STEP_S
    return begins + [total] * (len(reply.sentences) - 1 - len(begins))


def _say(voice: Synthesizer, sentence: str) -> bytes:
    """Return a sentence without the silence at its end."""
    pcm = b"".join(voice.speak(sentence, 1.0, voice.new_run()))
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(np.int32)) > QUIET)
    return pcm[: 2 * (int(loud[-1]) + 1)]


def _silence(seconds: float) -> bytes:
    return bytes(2 * round(seconds * OUTPUT_RATE))


if __name__ == "__main__":
    main()
