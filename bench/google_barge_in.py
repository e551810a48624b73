"""How soon Gemini and Google's voice are rid of a reply that the learner broke in on.

``python -m bench.google_barge_in`` breaks in on replies while tutor and voice are both at work,
and at random moments, and reads in the emulator's journal when each call was cancelled. Nobody
collects garbage in the server, so nothing but our own code can close a call. Then it breaks in
some hundred times more, and compares what the server holds with what it held before. Linux only.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvloop

from bench.core import available_cores, claim_core, describe_schedule
from bench.figures import percentile, table
from bench.google_hops import find_calls
from bench.hasty_learner import HastyLearner, hasty_learners
from bench.process import ServerProcess, serve
from bench.questions import number_questions
from bench.resources import Resources, read_base, settle
from tests.google_emulator.journal import Entry
from tests.google_emulator.process import Emulator, run_emulator

LEARNERS = 4
LIMIT_MS = 20.0
"""Longest from ``BARGE_IN`` to the end of a call, p99."""

LONGEST_CALL_S = 1.0
"""A call that outlives its barge-in by so much counts as left open."""

SLOW: dict[str, dict[str, Any]] = {
    "llm": {"first_chunk_ms": 50, "chunk_ms": 60, "chunk_words": 1},
    "tts": {"first_audio_ms": 50, "audio_speed": 1},
}
"""The tutor writes for a second, and the voice speaks as slowly as it is heard."""

QUICK: dict[str, dict[str, Any]] = {
    "llm": {"first_chunk_ms": 5, "chunk_ms": 5, "chunk_words": 1},
    "tts": {"first_audio_ms": 5, "audio_speed": 10},
}

Await = Callable[[HastyLearner, random.Random], Any]


@dataclass(slots=True)
class Ended:
    """How calls of one service ended, after their learner broke in."""

    after_ms: list[float] = field(default_factory=list)
    before: int = 0
    """Calls that had ended already."""
    never: int = 0
    """Calls that are still open."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it all."""

    calls: dict[str, Ended]
    barge_ins: int
    before: Resources
    after: Resources

    @property
    def kept(self) -> bool:
        """Whether calls ended in time, and nothing was left over."""
        late = any(
            e.after_ms and percentile(e.after_ms, 99) > LIMIT_MS for e in self.calls.values()
        )
        open_calls = any(ended.never for ended in self.calls.values())
        return not late and not open_calls and not self.after.exceeds(self.before)


def main() -> int:
    """Run the command; 1 where a limit is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.google_barge_in", description=__doc__)
    parser.add_argument("--trials", type=int, default=200, help="replies broken in on and timed")
    parser.add_argument("--more", type=int, default=500, help="and not timed")
    parser.add_argument("--real-time", action="store_true", help="ahead of other jobs (root)")
    options = parser.parse_args()
    cores = available_cores()
    claim_core(cores[-1] if cores else None, real_time=options.real_time)
    core = cores[0] if cores else None
    print(f"server: uvicorn on uvloop, no garbage collection; others: {describe_schedule()}")
    with run_emulator() as emulator, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        arguments = {"core": core, "real_time": options.real_time, "settings": emulator.settings}
        with serve("google", options=("--no-collection",), **arguments) as server:
            result = runner.run(measure(server, emulator, options.trials, options.more))
    print(render(result))
    return 0 if result.kept else 1


async def measure(server: ServerProcess, emulator: Emulator, trials: int, more: int) -> Result:
    """Break in so many times with a clock, and so many more times without."""
    questions = number_questions(0, 1)
    emulator.configure(llm=SLOW["llm"])
    await warm_up(server, questions)
    before = await read_base(server)
    emulator.configure(tts=SLOW["tts"])
    half = trials // 2
    sent = await break_in(server, questions, half, while_both_work)
    sent |= await break_in(server, questions, trials - half, at_any_moment)
    await asyncio.sleep(LONGEST_CALL_S)
    calls = time_calls(await asyncio.to_thread(emulator.journal), sent)
    emulator.configure(**QUICK)
    await break_in(server, questions, more, soon)
    after = await settle(server, before)
    return Result(calls, trials + more, before, after)


async def warm_up(server: ServerProcess, questions: Iterator[str]) -> None:
    """Let everybody hear an answer at the same time, which opens what stays open."""
    async with hasty_learners(server.url, LEARNERS) as learners:
        for learner in learners:
            learner.type(next(questions))
        await asyncio.gather(*(learner.wait_for_end() for learner in learners))


async def while_both_work(learner: HastyLearner, draw: random.Random) -> None:
    """Wait until the voice speaks and the tutor still writes."""
    await learner.wait_for_sound()
    await asyncio.sleep(draw.uniform(0, 0.2))


async def at_any_moment(_: HastyLearner, draw: random.Random) -> None:
    """Wait for a while that may be shorter or longer than any stage takes."""
    await asyncio.sleep(draw.uniform(0, 1.0))


async def soon(_: HastyLearner, draw: random.Random) -> None:
    """Wait for a moment."""
    await asyncio.sleep(draw.uniform(0, 0.1))


async def break_in(
    server: ServerProcess, questions: Iterator[str], times: int, moment: Await
) -> dict[str, float]:
    """Ask and break in so many times; return when for each question.

    Raises:
        NoEnd: A reply never ended.
    """
    sent: dict[str, float] = {}
    draw = random.Random(times)

    async def learn(learner: HastyLearner) -> None:
        while len(sent) < times:
            question = next(questions)
            sent[question] = 0.0
            learner.type(question)
            await moment(learner, draw)
            sent[question] = learner.barge_in()
            await learner.wait_for_end()

    async with hasty_learners(server.url, LEARNERS) as learners, asyncio.TaskGroup() as tasks:
        for learner in learners:
            tasks.create_task(learn(learner))
    return sent


def time_calls(entries: Sequence[Entry], sent: dict[str, float]) -> dict[str, Ended]:
    """Return how the calls for each question ended, by service."""
    calls = {"llm": Ended(), "tts": Ended()}
    questions = find_calls(entries, sent)
    ends = {e["call"]: e["at"] for e in entries if e["event"] in ("cancelled", "ended")}
    for (call, service), question in questions.items():
        if call not in ends:
            calls[service].never += 1
        elif ends[call] < sent[question]:
            calls[service].before += 1
        else:
            calls[service].after_ms.append((ends[call] - sent[question]) * 1_000)
    return calls


def render(result: Result) -> str:
    """Return the report."""
    names = {"llm": "BARGE_IN to the end of Gemini's call", "tts": "and of the voice's"}
    rows = [_row(names[service], ended) for service, ended in result.calls.items()]
    head = ("ms", "p50", "p99", "max", "calls", "over before", "open")
    return (
        f"\n{table(head, rows)}\nlimit: {LIMIT_MS:.0f} ms p99\n\n"
        f"before {result.barge_ins} barge-ins: {result.before}\nafter them: {result.after}"
    )


def _row(what: str, ended: Ended) -> tuple[str, ...]:
    times = ended.after_ms
    shown = [f"{percentile(times, p):.1f}" if times else "-" for p in (50, 99, 100)]
    return what, *shown, str(len(times)), str(ended.before), str(ended.never)


if __name__ == "__main__":
    sys.exit(main())
