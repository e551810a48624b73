"""The edge, with a real server and a real WebSocket client."""

import asyncio
import base64
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from app import PAGE_HEADERS, create_app
from connection import MAX_MALFORMED
from engines.scripted import Script, play
from messages import (
    AudioChunk,
    AudioFrame,
    Error,
    Ping,
    Pong,
    TextMessage,
    Welcome,
)
from settings import Settings
from tests.serving import Address, serve
from tests.socket_reader import close_code, receive
from websocket_protocol import encode

QUICK = Script(
    replies=("Reply 1.",), final_ms=1, first_word_ms=1, word_ms=0, first_audio_ms=1, audio_speed=50
)


@asynccontextmanager
async def serving(**options: object) -> AsyncIterator[Address]:
    """Serve the application with scripted engines and these settings."""
    settings = Settings(**options)  # type: ignore[arg-type]  # values are validated
    async with serve(create_app(settings, play(QUICK))) as address:
        yield address


async def test_a_client_is_welcomed_with_all_it_needs() -> None:
    """WELCOME comes first, unasked, and names engines, settings, formats and limits."""
    async with serving() as address, connect(address.ws) as socket:
        welcome: Welcome = await receive(socket, Welcome)
        assert welcome.engines.tutor == "Scripted"
        assert welcome.settings.silence_timeout_ms == 800
        assert (welcome.formats.input_rate, welcome.formats.output_rate) == (16_000, 24_000)
        assert welcome.limits.max_queue_size == 100
        assert (welcome.resumed, len(welcome.resume_token) >= 24) == (False, True)


async def test_a_typed_question_comes_back_as_sound() -> None:
    """The whole loop over a real socket."""
    async with serving() as address, connect(address.ws) as socket:
        await socket.send(encode(TextMessage("What is a verb?")))
        chunk: AudioChunk = await receive(socket, AudioChunk)
        assert bytes(chunk.pcm[:2]) == struct.pack("<h", 1)


async def test_several_frames_may_share_a_message() -> None:
    """Each is taken in, in order."""
    async with serving() as address, connect(address.ws) as socket:
        await socket.send(encode(Ping(b"1")) + encode(Ping(b"2")))
        assert await receive(socket, Pong) == Pong(b"1")
        assert await receive(socket, Pong) == Pong(b"2")


async def test_the_server_speaks_json_where_asked() -> None:
    """``?format=json`` makes every message of the server a text."""
    async with serving() as address, connect(f"{address.ws}?format=json") as socket:
        assert json.loads(await socket.recv())["type"] == "welcome"
        await socket.send('{"type": "text_message", "text": "What is a verb?"}')
        async with asyncio.timeout(10):
            while (message := json.loads(await socket.recv()))["type"] != "audio_chunk":
                pass
        assert base64.b64decode(message["pcm"])[:2] == struct.pack("<h", 1)


async def test_legacy_audio_is_accepted_with_one_notice() -> None:
    """``audio_chunk`` of older clients works, and they are told once that it is deprecated."""
    legacy = json.dumps({"type": "audio_chunk", "audio": base64.b64encode(bytes(640)).decode()})
    async with serving() as address, connect(address.ws) as socket:
        for _ in range(3):
            await socket.send(legacy)
        await socket.send(encode(Ping(b"end")))
        errors = []
        while not isinstance(message := await receive(socket, Error, Pong), Pong):
            errors.append(message.code)
        assert errors == ["deprecated"]


async def test_a_malformed_frame_is_answered_and_a_few_of_them_end_the_session() -> None:
    """Each is named, however fast they come; after the last the server closes with 4400."""
    async with serving() as address, connect(address.ws) as socket:
        for _ in range(MAX_MALFORMED):
            await socket.send(b"\x01\xff")
        errors: list[Error] = [await receive(socket, Error) for _ in range(MAX_MALFORMED + 1)]
        assert [error.code for error in errors] == ["malformed_frame"] * MAX_MALFORMED + [
            "malformed"
        ]
        assert [error.fatal for error in errors] == [False] * MAX_MALFORMED + [True]
        assert await close_code(socket) == 4400


