"""Tone words: what is said is read back, and damage shows."""

import random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.google_emulator.tone_words import (
    ToneReader,
    decode_words,
    encode_words,
    silence,
)
from tests.google_emulator.vocabulary import OTHER, UNCLEAR, WORDS, find_words

FRAME_BYTES = 3_200
"""100 ms at 16 kHz."""

SENTENCES = st.lists(st.sampled_from(WORDS), min_size=2, max_size=8)
LEADS_MS = st.sampled_from(range(0, 240, 20))


def frames_of(words: list[str], lead_ms: int) -> list[bytes]:
    """Return speech in frames of 100 ms."""
    pcm = silence(lead_ms) + encode_words(words)
    pcm += bytes(-len(pcm) % FRAME_BYTES)
    return [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES)]


def test_vocabulary() -> None:
    """There are enough words, each once, and none is said where tones are damaged."""
    assert len(WORDS) == len(set(WORDS)) >= 60
    assert UNCLEAR not in WORDS


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 48_000])
def test_every_word_is_read_back(rate: int) -> None:
    """Every word is read back at every usual sample rate."""
    assert decode_words(encode_words(WORDS, rate), rate) == list(WORDS)


@given(words=SENTENCES, samples=st.integers(0, 800), rate=st.sampled_from([16_000, 24_000]))
def test_any_beginning(words: list[str], samples: int, rate: int) -> None:
    """Words are read wherever in the audio they begin."""
    assert decode_words(bytes(2 * samples) + encode_words(words, rate), rate) == words


@given(words=SENTENCES, seed=st.integers(0, 1_000))
def test_any_pieces(words: list[str], seed: int) -> None:
    """A reader that gets audio in odd pieces reads what one gets in whole."""
    pieces = random.Random(seed)
    pcm, reader = encode_words(words), ToneReader()
    while pcm:
        size = pieces.randrange(1, 2_000)
        reader.feed(pcm[:size])
        pcm = pcm[size:]
    assert [heard.word for heard in reader.take()] == words


@pytest.mark.parametrize("loudness", [0.2, 1.0, 3.0])
def test_any_loudness(loudness: float) -> None:
    """Words are read soft and loud."""
    samples = np.frombuffer(encode_words(WORDS), "<i2") * loudness
    assert decode_words(samples.astype("<i2").tobytes()) == list(WORDS)


@given(words=SENTENCES, lead_ms=LEADS_MS, data=st.data())
def test_a_lost_frame_shows(words: list[str], lead_ms: int, data: st.DataObject) -> None:
    """A transcript lacks or garbles a word where a frame of 100 ms is lost."""
    frames = frames_of(words, lead_ms)
    lost = data.draw(st.sampled_from([at for at, frame in enumerate(frames) if any(frame)]))
    assert decode_words(b"".join(frames[:lost] + frames[lost + 1 :])) != words


@given(words=SENTENCES, lead_ms=LEADS_MS, data=st.data())
def test_a_doubled_frame_shows(words: list[str], lead_ms: int, data: st.DataObject) -> None:
    """A transcript garbles or adds a word where a frame of 100 ms comes twice."""
    frames = frames_of(words, lead_ms)
    doubled = data.draw(st.sampled_from([at for at, frame in enumerate(frames) if any(frame)]))
    assert decode_words(b"".join([*frames[: doubled + 1], *frames[doubled:]])) != words


@given(words=SENTENCES, lead_ms=LEADS_MS, data=st.data())
def test_swapped_frames_show(words: list[str], lead_ms: int, data: st.DataObject) -> None:
    """A transcript is another one where two frames of 100 ms have changed places."""
    frames = frames_of(words, lead_ms)
    positions = st.integers(0, len(frames) - 1)
    one, other = data.draw(positions), data.draw(positions)
    assume(frames[one] != frames[other])
    frames[one], frames[other] = frames[other], frames[one]
    assert decode_words(b"".join(frames)) != words


def test_a_word_without_its_gap_is_read_at_the_end() -> None:
    """Audio may end with the last tone of a word."""
    gap = len(silence(40))
    assert decode_words(encode_words(["what", "is"])[:-gap]) == ["what", "is"]


def test_half_a_word_is_unclear() -> None:
    """A word that breaks off is heard as unclear."""
    assert decode_words(encode_words(["what"])[: 2 * 1_600]) == [UNCLEAR]


def test_noise_is_no_word() -> None:
    """Loud noise is no tone."""
    noise = np.random.default_rng(1).normal(0, 5_000, 16_000).astype("<i2").tobytes()
    reader = ToneReader()
    reader.feed(noise)
    reader.finish()
    assert not any(heard.tonal for heard in reader.take())


def test_words_of_a_text() -> None:
    """Each word of a text is said: numerals as words, unknown words as one that stands for all."""
    assert find_words("What is 2 plus zebra?") == ["what", "is", "two", "plus", OTHER]
