"""A long conversation with Google's engines over the emulator, in short."""

import sys
from pathlib import Path

import pytest

from bench.google_soak import soak
from bench.google_soak_report import Tally, render

TURNS = 120
LEARNERS = 4

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")


async def test_many_turns_leave_nothing_behind(tmp_path: Path) -> None:
    """Every word is understood, each fault costs one turn at most, and nothing stays open."""
    result = await soak(TURNS, LEARNERS, tmp_path / "server.log")
    assert result.tally.turns >= TURNS
    assert result.counts["calls"] >= result.tally.spoken > 0
    assert result.kept, render(result)


def test_growth_is_told_by_the_turns_after_the_warm_up() -> None:
    """What the first thousand turns load does not count; after it the line's slope does."""
    tally = Tally(memory=[(turns, 50_000.0) for turns in range(0, 1_000, 50)])
    assert tally.growth_kb is None
    tally.memory += [(turns, 90_000 + turns / 10) for turns in range(1_000, 3_000, 50)]
    assert tally.growth_kb == pytest.approx(100)
