"""The emulator as a process: it starts, can be steered, tells what it saw, and ends."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import grpc  # type: ignore[import-untyped]  # ships no type hints
import httpx2
import pytest
from pydantic import ValidationError

from tests.google_emulator.behaviour import Behaviour
from tests.google_emulator.faults import Fault, FaultPlan
from tests.google_emulator.journal import MAX_ENTRIES, Journal
from tests.google_emulator.process import ROOT, Emulator, run_emulator

START_TIMEOUT_S = 60.0
END_TIMEOUT_S = 10.0
COMMAND = [sys.executable, "-m", "tests.google_emulator"]


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, as new."""
    google_emulator.reset()
    return google_emulator


@pytest.fixture
def own_process() -> Iterator["subprocess.Popen[str]"]:
    """An emulator that a test may end."""
    with subprocess.Popen(
        COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


@pytest.fixture
def emulated_app(free_port: int) -> Iterator[int]:
    """The port of the app, which the command of ``make run-emulated`` is starting."""
    environment = {**os.environ, "PORT": str(free_port), "VOICE_ENGINE": "scripted"}
    command = [sys.executable, "-m", "tests.google_emulator.run"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as app:
        yield free_port
        app.terminate()


# --- the process --------------------------------------------------------------------------------


def test_ends_with_its_parent(own_process: "subprocess.Popen[str]") -> None:
    """It ends when the pipe from whoever started it closes."""
    assert own_process.stdin is not None
    own_process.stdin.close()
    assert own_process.wait(END_TIMEOUT_S) == 0


def test_ends_on_sigterm(own_process: "subprocess.Popen[str]") -> None:
    """It ends well when asked to."""
    own_process.send_signal(signal.SIGTERM)
    assert own_process.wait(END_TIMEOUT_S) == 0


def test_chosen_ports(free_port: int) -> None:
    """It listens where it is told to, and there is nothing left of it afterwards."""
    with run_emulator(f"--gemini-port={free_port}") as emulator:
        assert emulator.gemini_url == f"http://127.0.0.1:{free_port}"
        os.kill(emulator.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(emulator.pid, 0)


def test_a_taken_port_is_reported(emulator: Emulator) -> None:
    """Whoever starts it hears that it could not."""
    with (
        pytest.raises(RuntimeError, match="did not start"),
        run_emulator(f"--gemini-port={emulator.ports['llm']}"),
    ):
        pass


async def test_run_emulated(emulated_app: int) -> None:
    """One command serves the app on Google's engines, emulated, where nothing else was set."""
    async with asyncio.timeout(START_TIMEOUT_S):
        await until_open(emulated_app)
    health = httpx2.get(f"http://127.0.0.1:{emulated_app}/health", timeout=START_TIMEOUT_S)
    names = {sense: engine["name"] for sense, engine in health.json()["engines"].items()}
    assert names["stt"] == "Google Cloud Speech"
    assert names["tutor"].startswith("Gemini")
    assert names["voice"] == "Scripted"


# --- steering it --------------------------------------------------------------------------------


def test_unknown_changes_are_refused(emulator: Emulator) -> None:
    """A misspelt field of the behaviour is an error, not a test that proves nothing."""
    emulator.configure(stt={"final_ms": 5})
    with pytest.raises(ValueError, match="finl_ms"):
        emulator.configure(stt={"finl_ms": 5})


def test_changes_add_up() -> None:
    """A change leaves the other fields alone."""
    behaviour = Behaviour()
    behaviour.change("stt", {"final_ms": 5})
    behaviour.change("stt", {"interim_ms": 7})
    assert (behaviour.stt.final_ms, behaviour.stt.interim_ms) == (5, 7)


async def test_a_closed_port_opens_again(emulator: Emulator) -> None:
    """A service whose port is closed refuses connections, and comes back on the same port."""
    emulator.close_port("stt", seconds=0.3)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", emulator.ports["stt"])
    async with grpc.aio.insecure_channel(
        emulator.speech_host, options=[("grpc.max_reconnect_backoff_ms", 200)]
    ) as channel:
        await asyncio.wait_for(channel.channel_ready(), END_TIMEOUT_S)


@pytest.mark.parametrize("service", ["tts", "llm"])
async def test_every_port_can_be_closed(emulator: Emulator, service: str) -> None:
    """The other services refuse connections as well."""
    emulator.close_port(service, seconds=0.1)  # type: ignore[arg-type]  # one of the names
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", emulator.ports[service])
    async with asyncio.timeout(END_TIMEOUT_S):
        await until_open(emulator.ports[service])


async def until_open(port: int) -> None:
    """Return once somebody listens."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return


async def test_waiting_in_vain_tells_what_there_was(emulator: Emulator) -> None:
    """Who waits for what does not happen is told so in time."""
    with pytest.raises(TimeoutError, match="no 1 x"):
        await emulator.wait_for("final", timeout_s=0.05)


# --- its parts ----------------------------------------------------------------------------------


def test_journal_entries_have_the_clock_of_the_machine() -> None:
    """The time of an entry compares with that of another process."""
    journal, before = Journal(), time.monotonic()
    journal.open_call("stt", "streaming_recognize").record("ended", status="OK")
    opened, ended = journal.entries()
    assert before <= opened["at"] <= ended["at"] <= time.monotonic()
    assert ended == {**opened, "index": 1, "at": ended["at"], "event": "ended", "status": "OK"}


def test_journal_is_bounded() -> None:
    """The oldest entries go, and numbers stay true."""
    journal = Journal()
    for _ in range(MAX_ENTRIES + 10):
        journal.add({"event": "audio"})
    assert len(journal.entries()) == MAX_ENTRIES
    assert journal.entries()[0]["index"] == 10
    assert [entry["index"] for entry in journal.entries(MAX_ENTRIES + 8)] == [
        MAX_ENTRIES + 8,
        MAX_ENTRIES + 9,
    ]


async def test_journal_waits_for_entries() -> None:
    """Who waits for entries gets them when the last is there."""
    journal = Journal()
    waiting = asyncio.create_task(journal.wait({"event": "final"}, times=2, since=0))
    for event in ("final", "interim", "final"):
        await asyncio.sleep(0)
        assert not waiting.done()
        journal.add({"event": event})
    assert [entry["index"] for entry in await waiting] == [0, 2]


def test_faults_strike_as_often_as_planned() -> None:
    """A fault lets some calls pass, strikes as many as it should, and then no more."""
    plan = FaultPlan()
    fault = Fault(service="stt", kind="stall", skip=1, times=2)
    plan.replace([fault])
    assert [plan.take("stt") for _ in range(4)] == [None, fault, fault, None]


def test_faults_strike_whom_they_are_meant_for() -> None:
    """A fault leaves other services and methods alone; faults come in their order."""
    plan = FaultPlan()
    first = Fault(service="tts", kind="status", method="synthesize_speech")
    second = Fault(service="tts", kind="stall", times=None)
    plan.replace([first, second])
    assert plan.take("llm") is None
    assert plan.take("tts", "streaming_synthesize") is second
    assert plan.take("tts", "synthesize_speech") is first
    assert plan.take("tts", "synthesize_speech") is second


def test_faults_strike_where_planned() -> None:
    """A fault waits for its message, byte or second."""
    at_once = Fault(service="stt", kind="stall")
    late = Fault(service="stt", kind="stall", where="seconds", after=1.5)
    assert at_once.strikes()
    assert not late.strikes(messages=100, seconds=1.4)
    assert late.strikes(seconds=1.5)


def test_misspelt_faults_are_refused() -> None:
    """A fault that would never strike is an error."""
    with pytest.raises(ValidationError):
        Fault.model_validate({"service": "stt", "kind": "stall", "wher": "seconds"})
