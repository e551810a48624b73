"""What the load generator does to a server: talk, listen, idle, endure, and find its limit."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.client import background
from bench.figures import percentile
from bench.learner import Learner, Measured, Timetable
from bench.metronome import Metronome
from bench.process import ServerProcess
from bench.swarm import open_connections
from engines.scripted import Script

WARM_UP_S = 3.0
"""What a server does for the first time it does slower."""

POLL_S = 0.1
SETTLE_S = 1.0

LONGEST_DELAY_MS = 50.0
"""A server holds as many sessions as it can serve with this delay of a frame, p99."""

CONVERSATION = Timetable()

SHORT = Timetable((0.1, 0.1), pause=0.0, listen=(0.02, 0.02), watch=0.0, rest=(0.0, 0.0))
"""Turns as fast as they come, for what takes many of them."""


MakeLearner = Callable[[str, Callable[[], Measured], int], Learner]


@dataclass(frozen=True, slots=True)
class Phase:
    """What was measured while so many sessions did the same for a while."""

    sessions: int
    measured: Measured
    delays: dict[str, float]
    """Frames from the load generator's socket to the server's ears; ms."""
    cpu_s: float
    """CPU seconds of the server a session-minute."""
    lateness_ms: float
    """By how much the load generator itself was late, p99."""


class Crowd:
    """The learners of one server.

    Args:
        server: The server.
        learner: Makes one of them, from the server's address, where to put what is measured, and
            a number of its own.
    """

    def __init__(self, server: ServerProcess, learner: MakeLearner = Learner):
        self._server = server
        self._learner = learner
        self._learners: list[Learner] = []
        self._metronome = Metronome()
        self._tasks: list[asyncio.Task[None]] = []
        self.measured = _nothing()

    @classmethod
    @asynccontextmanager
    async def gather(
        cls, server: ServerProcess, learner: MakeLearner = Learner
    ) -> AsyncIterator["Crowd"]:
        """Begin with nobody; end with good-byes."""
        crowd = cls(server, learner)
        async with background(metronome=crowd._metronome.run()):
            try:
                yield crowd
            finally:
                await crowd._leave()

    async def enter(self, sessions: int, *, streaming: bool = True) -> None:
        """Let so many learners connect and, unless told otherwise, stream silence."""
        self._learners = [
            self._learner(self._server.url, lambda: self.measured, seed) for seed in range(sessions)
        ]
        await open_connections([learner.connection for learner in self._learners])
        if streaming:
            for learner in self._learners:
                self._metronome.add(learner)

    async def _leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for learner in self._learners:
            learner.connection.close()

    def talk(self, timetable: Timetable) -> None:
        """Let everybody converse."""
        self._tasks = [asyncio.create_task(x.converse(timetable)) for x in self._learners]

    async def observe(self, seconds: float) -> Phase:
        """Measure what happens in the next seconds."""
        await asyncio.to_thread(self._server.take_delays)
        self.measured = _nothing()
        self._metronome.lateness_ms.clear()
        cpu_before = self._server.cpu_seconds()
        await asyncio.sleep(seconds)
        cpu_s = self._server.cpu_seconds() - cpu_before
        return Phase(
            sessions=len(self._learners),
            measured=self.measured,
            delays=await asyncio.to_thread(self._server.take_delays),
            cpu_s=cpu_s * 60 / seconds / len(self._learners),
            lateness_ms=percentile(self._metronome.lateness_ms, 99),
        )

    async def wait_for_turns(self, turns: int, timeout_s: float) -> None:
        """Wait until everybody together has had so many more turns.

        Raises:
            TimeoutError: They had not in time.
        """
        target = self.measured.turns + turns
        for _ in range(int(timeout_s / POLL_S)):
            if self.measured.turns >= target:
                return
            await asyncio.sleep(POLL_S)
        raise TimeoutError


async def talk(server: ServerProcess, sessions: int, seconds: float) -> Phase:
    """Measure sessions that converse all the time."""
    async with Crowd.gather(server) as crowd:
        await crowd.enter(sessions)
        crowd.talk(CONVERSATION)
        await asyncio.sleep(WARM_UP_S)
        return await crowd.observe(seconds)


async def listen(server: ServerProcess, sessions: int, seconds: float) -> Phase:
    """Measure sessions in which nobody says a word into the open microphone."""
    async with Crowd.gather(server) as crowd:
        await crowd.enter(sessions)
        await asyncio.sleep(WARM_UP_S)
        return await crowd.observe(seconds)


async def holds(server: ServerProcess, sessions: int, seconds: float) -> bool:
    """Return whether a server can hear so many sessions with no frame late, p99."""
    phase = await listen(server, sessions, seconds)
    return 0 < phase.delays["p99"] < LONGEST_DELAY_MS


async def idle_memory(server: ServerProcess, sessions: int) -> tuple[float, float]:
    """Return the resident and the private memory of a session that is open and silent, in kB."""
    async with Crowd.gather(server) as crowd:
        await crowd.enter(1)  # what the first session of a process loads is not the second's
        await asyncio.sleep(SETTLE_S)
    rss, private = server.memory_kb()
    async with Crowd.gather(server) as crowd:
        await crowd.enter(sessions, streaming=False)
        await asyncio.sleep(SETTLE_S)
        rss_after, private_after = server.memory_kb()
    return (rss_after - rss) / sessions, (private_after - private) / sessions


async def growth(server: ServerProcess, sessions: int, turns: int) -> float:
    """Return the growth of private memory a turn in kB, after as many turns to warm up."""
    async with Crowd.gather(server) as crowd:
        await crowd.enter(sessions)
        crowd.talk(SHORT)
        timeout_s = 10 + turns
        await crowd.wait_for_turns(turns, timeout_s)
        before = server.memory_kb()[1]
        await crowd.wait_for_turns(turns, timeout_s)
        return (server.memory_kb()[1] - before) / turns


def _nothing() -> Measured:
    script = Script()
    words = len(script.reply(1).split()) // 2  # of its two sentences the first is waited for
    writing_ms = script.first_word_ms + (words - 1) * script.word_ms
    return Measured(writing_ms + script.first_audio_ms, script.final_ms)
