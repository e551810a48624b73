"""The load generator, small: two learners, our service and the floor, each in its own process."""

import sys

import pytest

from bench import scenarios
from bench.learner import Measured
from bench.load_report import conversation_rows, growth_row, limit_row, memory_row, render
from bench.process import serve
from bench.scenarios import Phase

SECONDS = 2.0
SESSIONS = 2

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")


@pytest.mark.parametrize("kind", ["service", "floor"])
async def test_learners_converse_with_either_server(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They stream 50 frames a second, are answered, break in, and hear no stale audio after it."""
    monkeypatch.setattr(scenarios, "WARM_UP_S", 0.1)
    monkeypatch.setattr(scenarios, "CONVERSATION", scenarios.SHORT)
    with serve(kind, short=True) as server:
        phase = await scenarios.talk(server, SESSIONS, SECONDS)
        assert server.memory_kb()[0] > 10_000
    assert phase.delays["frames"] == pytest.approx(SESSIONS * SECONDS * 50, rel=0.25)
    assert phase.measured.turns > 2
    assert len(phase.measured.interrupted) > 2
    assert (phase.measured.stale_after, phase.measured.unanswered) == (0, 0)
    assert phase.cpu_s > 0


def phase(response_ms: float, interrupted_ms: float = 1.0) -> Phase:
    """Return a measured phase in which every turn took the same."""
    measured = Measured(scripted_ms=440, final_ms=150)
    measured.add_response("end first", 440 + 150 + response_ms)
    measured.add_response("final first", 440 + response_ms)
    measured.interrupted.append(interrupted_ms)
    return Phase(10, measured, {"p50": 0.1, "p95": 0.2, "p99": 0.3}, 0.4, 0.5)


@pytest.mark.parametrize(
    ("service", "kept"), [(phase(7.0), True), (phase(7.2), False), (phase(3.0, 9.0), False)]
)
def test_a_conversation_is_held_against_the_floor(service: Phase, kept: bool) -> None:
    """A response more than 5 ms over the floor's, or a late reaction, misses its target."""
    rows = conversation_rows(phase(2.0), service)
    assert all(row.kept is not False for row in rows) == kept
    assert ("MISSED" in render(rows)) != kept


def test_memory_and_limit_are_held_against_their_targets() -> None:
    """60 kB a session, 0.1 kB a turn, and six tenths of the floor's sessions."""
    assert memory_row((30, 30), (59.0, 50)).kept
    assert not memory_row((30, 30), (61.0, 50)).kept
    assert growth_row(0.0, 0.1, 1_000).kept
    assert not growth_row(0.0, 0.2, 1_000).kept
    assert limit_row(100, 60).kept
    assert not limit_row(100, 59).kept
