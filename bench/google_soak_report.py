"""The report on a long conversation: what was said, what grew, and what was left over."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from bench.hasty_learner import Reply
from bench.resources import Resources
from engine_api import OUTPUT_RATE

WARM_UP_TURNS = 1_000
FEWEST_SAMPLES = 20
LIMIT_KB = 1_024.0
"""Most that resident memory may grow in 1,000 turns."""


@dataclass(slots=True)
class Tally:
    """What happened."""

    turns: int = 0
    spoken: int = 0
    misheard: int = 0
    """Questions whose transcript has another word than was said."""
    interrupted: int = 0
    faults: int = 0
    samples: int = 0
    """Of all answers, at 24 kHz."""
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[int, float]] = field(default_factory=list)
    """Turns so far, and the resident memory at that point, in kB."""

    def add(self, reply: Reply) -> None:
        """Count a turn."""
        self.turns += 1
        self.samples += reply.samples
        self.interrupted += reply.interrupted
        self.errors += reply.errors

    @property
    def growth_kb(self) -> float | None:
        """Growth of memory in 1,000 turns after the warm-up, by a straight line; if it lasted."""
        samples = [sample for sample in self.memory if sample[0] >= WARM_UP_TURNS]
        if len(samples) < FEWEST_SAMPLES:
            return None
        turns, memory = np.array(samples).T
        return float(np.polyfit(turns, memory, 1)[0]) * 1_000


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    tally: Tally
    seconds: float
    before: Resources
    after: Resources
    open_calls: int
    """Calls that the emulator still serves."""
    counts: dict[str, int]
    """What the ears counted."""
    tracebacks: int

    @property
    def left_tasks(self) -> list[str]:
        """Names of tasks that were not there before."""
        return sorted(set(self.after.names) - set(self.before.names))

    @property
    def kept(self) -> bool:
        """Whether nothing grew, got lost or stayed behind."""
        grew = (self.tally.growth_kb or 0.0) > LIMIT_KB
        left = self.after.exceeds(self.before) or self.open_calls
        lost = self.tally.misheard or self.tally.errors.total() > self.tally.faults
        return not (grew or left or lost or self.tracebacks)


def render(result: Result) -> str:
    """Return the report."""
    tally = result.tally
    errors = ", ".join(f"{code} {number}" for code, number in sorted(tally.errors.items()))
    growth = "not known yet" if tally.growth_kb is None else f"{tally.growth_kb:,.0f} kB"
    lines = (
        f"{tally.turns:,} turns in {result.seconds:.0f} s; {tally.spoken:,} spoken, "
        f"{tally.interrupted:,} broken in on; {tally.samples / OUTPUT_RATE / 3_600:.1f} h of "
        "answers",
        f"questions misheard: {tally.misheard}",
        f"{tally.faults} faults planned; told to learners: {errors or 'nothing'}",
        f"ears: {', '.join(f'{name} {n}' for name, n in sorted(result.counts.items()))}",
        f"memory growth in 1,000 turns: {growth} (limit {LIMIT_KB:,.0f} kB)",
        f"before: {result.before}",
        f"after:  {result.after}; calls left open: {result.open_calls}",
        *(f"left: {name}" for name in result.left_tasks),
        f"tracebacks in the log: {result.tracebacks}",
    )
    return "\n".join(lines)
