"""The figures of the benches: percentiles, tables and time stamps."""

import time

import pytest

from bench.figures import percentile, spread, table
from bench.stamps import DelayCounts, age_ms, stamp


@pytest.mark.parametrize(("percent", "value"), [(50, 50), (95, 95), (99, 99), (100, 100), (1, 1)])
def test_a_percentile_is_a_value_that_occurred(percent: float, value: float) -> None:
    """Nearest rank, whatever the order."""
    assert percentile(range(100, 0, -1), percent) == value


def test_of_nothing_there_is_no_percentile() -> None:
    """No values, no figure; a report shows a dash."""
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)
    assert spread([]) == "-"


def test_a_table_lines_up() -> None:
    """The first column begins together, the others end together."""
    assert table(("what", "ms"), [("a", "1.0"), ("longer", "12.0")]).splitlines() == [
        "what      ms",
        "------  ----",
        "a        1.0",
        "longer  12.0",
    ]


def test_a_stamp_tells_the_age_of_a_frame_and_is_not_heard() -> None:
    """The age is read back to the millisecond, and no sample exceeds -40 dBFS."""
    pcm = bytearray(640)
    stamp(pcm, 0)
    time.sleep(0.002)  # the clock itself is under test
    assert 2 <= age_ms(memoryview(pcm)) < 1_000
    assert max(memoryview(pcm).cast("h")) < 328


def test_delays_are_counted_from_anew_each_time() -> None:
    """Percentiles come to a tenth of a millisecond; what is taken is gone."""
    counts = DelayCounts()
    for tenths in range(1, 101):
        counts.add(tenths / 10 - 0.05)
    taken = counts.take()
    assert taken == {
        "frames": 100,
        "p50": pytest.approx(5.0),
        "p95": pytest.approx(9.5),
        "p99": pytest.approx(9.9),
    }
    assert counts.take()["frames"] == 0