async def test_unknown_types_are_reported_and_cost_nothing() -> None:
    """A newer client is not thrown out."""
    async with serving() as address, connect(address.ws) as socket:
        for _ in range(MAX_MALFORMED * 2):
            await socket.send(b"\x7f\x00\x00\x00\x00")
        error: Error = await receive(socket, Error)
        assert error.code == "unknown_type"
        await socket.send(encode(Ping(b"still here")))
        await receive(socket, Pong)


@pytest.mark.parametrize("size", [65_537, 10_000_000])
async def test_a_message_that_is_too_big_ends_the_session(size: int) -> None:
    """64 KiB, save for a picture: close code 1009."""
    async with serving() as address, connect(address.ws) as socket:
        await socket.send(bytes(size))
        assert await close_code(socket) == 1009


async def test_a_foreign_page_is_refused_before_accept() -> None:
    """HTTP 403, and no session begins."""
    async with serving() as address:
        with pytest.raises(InvalidStatus) as refusal:
            async with connect(address.ws, origin="https://evil.example"):  # type: ignore[arg-type]  # a plain string will do
                pass
        assert refusal.value.response.status_code == 403


async def test_the_own_page_may_connect() -> None:
    """The Origin of the server itself."""
    async with (
        serving() as address,
        connect(address.ws, origin=address.http) as socket,  # type: ignore[arg-type]  # a plain string will do
    ):
        await receive(socket, Welcome)


async def test_a_full_server_says_so() -> None:
    """The session beyond the last place gets an ERROR and close code 1013."""
    async with (
        serving(max_sessions=1) as address,
        connect(address.ws) as first,
        connect(address.ws) as second,
    ):
        await receive(first, Welcome)
        error: Error = await receive(second, Error)
        assert (error.code, error.fatal, error.retryable) == ("overloaded", True, True)
        assert await close_code(second) == 1013


async def test_compression_is_not_negotiated() -> None:
    """PCM hardly shrinks."""
    async with serving() as address, connect(address.ws) as socket:
        assert socket.response is not None
        assert "Sec-WebSocket-Extensions" not in socket.response.headers


async def test_the_page_is_served_with_its_headers() -> None:
    """Whichever way it is asked for: no foreign script, no foreign frame."""
    async with serving() as address, httpx.AsyncClient(base_url=address.http) as client:
        for path in ("/", "/static/index.html", "/static/js/main.js"):
            page = await client.get(path)
            assert page.status_code == 200
            assert {name: page.headers[name] for name in PAGE_HEADERS} == PAGE_HEADERS


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"]
)
async def test_nothing_but_the_page_is_served(path: str) -> None:
    """No path leads out of the static folder."""
    async with serving() as address, httpx.AsyncClient(base_url=address.http) as client:
        assert (await client.get(path)).status_code == 404


async def test_health_names_the_engines_and_counts_sessions() -> None:
    """Sessions are counted while they last."""
    async with (
        serving() as address,
        httpx.AsyncClient(base_url=address.http) as client,
        connect(address.ws) as socket,
    ):
        await receive(socket, Welcome)
        senses = ("detector", "stt", "tutor", "voice")
        assert (await client.get("/health")).json() == {
            "status": "ok",
            "sessions": 1,
            "engines": {sense: {"name": "Scripted"} for sense in senses},
        }


async def test_odd_frames_are_refused_and_the_next_is_heard() -> None:
    """A frame that is too long is an error, not the end."""
    async with serving() as address, connect(address.ws) as socket:
        await socket.send(encode(AudioFrame(bytes(8_000))))
        error: Error = await receive(socket, Error)
        assert error.code == "bad_payload"
        await socket.send(encode(Ping()))
        await receive(socket, Pong)
