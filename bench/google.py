"""What our own code adds to a reply by Google's services, over an emulator of them.

``python -m bench.google`` lets 1, 20 and 100 learners converse at the pace of speech with our
service, which is set up as ``make run`` sets it up, but takes loud for speech. Beside them a bare
relay asks the same of the emulator. Service, emulator, learners and relay are processes of their
own; the emulator's delays are those of the real services, and are not counted. Linux only.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import uvloop

from bench import google_report as report
from bench import scenarios
from bench.core import available_cores, claim_core, describe_schedule
from bench.google_hops import CHUNK_WORDS, Hops, measure_hops
from bench.google_learner import Asked, ToneLearner
from bench.learner import Timetable
from bench.process import ServerProcess, cpu_seconds, serve
from tests.google_emulator.process import Emulator, run_emulator

CROWDS = (1, 20, 100)

TIMETABLE = Timetable(pause=0.7)
"""The pause is long enough for the final transcript to come before the end of the turn."""

DELAYS = {
    "stt": {"interim_ms": 50, "final_ms": 60, "journal_audio": False},
    "llm": {"first_chunk_ms": 200, "chunk_ms": 30, "chunk_words": CHUNK_WORDS},
    "tts": {"first_audio_ms": 100, "audio_speed": 5, "max_streams": 1_000},
}
"""About what the real services take."""

RELAY_START_S = 2.0
"""How long the relay takes to import what it needs."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one crowd."""

    phase: scenarios.Phase
    service: Hops
    relay: Hops
    emulator_cpu: float
    """Share of a core that the emulator took."""


def main() -> None:
    """Run the command."""
    options = _parse()
    cores = available_cores()
    claim_core(cores[-1] if cores else None, real_time=options.real_time)
    print(f"server: uvicorn on uvloop, as make run; others: {describe_schedule()}", flush=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for sessions in options.sessions:
            with start(cores[0] if cores else None, real_time=options.real_time) as both:
                measured = runner.run(measure(*both, sessions, options.seconds))
            print(f"\n{report.render(measured)}", flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.google", description=__doc__)
    parser.add_argument("sessions", nargs="*", type=int, default=CROWDS, help="how many learners")
    parser.add_argument("--seconds", type=float, default=40.0, help="how long each crowd talks")
    parser.add_argument("--real-time", action="store_true", help="ahead of other jobs (root)")
    return parser.parse_args()


@contextmanager
def start(core: int | None, *, real_time: bool = False) -> Iterator[tuple[ServerProcess, Emulator]]:
    """Run our service on an emulator of its own until the block ends."""
    with run_emulator() as emulator:
        emulator.configure(**DELAYS)
        settings = emulator.settings
        with serve("google", core=core, real_time=real_time, settings=settings) as server:
            yield server, emulator


async def measure(
    server: ServerProcess, emulator: Emulator, sessions: int, seconds: float
) -> Measured:
    """Let learners and the relay talk, and return what took how long."""
    asked: list[Asked] = []
    learner = partial(ToneLearner, asked=asked.append)
    async with scenarios.Crowd.gather(server, learner) as crowd:
        await crowd.enter(sessions)
        crowd.talk(TIMETABLE)
        relaying = asyncio.create_task(relay(emulator, seconds), name="relay")
        await asyncio.sleep(max(scenarios.WARM_UP_S, RELAY_START_S))
        asked.clear()
        cpu_before = cpu_seconds(emulator.pid)
        phase = await crowd.observe(seconds)
        emulator_cpu = (cpu_seconds(emulator.pid) - cpu_before) / seconds
        answered = tuple(asked)
        relayed = await relaying
    journal = await asyncio.to_thread(emulator.journal)
    return Measured(
        phase, measure_hops(journal, answered), measure_hops(journal, relayed), emulator_cpu
    )


async def relay(emulator: Emulator, seconds: float) -> list[Asked]:
    """Run the bare relay for a while.

    Raises:
        RuntimeError: It failed; it says why on standard error.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.google_relay", f"--seconds={seconds}"),
        f"--ears={emulator.speech_host}",
        f"--tutor={emulator.gemini_url.rpartition('/')[2]}",
        f"--voice={emulator.tts_host}",
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the relay failed")
    return [Asked(**question) for question in json.loads(output)]


if __name__ == "__main__":
    main()
