"""The edge: HTTP and WebSocket in, sessions behind it. Only this module knows FastAPI."""

import asyncio
import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import uvicorn
from fastapi import FastAPI, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from connection import Connection, Disconnected, Event
from engine_api import Engines
from engine_room import EngineRoom
from engines import create_engines
from errors import BadSettings, CloseCode, LimitExceeded
from limits import Admission
from settings import Settings, read_settings
from telemetry import configure_logging

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"

TCP_USER_TIMEOUT_MS = 15_000
"""Longest that sent bytes may stay unacknowledged (RFC 5482); then the kernel hangs up."""

LAST_WORD_S = 0.2
"""After uvicorn has said that the start is complete, which would hide that it was in vain."""

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Permissions-Policy": "microphone=(self), camera=(self), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # Asked for again each time, so that no browser mixes modules of two versions.
    "Cache-Control": "no-cache",
}


def create_app(settings: Settings | None = None, engines: Engines | None = None) -> FastAPI:
    """Return the service.

    Args:
        settings: What to run with; read from the environment where left out.
        engines: What hears, thinks and speaks; made from the settings where left out.

    Raises:
        BadSettings: The environment holds a value that cannot be.
    """
    settings = settings or read_settings()
    room = EngineRoom(engines or create_engines(settings), settings.default_language)
    admission = Admission(settings)
    app = FastAPI(title="TeachMe Live", lifespan=_lifespan(room), openapi_url=None)

    @app.websocket("/ws")
    async def talk(websocket: WebSocket) -> None:
        if await _is_admitted(websocket, admission):
            await _serve(websocket, settings, room, admission)

    @app.get("/health")
    async def health(response: Response) -> dict[str, Any]:
        response.status_code = 503 if room.fault else 200
        return {**room.report(), "sessions": admission.sessions}

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(STATIC / "index.html", headers=PAGE_HEADERS)

    app.mount("/static", PageFiles(directory=STATIC), name="static")
    return app


async def _is_admitted(websocket: WebSocket, admission: Admission) -> bool:
    """Refuse a foreign page before the handshake; the log says how to let it in."""
    try:
        origin, host = (websocket.headers.get(name) for name in ("origin", "host"))
        admission.check_origin(origin, host or "")
    except LimitExceeded as refusal:
        logger.warning("connection refused: %s %s", refusal, refusal.action)
        await websocket.close(refusal.close_code, refusal.message)
        return False
    return True


async def _serve(
    websocket: WebSocket, settings: Settings, room: EngineRoom, admission: Admission
) -> None:
    await websocket.accept()
    as_text = websocket.query_params.get("format") == "json"
    connection = Connection(ClientSocket(websocket), settings, as_text=as_text)
    if room.fault is not None:
        await connection.hang_up(room.fault, CloseCode.MISCONFIGURED)
        return
    try:
        with admission.seat():
            await connection.run(room.engines)
    except LimitExceeded as refusal:
        await connection.hang_up(refusal, refusal.close_code)


class PageFiles(StaticFiles):
    """The files of the page, each with the page's headers."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Return a file, or that it has not changed."""
        response = super().file_response(*args, **options)
        response.headers.update(PAGE_HEADERS)
        return response


def _lifespan(room: EngineRoom) -> Callable[[FastAPI], Any]:
    """Return what starts the engines before the first session and stops them after the last."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        configure_logging()
        try:
            await room.start()
            if room.fault is not None:
                asyncio.get_running_loop().call_later(LAST_WORD_S, _say_that_nobody_is_served)
            # What start-up made lives as long as the process; a full collection over it would stop
            # every session for a tenth of a second.
            gc.collect()
            gc.freeze()
            yield
        finally:
            await room.aclose()

    return lifespan


def _say_that_nobody_is_served() -> None:
    refusal = f"every session is refused with {CloseCode.MISCONFIGURED:d}"
    logger.error("not serving: %s until the errors above are put right", refusal)


class ClientSocket:
    """An accepted WebSocket of FastAPI, as :class:`connection.Socket`."""

    def __init__(self, websocket: WebSocket):
        self.receive = websocket.receive
        self._websocket = websocket

    async def send(self, event: Event) -> None:
        """Send an event.

        Raises:
            Disconnected: The client is gone.
        """
        try:
            await self._websocket.send(event)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise Disconnected from error


def __getattr__(name: str) -> FastAPI:
    """Make ``app.app`` once ``uvicorn app:app`` asks for it, and not for everyone who imports."""
    if name != "app":
        raise AttributeError(name)
    configure_logging()
    try:
        made = create_app()
    except BadSettings as error:
        give_up(error)
    globals()["app"] = made  # uvicorn asks twice
    return made


def give_up(error: BadSettings) -> NoReturn:
    """End the process; whoever started it reads what to correct, and no traceback."""
    logger.critical("%s %s", error.message, error.action)
    sys.exit(2)


def main() -> None:
    """Serve with the settings of the environment."""
    configure_logging()
    try:
        settings = read_settings()
        listener = _listen(settings.host, settings.port)
    except BadSettings as error:
        give_up(error)
    config = uvicorn.Config(
        create_app(settings),
        # PCM hardly shrinks: compression would cost a fifth more CPU and save an eighth.
        ws_per_message_deflate=False,
        ws_max_size=settings.max_image_bytes + settings.max_message_bytes,
        timeout_graceful_shutdown=5,
    )
    # uvicorn has closed everything by then, and lets the signal through to whoever runs it.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """Return the socket that clients connect to.

    Raises:
        BadSettings: There is no such address, or it is not to be had.
    """
    is_ipv6 = ":" in host
    family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        # Python adds the address once more.
        reason = str(error.strerror or error).partition(" (while")[0]
        raise BadSettings(
            "bad_address",
            f"Cannot listen on HOST {host}, PORT {port}: {reason}.",
            "Stop what listens there, or set HOST or PORT to another address.",
        ) from None
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # Frees the connection of a client that reads no more; nothing else ever would.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
    name = f"[{host}]" if is_ipv6 else host
    logger.info("http://%s:%d (Ctrl+C ends it)", name, listener.getsockname()[1])
    return listener


if __name__ == "__main__":
    main()
