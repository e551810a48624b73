"""The load generator: many learners against our service, and against the floor in the same run.

Both servers run the same scripted engines on a core of their own, and every session streams 50
frames a second all the time. ``python -m bench.load`` takes some minutes, ``--quick`` one. Linux
only: CPU and memory are read from ``/proc``.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import uvloop

from bench import load_report as report
from bench import scenarios
from bench.core import available_cores, claim_core, describe_schedule
from bench.process import ServerProcess, serve

Start = Callable[..., AbstractContextManager[ServerProcess]]
Result = TypeVar("Result")

TRIES = 2
"""Probes of a number of sessions; one spoilt by another job of the machine is not a limit."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure. Times in seconds; a zero leaves the measurement out."""

    crowds: tuple[int, ...] = (1, 10, 50)
    talk_s: float = 40.0
    listen_s: float = 15.0
    idle: int = 200
    turns: int = 1_000
    limit_s: float = 6.0
    first_limit: int = 128
    limit_share: float = 1 / 16
    """How exactly to find the limit."""


QUICK = Plan(crowds=(10,), talk_s=8.0, listen_s=4.0, turns=0, limit_s=0.0)


def main() -> int:
    """Run the command; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a version of a minute")
    parser.add_argument("--real-time", action="store_true", help="ahead of other jobs (root)")
    options = parser.parse_args()
    cores = available_cores()
    start = partial(serve, core=cores[0] if cores else None, real_time=options.real_time)
    claim_core(cores[-1] if cores else None, real_time=options.real_time)
    plan = QUICK if options.quick else Plan()
    print(f"load generator: {describe_schedule()}; p50 / p95 / p99", flush=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rows = runner.run(measure(plan, start))
    print(f"\n{report.render(rows)}")
    return 1 if any(row.kept is False for row in rows) else 0


async def measure(plan: Plan, start: Start) -> list[report.Row]:
    """Carry out a plan against both servers, each measurement on fresh ones."""
    return [row async for row in _rows(plan, start)]


async def _rows(plan: Plan, start: Start) -> AsyncIterator[report.Row]:
    for sessions in plan.crowds:
        talk = partial(scenarios.talk, sessions=sessions, seconds=plan.talk_s)
        for row in report.conversation_rows(*await _both(start, talk)):
            yield row
    listen = partial(scenarios.listen, sessions=10, seconds=plan.listen_s)
    yield report.listening_row(*await _both(start, listen))
    idle = partial(scenarios.idle_memory, sessions=plan.idle)
    yield report.memory_row(*await _both(start, idle))
    if plan.turns:
        grow = partial(scenarios.growth, sessions=20, turns=plan.turns)
        yield report.growth_row(*await _both(partial(start, short=True), grow), plan.turns)
    if plan.limit_s:
        limits = [await find_limit(partial(start, kind), plan) for kind in ("floor", "service")]
        yield report.limit_row(*limits)


async def _both(
    start: Start, scenario: Callable[[ServerProcess], Awaitable[Result]]
) -> tuple[Result, Result]:
    """Play a scenario on a fresh floor and on a fresh service."""
    with start("floor") as server:
        floor = await scenario(server)
    with start("service") as server:
        return floor, await scenario(server)


async def find_limit(start: Start, plan: Plan) -> int:
    """Return the most sessions a server holds: doubled until it fails, then halved in between."""
    held, failed, sessions = 0, 0, plan.first_limit
    while not failed or failed - held > max(plan.limit_share * failed, 1):
        if await _holds(start, sessions, plan.limit_s):
            held = sessions
        else:
            failed = sessions
        sessions = (held + failed) // 2 if failed else 2 * held
    return held


async def _holds(start: Start, sessions: int, seconds: float) -> bool:
    for _ in range(TRIES):
        with start() as server:
            if await scenarios.holds(server, sessions, seconds):
                return True
    return False


if __name__ == "__main__":
    sys.exit(main())
