"""Runs the emulator: ``python -m tests.google_emulator``.

Prints one line of JSON with its ports once it is ready, and runs until SIGTERM, SIGINT or, where
standard input is a pipe, until that closes: so it ends with the process that started it.
"""

import argparse
import asyncio
import json
import os
import signal
import stat
import sys
import threading

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # read when grpc is imported

from tests.google_emulator import gemini, speech, text_to_speech
from tests.google_emulator.behaviour import ServiceName
from tests.google_emulator.control import Control
from tests.google_emulator.endpoints import Endpoint, GrpcEndpoint, HttpEndpoint
from tests.google_emulator.state import EmulatorState


def main() -> None:
    """Run the command."""
    asyncio.run(_run(_parse()))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.google_emulator", description=__doc__)
    for name in ("speech", "tts", "gemini", "control"):
        parser.add_argument(
            f"--{name}-port", type=int, default=0, metavar="N", help="default: a free port"
        )
    return parser.parse_args()


async def _run(options: argparse.Namespace) -> None:
    state = EmulatorState()
    services: dict[ServiceName, Endpoint] = {
        "stt": GrpcEndpoint(speech.create_handler(state), options.speech_port),
        "tts": GrpcEndpoint(text_to_speech.create_handler(state), options.tts_port),
        "llm": HttpEndpoint(gemini.create_app(state), options.gemini_port),
    }
    control = HttpEndpoint(Control(state, services).create_app(), options.control_port)
    endpoints = [*services.values(), control]
    for endpoint in endpoints:
        await endpoint.open()
    end = _watch_for_end()
    ports = {name: endpoint.port for name, endpoint in services.items()}
    print(json.dumps({**ports, "control": control.port}), flush=True)  # noqa: T201 - its answer
    await end.wait()
    for endpoint in endpoints:
        await endpoint.close()


def _watch_for_end() -> asyncio.Event:
    """Return an event that is set when the emulator shall end."""
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        threading.Thread(target=_await_parent, args=(loop, end), daemon=True).start()
    return end


def _await_parent(loop: asyncio.AbstractEventLoop, end: asyncio.Event) -> None:
    os.read(sys.stdin.fileno(), 1)
    loop.call_soon_threadsafe(end.set)


if __name__ == "__main__":
    main()
