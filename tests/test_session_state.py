"""The session: its phases, its generations, its fence and its history."""

import asyncio
from contextlib import suppress

import pytest

from engine_api import OUTPUT_RATE, Remark
from errors import InvalidTransition
from messages import (
    AudioChunk,
    AudioComplete,
    AudioFrame,
    Config,
    Error,
    Interrupted,
    ServerMessage,
    State,
    TurnMetrics,
    TutorText,
)
from session_state import TRANSITIONS, Phase, SessionState
from settings import Settings
from tests.virtual_time import in_virtual_time
from turn import Turn, TurnTimes

CHUNK = b"\x01\x00" * 2_400


def make_session(**options: int) -> SessionState:
    """Return a session with the default settings but for these."""
    return SessionState(Settings(**options))  # type: ignore[arg-type]  # values are validated


def begin(session: SessionState, text: str = "What is seven times eight?") -> Turn:
    """Take the turn for a question."""
    return session.begin_turn(text, TurnTimes())


def speak(session: SessionState, turn: Turn, text: str = "Fifty six.") -> None:
    """Queue a sentence and a chunk of its audio."""
    session.begin_speaking(turn)
    session.say(turn, text, turn.queued_samples)
    session.send(AudioChunk(turn.generation_id, turn.queued_samples, CHUNK))
    turn.queued_samples += len(CHUNK) // 2


async def take_all(session: SessionState) -> list[ServerMessage]:
    """Return everything the fence lets out now."""
    messages: list[ServerMessage] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(0.001):
            while True:
                messages.append(await session.next_outbound())
    return messages


@pytest.mark.parametrize("start", Phase)
@pytest.mark.parametrize("target", Phase)
async def test_only_the_transitions_of_the_table_are_legal(start: Phase, target: Phase) -> None:
    """An illegal transition raises and changes nothing."""
    session = make_session()
    session.phase = start
    if target in TRANSITIONS[start]:
        session._enter(target)
        assert session.phase is target
    else:
        with pytest.raises(InvalidTransition):
            session._enter(target)
        assert session.phase is start


async def test_a_second_turn_needs_the_first_to_end() -> None:
    """Two replies never run at a time."""
    session = make_session()
    turn = begin(session)
    with pytest.raises(InvalidTransition):
        begin(session)
    assert (session.turn, session.generation_id) == (turn, turn.generation_id)


@in_virtual_time
async def test_a_turn_goes_through_all_phases_and_reports_its_times() -> None:
    """LISTENING, THINKING, SPEAKING, LISTENING, each told to the client."""
    session = make_session()
    turn = begin(session)
    speak(session, turn)
    session.finish_turn(turn)
    messages = await take_all(session)
    phases = [m.phase for m in messages if isinstance(m, State)]
    assert phases == ["thinking", "speaking", "listening"]
    assert any(isinstance(m, TurnMetrics) for m in messages)


@in_virtual_time
async def test_nothing_of_a_generation_leaves_after_its_interruption() -> None:
    """What waited is forgotten, and what stages still queue stops at the fence."""
    session = make_session()
    turn = begin(session)
    speak(session, turn)
    session.interrupt()
    speak(session, turn)
    session.send(AudioComplete(turn.generation_id, 99))
    messages = await take_all(session)
    fenced = [m for m in messages if isinstance(m, AudioChunk | AudioComplete | TutorText)]
    assert fenced == []
    assert Interrupted(turn.generation_id, 0) in messages


async def test_an_interruption_sets_the_old_event_and_puts_a_new_one_in_place() -> None:
    """Work of the old reply stays cancelled for ever; the next starts uncancelled."""
    session = make_session()
    turn = begin(session)
    session.interrupt()
    assert turn.question.cancel_event.is_set()
    assert not session.cancel_event.is_set()
    assert not begin(session).question.cancel_event.is_set()


async def test_an_interruption_without_a_reply_does_nothing() -> None:
    """Barge-in twice is barge-in once."""
    session = make_session()
    session.interrupt()
    begin(session)
    session.interrupt()
    generation = session.generation_id
    session.interrupt()
    assert session.generation_id == generation


@in_virtual_time
async def test_the_history_keeps_what_was_heard() -> None:
    """A barge-in cuts the tutor's remark at the sample that was played."""
    session = make_session()
    turn = begin(session)
    speak(session, turn, "One two three four.")
    turn.all_queued = True
    await take_all(session)
    session.interrupt(heard_samples=1_200)
    assert session.history[-1] == Remark("tutor", "One two three", interrupted=True)


@in_virtual_time
async def test_a_reply_nobody_heard_leaves_no_trace_in_the_history() -> None:
    """Text that was sent but not played was not heard."""
    session = make_session()
    turn = begin(session)
    speak(session, turn)
    session.interrupt(heard_samples=0)
    assert [remark.speaker for remark in session.history] == ["learner"]


@in_virtual_time
async def test_a_broken_off_question_is_asked_as_one() -> None:
    """Who goes on speaking before the answer began has asked one question."""
    session = make_session()
    begin(session, "What is seven")
    session.interrupt(resumed=True)
    turn = begin(session, "times eight?")
    assert turn.question.text == "What is seven times eight?"
    assert session.history == [Remark("learner", "What is seven times eight?")]


@in_virtual_time
async def test_a_stopped_question_is_not_asked_again() -> None:
    """Who presses stop wants something else."""
    session = make_session()
    begin(session, "What is seven times eight?")
    session.interrupt()
    assert begin(session, "What is a verb?").question.text == "What is a verb?"


@in_virtual_time
async def test_a_turn_that_is_over_changes_nothing_any_more() -> None:
    """A stage that was too slow to stop finds its words without effect."""
    session = make_session()
    old = begin(session)
    session.interrupt()
    new = begin(session)
    session.begin_speaking(old)
    session.finish_turn(old)
    assert (session.phase, session.turn) == (Phase.THINKING, new)


@in_virtual_time
async def test_a_full_audio_queue_is_counted_and_told() -> None:
    """The learner's client hears how many frames were dropped, once a second at most."""
    session = make_session(max_queue_size=10)
    for _ in range(25):
        session.offer_audio(AudioFrame(b"\x00" * 640))
    await asyncio.sleep(1.0)
    session.offer_audio(AudioFrame(b"\x00" * 640))
    told = [m for m in await take_all(session) if isinstance(m, Error)]
    assert session.dropped_frames == 16
    assert [error.message.split()[0] for error in told] == ["1", "15"]


async def test_a_change_of_settings_keeps_the_others() -> None:
    """CONFIG carries any subset."""
    session = make_session()
    session.configure(Config(silence_timeout_ms=1_200))
    session.configure(Config(speaking_rate=1.5))
    assert (session.silence_timeout_ms, session.config.speaking_rate) == (1_200, 1.5)


@in_virtual_time
async def test_the_history_is_bounded() -> None:
    """A long lesson forgets its beginning."""
    session = make_session(max_history=4)
    for number in range(5):
        turn = begin(session, f"Question {number}")
        speak(session, turn)
        session.finish_turn(turn)
    assert len(session.history) == 4
    assert session.history[-2].text == "Question 4"


@in_virtual_time
async def test_the_fence_books_what_was_sent() -> None:
    """Only audio that passed the fence can have been heard."""
    session = make_session()
    turn = begin(session)
    speak(session, turn)
    assert turn.sent_samples == 0
    await take_all(session)
    assert turn.sent_samples == len(CHUNK) // 2
    await asyncio.sleep(1.0)
    assert turn.heard_samples(asyncio.get_running_loop().time()) < OUTPUT_RATE
