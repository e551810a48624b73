"""A long conversation in little time: does anything grow, get lost, or stay behind?

``python -m bench.google_soak`` lets some learners ask thousands of questions of our service on
Google's engines, over the emulator at its fastest. They speak and type, break in by button and by
voice, change the language; now and then a service fails, and the ears' calls are so short-lived
that long questions outlive them. Linux only.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from time import monotonic
from typing import Any

from bench.core import available_cores, claim_core
from bench.google_soak_faults import FAULTS
from bench.google_soak_report import Result, Tally, render
from bench.hasty_learner import HastyLearner, hasty_learners
from bench.process import ServerProcess, serve
from bench.questions import number_questions
from bench.resources import read_base, settle
from messages import Config, SpeechStart
from tests.google_emulator.process import Emulator, run_emulator

TURNS_A_SAMPLE = 50
TURNS_A_FAULT = 25
TOGETHER_MS = 200
"""So long is waited for the tutor that all answers of the warm-up are under way at a time."""

ROTATION_S = 1.0
"""How old a call of the ears may grow."""

SETTINGS: dict[str, Any] = {
    "stt_timeout_s": 3,
    "tutor_timeout_s": 3,
    "voice_timeout_s": 3,
    "gemini_first_token_timeout_s": 1,
}
"""A service that stalls is given up soon."""

BEHAVIOUR: dict[str, dict[str, Any]] = {
    "stt": {"stream_limit_s": 4, "longest_result_s": 1, "journal_audio": False},
    "tts": {"audio_speed": 1_000},
}
"""A call of the ears lasts for seconds; a result, as ever, for a part of that."""

LANGUAGES = ("en-US", "es-ES", "de-DE")
FAST, REAL = 5.0, 1.0
"""Pace of speech."""


def main() -> int:
    """Run the command; 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.google_soak", description=__doc__)
    parser.add_argument("--turns", type=int, default=6_000)
    parser.add_argument("--learners", type=int, default=6)
    parser.add_argument("--log", type=Path, help="where to keep the server's log")
    options = parser.parse_args()
    cores = available_cores()
    claim_core(cores[-1] if cores else None, real_time=False)
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        log = options.log or Path(folder) / "server.log"
        core = cores[0] if cores else None
        result = runner.run(soak(options.turns, options.learners, log, core=core))
    print(render(result))
    return 0 if result.kept else 1


async def soak(turns: int, learners: int, log: Path, *, core: int | None = None) -> Result:
    """Let learners have so many turns together.

    Args:
        turns: How many.
        learners: How many talk at a time.
        log: Where the server logs to.
        core: The server's.

    Raises:
        NoEnd: A turn never ended.
    """
    with start(log, core) as (server, emulator):
        conversation = Conversation(server, emulator, turns)
        await conversation.warm_up(learners)
        before = await read_base(server)
        began = monotonic()
        await conversation.run(learners)
        seconds = monotonic() - began
        after = await settle(server, before)
        open_calls = await asyncio.to_thread(count_open_calls, emulator)
        counts = server.ask("health")["engines"]["stt"]["counts"]
    logged = await asyncio.to_thread(log.read_text)
    return Result(
        conversation.tally, seconds, before, after, open_calls, counts, logged.count("Traceback")
    )


@contextmanager
def start(log: Path, core: int | None) -> Iterator[tuple[ServerProcess, Emulator]]:
    """Run our service on a quick emulator until the block ends."""
    with run_emulator() as emulator, log.open("w") as log_file:
        emulator.configure(**BEHAVIOUR)
        settings = SETTINGS | emulator.settings
        rotation = f"--rotation-s={ROTATION_S}"
        with serve(
            "google", core=core, settings=settings, options=(rotation,), log=log_file
        ) as server:
            yield server, emulator


async def hear_out(_: HastyLearner) -> None:
    """Let the reply come to its end."""


async def press_stop(learner: HastyLearner) -> None:
    """Break in by button, at a moment when anything may be under way."""
    await asyncio.sleep(random.uniform(0, 0.1))
    learner.barge_in()


async def speak_over(learner: HastyLearner) -> None:
    """Break in by speaking, as soon as there is something to hear."""
    await learner.wait_for_sound()
    learner.send(SpeechStart())


Hear = Callable[[HastyLearner], Awaitable[None]]
ENDS: tuple[Hear, ...] = (hear_out, press_stop, speak_over)
"""How a reply comes to its end."""


class Conversation:
    """Many turns of some learners with one server.

    Args:
        server: The server.
        emulator: What its engines talk to.
        turns: How many turns all learners have together.
    """

    def __init__(self, server: ServerProcess, emulator: Emulator, turns: int):
        self._server = server
        self._emulator = emulator
        self._turns = turns
        self._questions = number_questions(0, 1)
        self._faults = cycle(FAULTS)
        self.tally = Tally()

    async def warm_up(self, learners: int) -> None:
        """Let them type and say something, all at a time, which opens what stays open."""
        self._emulator.configure(llm={"first_chunk_ms": TOGETHER_MS})
        for kind in ("say", "type"):
            async with hasty_learners(self._server.url, learners) as crowd:
                await asyncio.gather(*(self._ask(one, kind, hear_out) for one in crowd))
        self._emulator.configure(llm={"first_chunk_ms": 0})
        self.tally = Tally()

    async def run(self, learners: int) -> None:
        """Let so many learners talk until all turns are done."""
        async with (
            hasty_learners(self._server.url, learners) as crowd,
            asyncio.TaskGroup() as tasks,
        ):
            for seed, learner in enumerate(crowd):
                tasks.create_task(self._talk(learner, random.Random(seed)))
        self._emulator.plan()

    async def _talk(self, learner: HastyLearner, draw: random.Random) -> None:
        languages = cycle(LANGUAGES)
        while self.tally.turns < self._turns:
            kind = draw.choices(("say", "type", "say at length"), (50, 48, 2))[0]
            await self._ask(learner, kind, draw.choices(ENDS, (70, 15, 15))[0])
            if draw.random() < 0.04:
                learner.send(Config(language=next(languages)))
            await self._look_after()

    async def _ask(self, learner: HastyLearner, kind: str, hear: Hear) -> None:
        question = next(self._questions)
        if kind == "type":
            learner.type(question)
        else:
            at_length = kind == "say at length"
            question = " ".join([question] * 3) if at_length else question
            await learner.say(question, REAL if at_length else FAST)
        asked = learner.reply
        await hear(learner)
        await learner.wait_for_end()
        self.tally.add(asked)
        if kind != "type":
            self.tally.spoken += 1
            self.tally.misheard += asked.transcript != question

    async def _look_after(self) -> None:
        """Now and then plan a fault, and note how much memory the server has."""
        turns = self.tally.turns
        if turns % TURNS_A_SAMPLE == 0:
            self.tally.memory.append((turns, self._server.memory_kb()[0]))
        if turns % TURNS_A_FAULT == 0:
            self.tally.faults += 1
            await asyncio.to_thread(self._emulator.plan, next(self._faults))


def count_open_calls(emulator: Emulator) -> int:
    """Return the calls that the emulator still serves, as far back as its journal goes."""
    ended: set[int] = set()
    opened: set[int] = set()
    for entry in emulator.journal():
        if entry["event"] == "opened":
            opened.add(entry["call"])
        elif entry["event"] in ("ended", "cancelled"):
            ended.add(entry["call"])
    return len(opened - ended)


if __name__ == "__main__":
    sys.exit(main())
