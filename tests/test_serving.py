"""The test server itself: it answers, and it stops."""

import contextlib
import urllib.request
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import connect

from tests.serving import LoopName, serve, serve_in_thread


def _application() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def index() -> dict[str, str]:
        return {"hello": "world"}

    @app.websocket("/ws")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_bytes(await websocket.receive_bytes())

    return app


async def test_a_websocket_client_reaches_an_app_in_the_same_loop() -> None:
    """``serve`` speaks real WebSocket, without compression."""
    async with serve(_application()) as address, connect(address.ws) as client:
        await client.send(b"\x01\x02")
        assert await client.recv() == b"\x01\x02"
        assert "permessage-deflate" not in str(client.response and client.response.headers)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_server_in_a_thread_answers(loop: LoopName) -> None:
    """``serve_in_thread`` runs on either event loop and stops at the end of the block."""
    with serve_in_thread(_application(), loop) as address:
        assert urllib.request.urlopen(f"{address.http}/", timeout=5).read() == b'{"hello":"world"}'


def test_an_app_that_cannot_start_is_reported() -> None:
    """A failing start raises instead of waiting for its timeout."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        raise RuntimeError("no")
        yield

    with (
        pytest.raises(RuntimeError, match="did not start"),
        serve_in_thread(FastAPI(lifespan=lifespan), log_level="critical"),
    ):
        pytest.fail("it cannot have started")
