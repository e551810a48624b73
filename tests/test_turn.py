"""A turn knows how much of its reply was written, sent and heard."""

import asyncio

import pytest

from engine_api import OUTPUT_RATE, Question
from messages import TurnMetrics
from tests.virtual_time import in_virtual_time
from turn import Segment, Turn, TurnTimes


def make_turn(*segments: Segment, queued: int = 0, sent: int = 0) -> Turn:
    """Return a turn whose reply has come so far."""
    question = Question("What is it?", asyncio.Event())
    return Turn(
        1,
        question,
        TurnTimes(),
        list(segments),
        queued_samples=queued,
        all_queued=True,
        sent_samples=sent,
    )


TWO_SENTENCES = (Segment(0, "One two three four."), Segment(1_000, "Five six."))


@pytest.mark.parametrize(
    ("samples", "heard"),
    [
        (0, ""),
        (1, "One"),
        (250, "One two"),
        (500, "One two three"),
        (1_000, "One two three four."),
        (1_001, "One two three four. Five"),
        (2_000, "One two three four. Five six."),
        (9_999, "One two three four. Five six."),
    ],
)
def test_heard_text_ends_with_the_last_word_begun(samples: int, heard: str) -> None:
    """The cut falls between words, in proportion to the audio heard."""
    assert make_turn(*TWO_SENTENCES, queued=2_000).heard_text(samples) == heard


def test_text_without_a_voice_counts_as_heard() -> None:
    """What could only be shown was shown."""
    turn = make_turn(Segment(0, "Only written.", voiced=False))
    assert turn.heard_text(0) == "Only written."


def test_text_whose_voice_is_still_to_come_was_not_heard() -> None:
    """Text goes out a moment before its audio."""
    assert make_turn(Segment(0, "Coming."), Segment(900, "Later."), queued=0).heard_text(0) == ""


def test_the_cut_falls_right_in_a_sentence_whose_audio_is_still_being_made() -> None:
    """What of it is queued says nothing of its length; its text does, at the rate so far."""
    spoken = Segment(0, "x" * 100)
    half_made = Segment(100_000, " ".join(["word"] * 40))
    turn = make_turn(spoken, half_made, queued=148_000)
    turn.all_queued = False
    heard = turn.heard_text(100_000 + 20 * 5 * 1_000).split()[1:]
    assert len(heard) == 20


def test_the_first_sentence_is_cut_at_the_usual_rate_while_it_is_being_made() -> None:
    """16 characters a second, until there is a sentence to learn the rate from."""
    turn = make_turn(Segment(0, " ".join(["four"] * 40)), queued=48_000)
    turn.all_queued = False
    assert len(turn.heard_text(24_000).split()) == 4


def test_a_silent_player_is_taken_to_play_in_real_time() -> None:
    """Without reports, heard is the time since the first chunk, at most what was sent."""
    turn = make_turn(sent=0)
    turn.note_sent(OUTPUT_RATE, 10.0)
    assert [turn.heard_samples(at) for at in (10.0, 10.5, 99.0)] == [0, 12_000, OUTPUT_RATE]


def test_a_report_overrides_the_estimate() -> None:
    """The player knows better than the clock."""
    turn = make_turn()
    turn.note_sent(OUTPUT_RATE, 10.0)
    turn.note_played(300)
    assert turn.heard_samples(99.0) == 300


def test_a_player_cannot_have_played_what_was_not_sent() -> None:
    """A wrong report is bounded by what left the server, and never goes back."""
    turn = make_turn(sent=500)
    turn.note_played(10**6)
    turn.note_played(3)
    assert turn.heard_samples(0.0) == 500


@in_virtual_time
async def test_waiting_ends_when_the_player_reports() -> None:
    """A report wakes the wait for it."""
    turn = make_turn(sent=1_000)
    turn.note_played(0)
    waiting = asyncio.ensure_future(turn.wait_until_heard(1_000, stall_s=5.0))
    await asyncio.sleep(1.0)
    assert not waiting.done()
    turn.note_played(1_000)
    await waiting


@in_virtual_time
async def test_waiting_for_a_silent_player_takes_as_long_as_the_audio() -> None:
    """The pace of a client that never reports is the pace of its audio."""
    turn = make_turn()
    loop = asyncio.get_running_loop()
    turn.note_sent(2 * OUTPUT_RATE, loop.time())
    await turn.wait_until_heard(2 * OUTPUT_RATE, stall_s=5.0)
    assert loop.time() == pytest.approx(2.0, abs=0.03)


@in_virtual_time
async def test_a_player_that_stands_still_ends_the_wait() -> None:
    """No wait is endless."""
    turn = make_turn(sent=1_000)
    turn.note_played(10)
    with pytest.raises(TimeoutError):
        await turn.wait_until_heard(1_000, stall_s=5.0)
    assert asyncio.get_running_loop().time() == pytest.approx(5.0, abs=0.1)


@in_virtual_time
async def test_nobody_waits_for_a_reply_that_was_interrupted() -> None:
    """A stage that is deaf to its cancellation gets through at once."""
    turn = make_turn(sent=1_000)
    turn.note_played(0)
    waiting = asyncio.ensure_future(turn.wait_until_heard(1_000, stall_s=5.0))
    await asyncio.sleep(0)
    turn.end()
    await waiting
    assert asyncio.get_running_loop().time() < 1.0


def test_stage_times_are_differences_in_milliseconds() -> None:
    """Each stage runs from the end of the one before it."""
    turn = make_turn()
    turn.times = TurnTimes(1.0, 1.8, 1.9, 2.0, 2.15)
    assert turn.measure(dropped_frames=3) == TurnMetrics(1, 800.0, 100.0, 100.0, 150.0, 1150.0, 3)


def test_a_stage_that_did_not_happen_has_no_time() -> None:
    """A typed question has no end of speech."""
    turn = make_turn()
    turn.times = TurnTimes(turn_ended=1.0, transcribed=1.0)
    assert turn.measure(0) == TurnMetrics(1, None, 0.0, None, None, None, 0)
