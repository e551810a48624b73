"""The report on what our own code adds: our service beside the bare relay."""

from typing import TYPE_CHECKING

from bench.figures import spread, table
from bench.learner import Order

if TYPE_CHECKING:
    from bench.google import Measured

HEAD = ("ms, p50 / p95 / p99", "bare relay", "our service", "turns")


def render(measured: "Measured") -> str:
    """Return the figures of one crowd as a table, and what they were measured with."""
    ours, bare = measured.service, measured.relay
    rows = [
        _request_row("final transcript to Gemini request", "end first", measured),
        _request_row("end of turn, after the final, to it", "final first", measured),
        _row("first sentence to voice request", bare.order, ours.order),
        _row("first voice audio to AUDIO_CHUNK", bare.audio, ours.audio),
    ]
    return f"{measured.phase.sessions} learners\n{table(HEAD, rows)}\n{_describe(measured)}"


def _request_row(what: str, order: Order, measured: "Measured") -> tuple[str, ...]:
    return _row(what, measured.relay.request[order], measured.service.request[order])


def _row(what: str, bare: list[float], ours: list[float]) -> tuple[str, ...]:
    return what, spread(bare), spread(ours), str(len(ours))


def _describe(measured: "Measured") -> str:
    phase = measured.phase
    interrupted = spread(phase.measured.interrupted)
    frames = " / ".join(f"{phase.delays[p]:.1f}" for p in ("p50", "p95", "p99"))
    return "\n".join(
        (
            f"server CPU {phase.cpu_s:.2f} s a session-minute",
            f"BARGE_IN to INTERRUPTED ms {interrupted}; frame to ears ms {frames}",
            f"turns {phase.measured.turns}, {phase.measured.unanswered} without answer, "
            f"{phase.measured.stale_after} stale chunks; emulator {measured.emulator_cpu:.0%} of "
            f"a core; learners late p99 {phase.lateness_ms:.1f} ms",
        )
    )
