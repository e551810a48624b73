"""Starts the emulator in its own process and steers it.

::

    with run_emulator() as emulator:
        emulator.configure(stt={"final_ms": 50})
        emulator.plan(Fault(service="stt", kind="status", status="UNAVAILABLE"))
        ...
        finals = await emulator.wait_for("final", service="stt")

The plain methods block for a millisecond or two, which a test in an event loop can afford: the
emulator answers from another process. Those that wait are coroutines.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.google_emulator.behaviour import ServiceName
from tests.google_emulator.endpoints import HOST
from tests.google_emulator.faults import Fault
from tests.google_emulator.journal import Entry

ROOT = Path(__file__).parents[2]
STOP_TIMEOUT_S = 10.0
PATIENCE_S = 10.0
PLAIN: dict[str, Any] = {"verify": False, "trust_env": False}
"""Loopback needs neither certificates nor proxies, and loading them takes tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator."""

    pid: int
    ports: dict[str, int]

    @property
    def speech_host(self) -> str:
        """``host:port`` of Cloud Speech."""
        return f"{HOST}:{self.ports['stt']}"

    @property
    def tts_host(self) -> str:
        """``host:port`` of Cloud Text-to-Speech."""
        return f"{HOST}:{self.ports['tts']}"

    @property
    def gemini_url(self) -> str:
        """Base address of Gemini, without a slash at its end."""
        return f"http://{HOST}:{self.ports['llm']}"

    @property
    def settings(self) -> dict[str, Any]:
        """The fields of ``Settings`` that point the app at it, engines and key included."""
        return {
            "stt_engine": "google",
            "tutor_engine": "google",
            "voice_engine": "google",
            "speech_emulator_host": self.speech_host,
            "tts_emulator_host": self.tts_host,
            "google_gemini_base_url": self.gemini_url,
            "gemini_api_key": "emulated",
        }

    def configure(self, **changes: dict[str, Any]) -> None:
        """Change the behaviour of services: ``configure(stt={"final_ms": 50}, llm={...})``."""
        self._post("configure", changes)

    def plan(self, *faults: Fault) -> None:
        """Replace the planned faults; without any there are none."""
        self._post("plan", [fault.model_dump() for fault in faults])

    def close_port(self, service: ServiceName, seconds: float) -> None:
        """Drop a service's connections and refuse new ones for a time; returns once closed."""
        self._post("outage", {"service": service, "seconds": seconds})

    def reset(self) -> None:
        """Go back to the default behaviour, without faults and entries, every port open."""
        self._post("reset", None)

    def journal(self, since: int = 0, **wanted: Any) -> list[Entry]:
        """Return the entries from a number on that have the wanted fields."""
        answer = httpx2.get(self._address("journal"), params={"since": since}, **PLAIN)
        entries: list[Entry] = answer.raise_for_status().json()
        return [entry for entry in entries if wanted.items() <= entry.items()]

    async def wait_for(
        self,
        event: str,
        *,
        times: int = 1,
        since: int = 0,
        timeout_s: float = PATIENCE_S,
        **wanted: Any,
    ) -> list[Entry]:
        """Wait until the journal has that many entries of an event, and return all of them.

        Args:
            event: The event.
            times: How many there must be.
            since: The number of the first entry that counts.
            timeout_s: How long to wait.
            wanted: More fields they must have, for example ``service="stt"``.

        Raises:
            TimeoutError: There are not so many in time; tells the last entries.
        """
        request = {
            "wanted": {"event": event, **wanted},
            "times": times,
            "since": since,
            "timeout_s": timeout_s,
        }
        async with httpx2.AsyncClient(timeout=timeout_s + PATIENCE_S, **PLAIN) as client:
            answer = await client.post(self._address("wait"), json=request)
        if answer.status_code == 408:
            raise TimeoutError(f"no {times} x {request['wanted']}; last: {answer.json()}")
        found: list[Entry] = answer.raise_for_status().json()
        return found

    def _post(self, name: str, body: Any) -> None:
        answer = httpx2.post(self._address(name), json=body, **PLAIN)
        if answer.status_code == 400:
            raise ValueError(answer.json()["error"])
        answer.raise_for_status()

    def _address(self, name: str) -> str:
        return f"http://{HOST}:{self.ports['control']}/emulator/{name}"


@contextmanager
def run_emulator(*arguments: str) -> Iterator[Emulator]:
    """Run an emulator until the block ends.

    Args:
        arguments: More arguments of its command line, for example ``"--gemini-port=8086"``.

    Raises:
        RuntimeError: It does not start; it says why on standard error.
    """
    command = [sys.executable, "-m", "tests.google_emulator", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the emulator did not start: {' '.join(command)}")
            yield Emulator(process.pid, json.loads(line))
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
