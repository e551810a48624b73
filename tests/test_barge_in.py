"""Barge-in under any schedule: nothing of a reply leaves after its INTERRUPTED."""

import asyncio
import struct
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from engines.scripted import Script, reply_number
from messages import (
    AudioChunk,
    AudioComplete,
    BargeIn,
    Interrupted,
    SpeechStart,
    TextMessage,
    TutorText,
)
from tests.scenario import Learner, lesson
from tests.stubborn_engines import CLOSING_S, TEMPERS, Temper, play_stubbornly
from tests.virtual_time import in_virtual_time

SCRIPT = Script(
    replies=tuple(f"Reply {n} goes on. Here is {n} again." for n in range(1, 40)),
    first_word_ms=30,
    word_ms=2,
    first_audio_ms=20,
    audio_speed=20.0,
)


@dataclass(frozen=True)
class Step:
    """Something the learner does, after a pause."""

    pause_ms: int
    action: str


STEPS = st.lists(
    st.builds(
        Step,
        st.integers(0, 400),
        st.sampled_from(["ask", "ask", "barge_in", "speech_start", "stale_barge_in"]),
    ),
    min_size=2,
    max_size=7,
)


def act(learner: Learner, action: str) -> None:
    """Do one thing."""
    match action:
        case "ask":
            learner.send(TextMessage("What is a verb?"))
        case "barge_in":
            learner.send(BargeIn())
        case "stale_barge_in":
            learner.send(BargeIn(0, 5))
        case _:
            learner.send(SpeechStart())


def stale_messages(learner: Learner) -> list[object]:
    """Return what belongs to a generation and came after its end."""
    ended = -1
    stale: list[object] = []
    for _, message in learner.received:
        if isinstance(message, Interrupted):
            ended = message.generation_id
        fenced = isinstance(message, AudioChunk | AudioComplete | TutorText)
        if fenced and getattr(message, "generation_id", 0) <= ended:
            stale.append(message)
    return stale


def foreign_audio(learner: Learner) -> list[AudioChunk]:
    """Return the chunks whose samples are not the number of the reply they are sent for."""
    numbers = {
        text.generation_id: reply_number(text.delta) for text in reversed(learner.all(TutorText))
    }
    return [
        chunk
        for chunk in learner.all(AudioChunk)
        if bytes(chunk.pcm)
        != struct.pack("<h", numbers[chunk.generation_id]) * (len(chunk.pcm) // 2)
    ]


@settings(max_examples=1_000)
@given(steps=STEPS, tempers=st.lists(st.sampled_from(TEMPERS), min_size=1, max_size=6))
@in_virtual_time
async def test_nothing_of_a_reply_leaves_after_its_interruption(
    steps: list[Step], tempers: list[Temper]
) -> None:
    """Whatever the schedule and however stubborn the engines; and no task is left behind."""
    cycle = iter(tempers * 20)
    async with lesson(play_stubbornly(SCRIPT, lambda: next(cycle)), plays=False) as learner:
        for step in steps:
            await asyncio.sleep(step.pause_ms / 1_000)
            act(learner, step.action)
        await asyncio.sleep(0.5)
    assert stale_messages(learner) == []
    assert foreign_audio(learner) == []


@given(st.sampled_from(TEMPERS), st.integers(0, 300))
@settings(max_examples=60)
@in_virtual_time
async def test_the_next_turn_does_not_wait_for_the_old_reply_to_close(
    temper: Temper, pause_ms: int
) -> None:
    """The first sound of the next reply comes as soon as with engines at rest."""
    tempers = iter([temper, temper, *["obedient"] * 20])
    engines = play_stubbornly(SCRIPT, lambda: next(tempers))  # type: ignore[arg-type]  # literals
    async with lesson(engines, plays=False) as learner:
        loop = asyncio.get_running_loop()
        act(learner, "ask")
        await asyncio.sleep(pause_ms / 1_000)
        act(learner, "barge_in")
        asked_at, chunks = loop.time(), len(learner.all(AudioChunk))
        act(learner, "ask")
        await learner.wait_for(AudioChunk, chunks + 1)
        assert loop.time() - asked_at < CLOSING_S / 4
