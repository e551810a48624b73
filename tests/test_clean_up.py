"""Clients that vanish leave nothing behind, and floods disturb nobody else."""

import asyncio
import gc
import resource
import threading
from contextlib import suppress
from pathlib import Path

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app import create_app
from engines.scripted import Script, play
from messages import AudioChunk, AudioFrame, Error, Ping, Pong, State, TextMessage, Welcome
from settings import Settings
from tests.scenario import LOUD
from tests.serving import serve
from tests.socket_reader import receive
from websocket_protocol import encode

SCRIPT = Script(first_word_ms=20, word_ms=1, first_audio_ms=10)
CONNECTIONS = 500
AT_A_TIME = 20
PHASES = ("connected", "hearing", "thinking", "speaking", "mid_frame")


async def reach(socket: ClientConnection, phase: str) -> None:
    """Bring the session to a phase."""
    await receive(socket, Welcome)
    match phase:
        case "hearing":
            for _ in range(10):
                await socket.send(encode(AudioFrame(LOUD)))
            while (await receive(socket, State)).phase != "hearing":
                pass
        case "thinking":
            await socket.send(encode(TextMessage("What is a verb?")))
            while (await receive(socket, State)).phase != "thinking":
                pass
        case "speaking":
            await socket.send(encode(TextMessage("What is a verb?")))
            await receive(socket, AudioChunk)
        case "mid_frame":
            socket.transport.write(b"\x82\xfe\x02")


async def vanish(url: str, number: int, gate: asyncio.Semaphore) -> None:
    """Connect, reach a phase, and drop the connection without a word."""
    async with gate:
        socket = await connect(url)
        await reach(socket, PHASES[number % len(PHASES)])
        socket.transport.abort()
        with suppress(ConnectionClosed):
            await socket.wait_closed()


async def test_clients_that_vanish_leave_nothing_behind() -> None:
    """500 connections, dropped in every phase: no task, thread, file or place stays taken."""
    app = create_app(Settings(max_sessions=CONNECTIONS), play(SCRIPT))
    async with serve(app) as address:
        await vanish(address.ws, 0, asyncio.Semaphore(1))
        await settle(len(asyncio.all_tasks()) - 1)
        before = (len(asyncio.all_tasks()), threading.active_count(), open_files())
        gate = asyncio.Semaphore(AT_A_TIME)
        await asyncio.gather(*(vanish(address.ws, n, gate) for n in range(CONNECTIONS)))
        await settle(before[0])
        after = (len(asyncio.all_tasks()), threading.active_count(), open_files())
        assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)


async def settle(tasks: int) -> None:
    """Wait until no more than that many tasks are left, or a few seconds have gone."""
    for _ in range(500):
        if len(asyncio.all_tasks()) <= tasks:
            return
        await asyncio.sleep(0.01)


def open_files() -> int:
    """Return how many files and sockets this process has open."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_flood_of_audio_disturbs_nobody_else() -> None:
    """At ten times real time the flooder is told of its loss, and others are served meanwhile."""
    async with (
        serve(create_app(Settings(), play(SCRIPT))) as address,
        connect(address.ws) as flooder,
        connect(address.ws) as honest,
    ):
        await receive(honest, Welcome)
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(60):
            await asyncio.gather(*(flooder.send(encode(AudioFrame(LOUD))) for _ in range(50)))
            await honest.send(encode(Ping()))
            await receive(honest, Pong)
        error: Error = await receive(flooder, Error)
        assert error.code == "audio_dropped"
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 20_000


async def test_a_client_that_stops_reading_bounds_the_memory_for_it() -> None:
    """Whatever it makes the server say, what waits for it is bounded, and its place is freed."""
    async with (
        serve(create_app(Settings(), play(SCRIPT))) as address,
        httpx.AsyncClient(base_url=address.http) as operator,
    ):
        socket = await connect(address.ws, max_queue=1)
        await receive(socket, Welcome)
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        socket.transport.pause_reading()
        sending = asyncio.create_task(send_for_ever(socket, encode(Ping(bytes(125))) * 200))
        async with asyncio.timeout(20):
            while (await operator.get("/health")).json()["sessions"]:
                pass
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 30_000
        sending.cancel()
        socket.transport.abort()
        await asyncio.gather(sending, socket.wait_closed(), return_exceptions=True)


async def send_for_ever(socket: ClientConnection, data: bytes) -> None:
    """Send for as long as the server takes it."""
    while True:
        await socket.send(data)
