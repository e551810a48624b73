"""The lines of the load generator's report: figures beside the floor's, and the targets."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import percentile, spread, table
from bench.scenarios import Phase

RESPONSE_P50_MS = 5.0
RESPONSE_P99_MS = 15.0
"""Most that a response may take over the floor's."""

REACTION_P99_MS = 5.0
"""Longest from ``BARGE_IN`` to ``INTERRUPTED``."""

IDLE_KB = 60.0
GROWTH_KB = 0.1
LIMIT_SHARE = 0.6
"""Sessions a core, as a share of the floor's."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line: what, at the floor, in our service, what it should be, and whether it is."""

    what: str
    floor: str
    service: str
    target: str = ""
    kept: bool | None = None


def render(rows: Sequence[Row]) -> str:
    """Return the lines as a table."""
    verdicts = {None: "", True: "kept", False: "MISSED"}
    lines = [(row.what, row.floor, row.service, row.target, verdicts[row.kept]) for row in rows]
    return table(("", "floor", "service", "target", ""), lines)


def conversation_rows(floor: Phase, service: Phase) -> list[Row]:
    """Return what is told of sessions that converse."""
    return [
        Row(f"{floor.sessions} sessions converse", "", ""),
        *_response_rows(floor, service),
        *_barge_in_rows(floor, service),
        _delay_row(floor, service),
        Row("  CPU s a session-minute", f"{floor.cpu_s:.2f}", f"{service.cpu_s:.2f}"),
        Row("  turns", _turns(floor), _turns(service)),
        Row(
            "  load generator late p99 ms", f"{floor.lateness_ms:.1f}", f"{service.lateness_ms:.1f}"
        ),
    ]


def _response_rows(floor: Phase, service: Phase) -> list[Row]:
    rows = []
    for order, ours in service.measured.response.items():
        bare = floor.measured.response[order]
        over = [percentile(ours, p) - percentile(bare, p) for p in (50, 99)] if ours else [0, 0]
        rows.append(
            Row(
                f"  response overhead ms, {order}",
                spread(bare),
                spread(ours),
                f"floor + {RESPONSE_P50_MS:.0f} p50, + {RESPONSE_P99_MS:.0f} p99",
                bool(ours) and over[0] <= RESPONSE_P50_MS and over[1] <= RESPONSE_P99_MS,
            )
        )
    return rows


def _barge_in_rows(floor: Phase, service: Phase) -> list[Row]:
    bare, ours = floor.measured, service.measured
    reacted = bool(ours.interrupted) and percentile(ours.interrupted, 99) <= REACTION_P99_MS
    return [
        Row(
            "  BARGE_IN to INTERRUPTED ms",
            spread(bare.interrupted),
            spread(ours.interrupted),
            f"{REACTION_P99_MS:.0f} p99",
            reacted,
        ),
        Row("  BARGE_IN to last stale byte ms", spread(bare.last_stale), spread(ours.last_stale)),
        Row(
            "  stale chunks after INTERRUPTED",
            str(bare.stale_after),
            str(ours.stale_after),
            "0",
            ours.stale_after == 0,
        ),
    ]


def _delay_row(floor: Phase, service: Phase) -> Row:
    bare, ours = (
        " / ".join(f"{phase.delays[p]:.1f}" for p in ("p50", "p95", "p99"))
        for phase in (floor, service)
    )
    return Row("  frame delay ms", bare, ours)


def _turns(phase: Phase) -> str:
    lost = phase.measured.unanswered
    return f"{phase.measured.turns}" + (f", {lost} without answer" if lost else "")


def listening_row(floor: Phase, service: Phase) -> Row:
    """Return what is told of sessions that only listen."""
    what = f"{floor.sessions} sessions listen, CPU s a session-minute"
    return Row(what, f"{floor.cpu_s:.2f}", f"{service.cpu_s:.2f}")


def memory_row(floor: tuple[float, float], service: tuple[float, float]) -> Row:
    """Return what is told of an idle session's resident and private memory."""
    bare, ours = (f"{rss:.0f} / {private:.0f}" for rss, private in (floor, service))
    what = "memory of an idle session kB, RSS / private"
    return Row(what, bare, ours, f"{IDLE_KB:.0f}", service[0] <= IDLE_KB)


def growth_row(floor: float, service: float, turns: int) -> Row:
    """Return what is told of the memory a turn leaves behind."""
    what = f"memory growth a turn kB, over {turns:,} turns"
    return Row(what, f"{floor:.2f}", f"{service:.2f}", f"{GROWTH_KB}", service <= GROWTH_KB)


def limit_row(floor: int, service: int) -> Row:
    """Return what is told of the most sessions that a core holds."""
    share = service / floor if floor else 0.0
    return Row(
        "most sessions a core, frame delay p99 < 50 ms",
        str(floor),
        f"{service} ({share:.0%})",
        f"{LIMIT_SHARE:.0%} of the floor's",
        share >= LIMIT_SHARE,
    )
