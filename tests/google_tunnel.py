"""A way to the emulator that can go dead without a word, as when a router forgets a connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress


class Tunnel:
    """Carries bytes both ways. Connections that are dead stay open, and nothing comes through."""

    def __init__(self, target: str):
        self.host = ""
        self.connections = 0
        self._target = target.split(":")
        self._oldest_alive = 0
        self._served: set[asyncio.Task[None]] = set()

    def go_dead(self) -> None:
        """Let nothing through any more, except on connections made from now on."""
        self._oldest_alive = self.connections + 1

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one more connection."""
        serving = asyncio.create_task(self._serve(reader, writer), name="tunnel")
        self._served.add(serving)
        serving.add_done_callback(self._served.discard)

    async def aclose(self) -> None:
        """Close what is open."""
        for serving in self._served:
            serving.cancel()
        await asyncio.gather(*self._served, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes until either side closes the connection."""
        self.connections += 1
        number = self.connections
        target_reader, target_writer = await asyncio.open_connection(*self._target)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._carry(number, reader, target_writer))
            tasks.create_task(self._carry(number, target_reader, writer))

    async def _carry(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with closing(writer), suppress(ConnectionError):
            while data := await reader.read(65_536):
                if number >= self._oldest_alive:
                    writer.write(data)
                    await writer.drain()


@asynccontextmanager
async def tunnel_to(target: str) -> AsyncIterator[Tunnel]:
    """Open a tunnel to ``host:port`` until the block ends."""
    tunnel = Tunnel(target)
    server = await asyncio.start_server(tunnel.accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    tunnel.host = f"127.0.0.1:{port}"
    try:
        yield tunnel
    finally:
        server.close()
        await tunnel.aclose()
