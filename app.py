"""The edge: HTTP and WebSocket in, sessions behind it. Only this module knows FastAPI."""

import asyncio
import gc
import logging
import traceback
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from conversation import converse
from engine_api import Engines
from engines import create_engines
from errors import EngineError, LimitExceeded, ProtocolError, TeachMeError
from limits import Admission
from messages import ClientMessage, Error, ServerMessage
from reception import Reception
from session_state import SessionState
from settings import Settings
from websocket_protocol import (
    MALFORMED_CODES,
    CloseCode,
    check_size,
    decode,
    decode_text,
    encode,
    encode_text,
)

logger = logging.getLogger("teachme")

STATIC = Path(__file__).parent / "static"

MAX_MALFORMED = 5
"""Malformed frames a client may send; after that the server hangs up."""

SEND_TIMEOUT_S = 10.0
"""Longest wait for a client to take one message."""

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "microphone=(self), camera=(self), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(settings: Settings | None = None, engines: Engines | None = None) -> FastAPI:
    """Return the service.

    Args:
        settings: What to run with; read from the environment where left out.
        engines: What hears, thinks and speaks; made from the settings where left out.
    """
    settings = settings or Settings()
    engines = engines or create_engines(settings)
    admission = Admission(settings)
    app = FastAPI(title="TeachMe Live", lifespan=_lifespan(engines), openapi_url=None)

    @app.websocket("/ws")
    async def talk(websocket: WebSocket) -> None:
        try:
            origin, host = (websocket.headers.get(name) for name in ("origin", "host"))
            admission.check_origin(origin, host or "")
        except LimitExceeded as refusal:
            logger.warning("connection refused: %s", refusal)
            await websocket.close(refusal.close_code, refusal.message)
            return
        await websocket.accept()
        connection = Connection(websocket, settings)
        try:
            with admission.seat():
                await connection.run(engines)
        except LimitExceeded as refusal:
            await connection.hang_up(refusal, refusal.close_code)

    @app.get("/health")
    async def health() -> dict[str, Any]:
        return {"status": "ok", "sessions": admission.sessions}

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(STATIC / "index.html", headers=PAGE_HEADERS)

    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def _lifespan(engines: Engines) -> Callable[[FastAPI], Any]:
    """Return what starts the engines before the first session and stops them after the last."""
    parts = (engines.detector, engines.recognizer, engines.tutor, engines.voice)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        for engine in parts:
            await engine.start()
        logger.info("ready: %s", ", ".join(engine.name for engine in parts))
        # What start-up made lives as long as the process; a full collection over it would stop
        # every session for a tenth of a second.
        gc.collect()
        gc.freeze()
        yield
        for engine in reversed(parts):
            await engine.aclose()

    return lifespan


class Disconnected(Exception):
    """The client is gone; ends the tasks of its session."""


class Connection:
    """One accepted WebSocket and the session behind it."""

    def __init__(self, websocket: WebSocket, settings: Settings):
        self._websocket = websocket
        self._settings = settings
        self._as_text = websocket.query_params.get("format") == "json"
        self._malformed = 0
        self._warned = False

    async def run(self, engines: Engines) -> None:
        """Serve a session until either side ends it.

        Raises:
            LimitExceeded: The client went over a limit and has to be hung up on.
        """
        session = SessionState(self._settings)
        reception = Reception(session, engines)
        reception.welcome()
        refusals: list[BaseException] = []
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._send_pump(session), name="send")
                tasks.create_task(converse(session, engines), name="converse")
                await self._receive_pump(session, reception)
        except* Disconnected:
            logger.debug("client gone")
        except* LimitExceeded as group:
            refusals += leaves(group)
        except* Exception as group:
            refusals += [give_up(error) for error in leaves(group)]
        if refusals:
            raise refusals[0]

    async def hang_up(self, error: TeachMeError, close_code: int) -> None:
        """Say why, and close. A client that does not listen any more is left alone."""
        last_words = Error(error.code, error.message, error.action, error.retryable, fatal=True)
        with suppress(Disconnected, LimitExceeded, RuntimeError):
            await self._send(last_words)
            await self._websocket.close(close_code, error.message)

    async def _receive_pump(self, session: SessionState, reception: Reception) -> None:
        while True:
            event = await self._websocket.receive()
            if event["type"] == "websocket.disconnect":
                raise Disconnected
            for message in self._decode(event):
                try:
                    if isinstance(message, ProtocolError):
                        raise message
                    reception.receive(message)
                except (ProtocolError, EngineError) as error:
                    self._report(session, error)

    def _decode(self, event: MutableMapping[str, Any]) -> list[ClientMessage | ProtocolError]:
        settings = self._settings
        data = event.get("bytes")
        said: bytes | str = event["text"] if data is None else data
        check_size(said, settings.max_message_bytes, settings.max_image_bytes)
        return decode_text(said) if isinstance(said, str) else decode(said)

    def _report(self, session: SessionState, error: TeachMeError) -> None:
        if error.code == "deprecated":
            if self._warned:
                return
            self._warned = True
        session.report(error)
        self._malformed += error.code in MALFORMED_CODES
        if self._malformed >= MAX_MALFORMED:
            raise LimitExceeded(
                "malformed",
                f"{MAX_MALFORMED} malformed frames on one connection.",
                "Mend the client: the errors before this one name byte and reason.",
                close_code=CloseCode.MALFORMED,
            )

    async def _send_pump(self, session: SessionState) -> None:
        while True:
            await self._send(await session.next_outbound())

    async def _send(self, message: ServerMessage) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                if self._as_text:
                    await self._websocket.send_text(encode_text(message))
                else:
                    await self._websocket.send_bytes(encode(message))
        except WebSocketDisconnect as error:
            raise Disconnected from error
        except TimeoutError as error:
            raise LimitExceeded(
                "slow_client",
                "The connection is too slow.",
                "Check the network and connect again.",
                close_code=CloseCode.SLOW_CLIENT,
                retryable=True,
            ) from error


def give_up(error: BaseException) -> LimitExceeded:
    """Log where our own code failed and return what ends the session for it.

    The text of the exception stays out of the log: it may quote a learner.
    """
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    logger.error("session failed: %s at %s", type(error).__name__, where)
    return LimitExceeded(
        "internal",
        "Something went wrong on our side.",
        "Reload the page.",
        close_code=CloseCode.INTERNAL,
        retryable=True,
    )


def leaves(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    """Return the exceptions of a group and of the groups in it."""
    nested = [
        leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
        for error in group.exceptions
    ]
    return [error for errors in nested for error in errors]


app = create_app()


def main() -> None:
    """Serve with the settings of the environment."""
    settings = Settings()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        # PCM hardly shrinks: compression would cost a fifth more CPU and save an eighth.
        ws_per_message_deflate=False,
        ws_max_size=settings.max_image_bytes * 4 // 3 + settings.max_message_bytes,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
