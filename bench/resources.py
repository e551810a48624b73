"""What a server holds: tasks, threads, file descriptors and sockets, so that none stays behind."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from bench.process import ServerProcess

POOLED = "event_engine"
"""Threads that gRPC starts and ends as it has work for them; they tell nothing."""

POLL_S = 0.2
REST_S = 0.5
PATIENCE_S = 10.0
"""Longest wait for a server to hold no more than before; idle connections are kept for 5 s."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What a server holds at one moment."""

    tasks: int
    threads: int
    descriptors: int
    sockets: int
    names: tuple[str, ...] = field(default=(), compare=False)
    """The tasks' names and coroutines."""

    def __str__(self) -> str:
        return (
            f"{self.tasks} tasks, {self.threads} threads, {self.descriptors} descriptors, "
            f"{self.sockets} sockets"
        )

    def exceeds(self, other: "Resources") -> bool:
        """Return whether there is more of anything."""
        return any(mine > theirs for mine, theirs in zip(self._counts, other._counts, strict=True))

    @property
    def _counts(self) -> tuple[int, ...]:
        return self.tasks, self.threads, self.descriptors, self.sockets


def read_resources(server: ServerProcess) -> Resources:
    """Return what a server holds now. Blocks for a moment."""
    tasks: dict[str, int] = server.ask("tasks")
    process = Path(f"/proc/{server.pid}")
    targets = list(_targets(process / "fd"))
    return Resources(
        names=tuple(sorted(tasks)),
        tasks=sum(tasks.values()),
        threads=sum(name != POOLED for name in _thread_names(process)),
        descriptors=len(targets),
        sockets=sum(target.startswith("socket:") for target in targets),
    )


def _thread_names(process: Path) -> Iterator[str]:
    for task in (process / "task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            yield (task / "comm").read_text().strip()


def _targets(folder: Path) -> Iterator[str]:
    """Yield where the links of a folder lead, save those that have just gone."""
    for link in folder.iterdir():
        with suppress(FileNotFoundError):
            yield str(link.readlink())


async def read_base(server: ServerProcess) -> Resources:
    """Return what a server holds once its sessions have ended and that changes no more."""
    before = await asyncio.to_thread(read_resources, server)
    while True:
        await asyncio.sleep(REST_S)
        held = await asyncio.to_thread(read_resources, server)
        if held == before:
            return held
        before = held


async def settle(server: ServerProcess, base: Resources) -> Resources:
    """Return what a server holds once that is no more than before, or when patience is over."""
    deadline = monotonic() + PATIENCE_S
    while True:
        held = await asyncio.to_thread(read_resources, server)
        if not held.exceeds(base) or monotonic() >= deadline:
            return held
        await asyncio.sleep(POLL_S)
