"""Sentences reach the service in parts it accepts, none lost, and no more than one ahead."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.google.speaking.voice_texts import MAX_BYTES, Text, TextQueue, split_text


async def write(*sentences: str) -> AsyncIterator[str]:
    """Yield sentences that are there already."""
    for sentence in sentences:
        yield sentence


@given(st.text(max_size=200), st.integers(16, 64))
def test_parts_fit_and_lose_no_word(text: str, limit: int) -> None:
    """Each part is within the limit; letters and digits are all there, in order."""
    parts = split_text(text, limit)
    assert all(len(part.encode()) <= limit for part in parts)
    said = [character for part in parts for character in part if character.isalnum()]
    assert said == [character for character in text if character.isalnum()]


def test_parts_end_where_a_speaker_would_pause() -> None:
    """A text is cut after a clause, else between words, else anywhere."""
    assert split_text("One two, three four", 12) == ["One two,", "three four"]
    assert split_text("abcd efgh ijkl", 10) == ["abcd efgh", "ijkl"]
    assert split_text("ä" * 8, 10) == ["ä" * 5, "ä" * 3]


def test_long_text_is_split_at_the_service_limit() -> None:
    """The limit counts bytes, of which some letters have three."""
    assert [len(part.encode()) for part in split_text("水" * 2_000)] == [4_998, 1_002]
    assert split_text("a" * 5_000) == ["a" * MAX_BYTES, "a"]


def test_half_a_character_is_left_out() -> None:
    """A lone surrogate, which cannot be sent, breaks nothing and is not said."""
    assert split_text("Two \ud83d plus \udc4dtwo.") == ["Two   plus  two."]
    assert split_text("\ud83d") == []


async def test_texts_keep_the_numbers_of_their_sentences() -> None:
    """A sentence with nothing to say is left out, one that is too long comes in parts."""
    texts = TextQueue(write("One.", "...", "Two.", "x " * 3_000))
    filling = asyncio.create_task(texts.fill())
    got = [text.sentence for text in [await texts.get() for _ in range(4)] if text]
    assert got == [0, 2, 3, 3]
    assert await texts.get() is None
    assert await texts.get() is None
    await filling


async def test_waiting_can_be_given_up_without_loss() -> None:
    """A text that comes just when nobody waits any more is there for the next who does."""
    written = asyncio.Event()

    async def hesitate() -> AsyncIterator[str]:
        await written.wait()
        yield "One."

    texts = TextQueue(hesitate())
    filling = asyncio.create_task(texts.fill())
    waiting = asyncio.create_task(texts.get())
    await asyncio.sleep(0)
    written.set()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await texts.get() == Text(0, "One.")
    await filling


async def test_texts_can_come_once_more() -> None:
    """What is put back comes before what was not had yet, in order."""
    texts = TextQueue(write("One.", "Two.", "Three."))
    filling = asyncio.create_task(texts.fill())
    first, second = await texts.get(), await texts.get()
    assert first is not None
    assert second is not None
    texts.put_back([first, second])
    assert [await texts.get() for _ in range(2)] == [first, second]
    assert await texts.get() == Text(2, "Three.")
    await filling


async def test_source_that_fails_ends_the_texts() -> None:
    """Whoever waits for a text learns that none comes, whoever reads learns why."""

    async def fail() -> AsyncIterator[str]:
        yield "One."
        raise LookupError

    texts = TextQueue(fail())
    filling = asyncio.create_task(texts.fill())
    assert await texts.get() == Text(0, "One.")
    assert await texts.get() is None
    with pytest.raises(LookupError):
        await filling


async def test_source_is_read_one_text_ahead() -> None:
    """A tutor that writes faster than can be said waits."""
    written = []

    async def scribble() -> AsyncIterator[str]:
        for number in range(10):
            written.append(number)
            yield f"Sentence {number}."

    texts = TextQueue(scribble())
    filling = asyncio.create_task(texts.fill())
    await asyncio.sleep(0.01)
    assert len(written) == 2
    filling.cancel()
    await asyncio.wait([filling])
