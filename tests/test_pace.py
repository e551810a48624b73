"""Audio is taken in at most twice as fast as it sounds, after a burst."""

from hypothesis import given
from hypothesis import strategies as st

from listening.pace import BURST_S, SPEED, Pace


def test_a_live_microphone_never_waits() -> None:
    """A frame of 20 ms every 20 ms, for ten minutes."""
    pace = Pace(0.0)
    assert all(pace.take(0.02, tick * 0.02) == 0.0 for tick in range(30_000))


def test_audio_kept_while_connecting_is_taken_at_once() -> None:
    """Three seconds in one burst."""
    pace = Pace(0.0)
    assert [pace.take(0.2, 0.0) for _ in range(15)] == [0.0] * 15


@given(st.lists(st.floats(0.01, 0.2), min_size=50, max_size=300))
def test_a_flood_is_slowed_to_the_speed(frames: list[float]) -> None:
    """Who waits as told takes no more than the burst and the speed allow."""
    pace, now = Pace(0.0), 0.0
    for seconds in frames:
        now += pace.take(seconds, now)
    assert sum(frames) <= BURST_S + SPEED * now + 1e-6
