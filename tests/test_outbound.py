"""The outbound queue keeps order, coalesces interims, is bounded, and forgets a generation."""

import asyncio

import pytest

from errors import LimitExceeded
from messages import (
    AudioChunk,
    AudioComplete,
    Pong,
    ServerMessage,
    State,
    TranscriptFinal,
    TranscriptInterim,
    TutorText,
)
from outbound import MAX_MESSAGES, Outbound


async def take_all(outbound: Outbound) -> list[object]:
    """Return everything that waits in the queue."""
    return [await outbound.get() for _ in range(len(outbound))]


async def test_messages_leave_in_order() -> None:
    """First in, first out."""
    outbound = Outbound()
    messages: list[ServerMessage] = [Pong(b"1"), State("listening", 0), Pong(b"2")]
    for message in messages:
        outbound.put(message)
    assert await take_all(outbound) == messages


async def test_a_newer_interim_replaces_one_that_still_waits() -> None:
    """A slow client gets the latest guess, not the history of guesses."""
    outbound = Outbound()
    outbound.put(TranscriptInterim(1, "wha", 0.1))
    outbound.put(TranscriptInterim(1, "what is", 0.2))
    outbound.put(TranscriptFinal(1, "What is it?", "en-US"))
    outbound.put(TranscriptInterim(2, "and", 0.1))
    texts = [getattr(message, "text", "") for message in await take_all(outbound)]
    assert texts == ["what is", "What is it?", "and"]


async def test_forgetting_a_generation_keeps_everything_else() -> None:
    """Only audio, its end and its text belong to a generation."""
    outbound = Outbound()
    kept: list[ServerMessage] = [Pong(b""), State("speaking", 1)]
    forgotten: list[ServerMessage] = [
        AudioChunk(1, 0, b""),
        TutorText(1, "Hi", 0),
        AudioComplete(1, 0),
    ]
    for message in (kept[0], *forgotten, kept[1]):
        outbound.put(message)
    outbound.forget_generation()
    assert await take_all(outbound) == kept


def test_a_client_that_stops_reading_is_given_up() -> None:
    """Memory for one client is bounded; the refusal carries its close code."""
    outbound = Outbound()
    for _ in range(MAX_MESSAGES):
        outbound.put(Pong(b""))
    with pytest.raises(LimitExceeded) as refusal:
        outbound.put(Pong(b""))
    assert (refusal.value.code, refusal.value.close_code) == ("slow_client", 4408)


async def test_a_waiting_consumer_wakes_for_the_next_message() -> None:
    """``get`` waits without polling."""
    outbound = Outbound()
    waiting = asyncio.ensure_future(outbound.get())
    await asyncio.sleep(0)
    outbound.put(Pong(b"x"))
    assert await waiting == Pong(b"x")
