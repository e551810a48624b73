"""Starts a server to measure, and reads what it uses from ``/proc``."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError

START_TIMEOUT_S = 120.0
"""Longest start: the embedded models load in it."""

STOP_TIMEOUT_S = 10.0

SCRIPTED = dict.fromkeys(("STT_ENGINE", "TUTOR_ENGINE", "VOICE_ENGINE"), "scripted")
"""Keeps the modules of the embedded models out of a server that does not use them."""


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running server."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        """Its WebSocket."""
        return f"ws://127.0.0.1:{self.port}/ws"

    def wait_until_ready(self) -> None:
        """Wait for an answer; it listens from the beginning, and answers once it is ready."""
        with suppress(HTTPError):  # the floor has no such page
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=START_TIMEOUT_S)

    def cpu_seconds(self) -> float:
        """Return the CPU time of all its threads."""
        return cpu_seconds(self.pid)

    def memory_kb(self) -> tuple[float, float]:
        """Return its resident memory, and the part shared with no other process, in kB."""
        fields = {}
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()[1:]:
            name, value = line.split(":")
            fields[name] = int(value.split()[0])
        return fields["Rss"], fields["Private_Clean"] + fields["Private_Dirty"]

    def take_delays(self) -> dict[str, float]:
        """Return the frame delays counted since the last call. Blocks for a moment."""
        delays: dict[str, float] = self.ask("delays")
        return delays

    def ask(self, page: str) -> Any:
        """Return what one of its pages tells. Blocks for a moment."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{page}", timeout=10) as answer:
            return json.load(answer)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of all threads of a process."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


@contextmanager
def serve(
    kind: str,
    *,
    core: int | None = None,
    real_time: bool = False,
    short: bool = False,
    options: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    log: IO[str] | None = None,
) -> Iterator[ServerProcess]:
    """Run a server until the block ends.

    Args:
        kind: ``service``, ``floor``, ``embedded`` or ``google``.
        core: The core to run on.
        real_time: Ask for a real-time schedule.
        short: Play turns of some milliseconds.
        options: More options of ``bench.server``.
        settings: Fields of ``Settings``, which it finds in its environment.
        log: Where it logs to; standard error where left out.

    Raises:
        RuntimeError: It does not start; it says why on standard error.
    """
    command = [sys.executable, "-m", "bench.server", kind]
    command += [] if core is None else [f"--core={core}"]
    command += ["--real-time"] * real_time + ["--short"] * short + list(options)
    chosen = {name.upper(): str(value) for name, value in (settings or {}).items()}
    scripted = SCRIPTED if kind in ("service", "floor") else {}
    environment = {**os.environ, **scripted, **chosen}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline()
            if not port:
                raise RuntimeError(f"the server did not start: {' '.join(command)}")
            server = ServerProcess(process.pid, int(port))
            server.wait_until_ready()
            yield server
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
