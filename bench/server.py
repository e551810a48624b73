"""A server to measure, in a process of its own.

It is our service or the floor on scripted engines, or our service on the embedded ones or on
Google's, which an emulator may stand in for.

``python -m bench.server service`` prints the port it listens on.
"""

import argparse
import asyncio
import gc
import re
import socket
from collections import Counter
from dataclasses import replace
from typing import Any

import uvicorn
from fastapi import FastAPI

from app import create_app
from bench.core import claim_core
from bench.floor import create_floor
from bench.instruments import NumberedVoice, ObservedRecognizer
from bench.stamps import DelayCounts
from engine_api import Engines
from engines.scripted import Script, play
from settings import Settings

KINDS = ("service", "floor", "embedded", "google")

SHORT_SCRIPT = Script(
    replies=(),
    final_ms=0,
    first_word_ms=0,
    word_ms=0,
    first_audio_ms=0,
    audio_speed=1_000,
    spoken_word_ms=20,
)
"""Turns of some milliseconds, for what takes many of them."""

MANY = 100_000


def main() -> None:
    """Serve until terminated."""
    options = _parse()
    claim_core(options.core, real_time=options.real_time)
    app = create(options)
    add_tasks(app)
    if options.no_collection:
        gc.disable()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        config = uvicorn.Config(
            app, loop="uvloop", ws_per_message_deflate=False, log_level="warning"
        )
        uvicorn.Server(config).run([listener])


def create(options: argparse.Namespace) -> FastAPI:
    """Return the application to measure."""
    if options.kind == "embedded":
        return create_app(Settings())
    if options.kind == "google":
        return create_google(options.rotation_s)
    return create_scripted(options)


def create_google(rotation_s: float | None) -> FastAPI:
    """Return the application to measure on Google's engines."""
    from bench import google_service  # burdens no other server with Google's libraries

    settings, delays = Settings(max_sessions=MANY), DelayCounts()
    engines = google_service.create_engines(settings, rotation_s)
    recognizer = ObservedRecognizer(engines.recognizer, delays)
    app = create_app(settings, replace(engines, recognizer=recognizer))
    add_delays(app, delays)
    return app


def create_scripted(options: argparse.Namespace) -> FastAPI:
    """Return the application to measure on engines that play a script."""
    delays = DelayCounts()
    engines = observe(play(SHORT_SCRIPT if options.short else Script()), delays)
    if options.kind == "floor":
        gc.collect()
        gc.freeze()
        app = create_floor(engines)
    else:
        app = create_app(Settings(max_sessions=MANY), engines)
    add_delays(app, delays)
    return app


def add_delays(app: FastAPI, counts: DelayCounts) -> None:
    """Let the load generator ask for the frame delays since it last did."""

    @app.get("/delays")
    async def delays() -> dict[str, float]:
        return counts.take()


def add_tasks(app: FastAPI) -> None:
    """Let whoever measures ask which tasks run: by name without its number, and coroutine."""

    @app.get("/tasks")
    async def tasks() -> dict[str, int]:
        return Counter(map(_describe, asyncio.all_tasks()))


def _describe(task: asyncio.Task[Any]) -> str:
    name = re.sub(r"\d+", "N", task.get_name())
    return f"{name} ({getattr(task.get_coro(), '__qualname__', '?')})"


def observe(engines: Engines, delays: DelayCounts) -> Engines:
    """Return the engines with instruments around them."""
    return replace(
        engines,
        recognizer=ObservedRecognizer(engines.recognizer, delays),
        voice=NumberedVoice(engines.voice),
    )


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.server", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--core", type=int, help="the one to run on")
    parser.add_argument("--real-time", action="store_true")
    parser.add_argument("--short", action="store_true", help="turns of some milliseconds")
    parser.add_argument("--no-collection", action="store_true", help="collect no cycles")
    parser.add_argument(
        "--rotation-s", type=float, metavar="S", help="how old a call of Google's ears may grow"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
