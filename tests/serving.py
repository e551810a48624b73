"""Runs an application on a real uvicorn server on loopback, for tests with real clients."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import uvicorn

START_TIMEOUT_S = 60.0
"""Longest start: the embedded models load in it."""

STOP_TIMEOUT_S = 10.0
LoopName = Literal["asyncio", "uvloop"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server answers."""

    host: str
    port: int

    @property
    def http(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://{self.host}:{self.port}"

    @property
    def ws(self) -> str:
        """The URL of the WebSocket."""
        return f"ws://{self.host}:{self.port}/ws"


class _Server(uvicorn.Server):
    """A uvicorn server that tells when it has begun, and leaves signals and the process alone."""

    def __init__(self, config: uvicorn.Config, begun: asyncio.Event | threading.Event):
        super().__init__(config)
        self.begun = begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:  # the lifespan failed
            self.should_exit = True
        finally:
            self.begun.set()

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()


@contextlib.asynccontextmanager
async def serve(app: Any, **options: Any) -> AsyncIterator[Address]:
    """Serve an ASGI application in the running loop, until the block ends.

    Args:
        app: The application.
        options: More settings of ``uvicorn.Config``.
    """
    with _listen() as (sock, address):
        begun = asyncio.Event()
        server = _Server(_config(app, "none", options), begun)
        task = asyncio.create_task(server.serve([sock]), name="uvicorn")
        try:
            await asyncio.wait_for(begun.wait(), START_TIMEOUT_S)
            _check_started(server)
            yield address
        finally:
            server.should_exit = True
            await asyncio.wait_for(task, STOP_TIMEOUT_S)


@contextlib.contextmanager
def serve_in_thread(app: Any, loop: LoopName = "asyncio", **options: Any) -> Iterator[Address]:
    """Serve an ASGI application in a thread with a loop of its own, until the block ends.

    Args:
        app: The application.
        loop: The event loop it runs on.
        options: More settings of ``uvicorn.Config``.
    """
    with _listen() as (sock, address):
        begun = threading.Event()
        server = _Server(_config(app, loop, options), begun)
        thread = threading.Thread(target=server.run, args=([sock],), name="uvicorn")
        thread.start()
        try:
            begun.wait(START_TIMEOUT_S)
            _check_started(server)
            yield address
        finally:
            server.should_exit = True
            thread.join(STOP_TIMEOUT_S)


def _check_started(server: _Server) -> None:
    if not server.started:
        raise RuntimeError("the server did not start")


@contextlib.contextmanager
def _listen() -> Iterator[tuple[socket.socket, Address]]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock, Address(*sock.getsockname())


def _config(app: Any, loop: Literal["none", "asyncio", "uvloop"], options: Any) -> uvicorn.Config:
    defaults = {
        "log_level": "warning",
        "ws_per_message_deflate": False,
        "timeout_graceful_shutdown": 2,
    }
    return uvicorn.Config(app, loop=loop, **{**defaults, **options})
