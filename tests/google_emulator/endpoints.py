"""The ports the services listen on; each can be closed for a while and opened again."""

import asyncio
import contextlib
import socket
from typing import Any, Protocol

import grpc  # type: ignore[import-untyped]  # ships no type hints
import uvicorn

HOST = "127.0.0.1"


class Endpoint(Protocol):
    """A port with a server behind it."""

    @property
    def port(self) -> int:
        """The port; fixed once it has been opened."""
        ...

    async def open(self) -> None:
        """Listen."""
        ...

    async def close(self) -> None:
        """Drop every connection and refuse new ones."""
        ...


class GrpcEndpoint:
    """A gRPC service.

    Args:
        handler: Its methods.
        port: Where to listen; 0 chooses a free port.
    """

    def __init__(self, handler: grpc.GenericRpcHandler, port: int):
        self.port = port
        self._handler = handler
        self._server: grpc.aio.Server | None = None

    async def open(self) -> None:
        """Listen."""
        server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        server.add_generic_rpc_handlers((self._handler,))
        self.port = server.add_insecure_port(f"{HOST}:{self.port}")
        await server.start()
        self._server = server

    async def close(self) -> None:
        """Drop every connection and refuse new ones."""
        if self._server is not None:
            await self._server.stop(grace=None)
            self._server = None


class HttpEndpoint:
    """An ASGI application.

    Args:
        app: The application.
        port: Where to listen; 0 chooses a free port.
    """

    def __init__(self, app: Any, port: int):
        self.port = port
        self._app = app
        self._server: _Uvicorn | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen."""
        listener = socket.create_server((HOST, self.port))
        # asyncio does so only for sockets that name their protocol; without it, the second piece of
        # an answer waits 40 ms for the acknowledgement of the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listener.getsockname()[1]
        self._server = _Uvicorn(
            uvicorn.Config(self._app, log_level="warning", lifespan="off", access_log=False)
        )
        self._task = asyncio.create_task(self._server.serve([listener]), name="uvicorn")
        await self._server.begun.wait()

    async def close(self) -> None:
        """Drop every connection and refuse new ones."""
        if self._server is None or self._task is None:
            return
        self._server.should_exit = self._server.force_exit = True
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
        await self._task
        self._server = None


class _Uvicorn(uvicorn.Server):
    """A uvicorn server that tells when it has begun and leaves signals alone."""

    def __init__(self, config: uvicorn.Config):
        super().__init__(config)
        self.begun = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.begun.set()

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()
