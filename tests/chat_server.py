"""A server of chat completions that fails on purpose, in ways a real one cannot be made to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

MODELS = {"object": "list", "data": [{"id": "small-model", "object": "model"}]}


class Fault(Enum):
    """What may stand in a script in place of words."""

    STALL = "stall"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no stream."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: object = "the learner's words"


Script = list[str | bytes | dict[str, Any] | Fault]
"""Words, raw bytes, deltas with other fields, and faults, in the order they are sent."""


def ended(reason: str = "stop") -> dict[str, Any]:
    """Return the end of an answer for a script."""
    return {"finish_reason": reason}


@dataclass(slots=True)
class ChatServer:
    """Plays one script for each question, and then the last one again.

    Args:
        replies: The scripts.
        models: What it answers to who asks for its models.
    """

    replies: list[Script | Refusal]
    models: object = field(default_factory=lambda: MODELS)
    questions: list[dict[str, Any]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    left: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    """When a client closed its connection, on the loop's clock."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until its client leaves."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                self.headers.append(head)
                if head.startswith("get"):
                    _refuse(writer, self._list_models())
                else:
                    await self._answer(head, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.left.put_nowait(None)
        finally:
            writer.close()

    def _list_models(self) -> Refusal:
        return self.models if isinstance(self.models, Refusal) else Refusal(200, body=self.models)

    async def _answer(
        self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        length = int(head.partition("content-length:")[2].split()[0])
        self.questions.append(json.loads(await reader.readexactly(length)))
        self.asked_at.append(asyncio.get_running_loop().time())
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Refusal):
            _refuse(writer, reply)
            return
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        for part in reply:
            if part is Fault.STALL:
                await reader.readexactly(1)
            elif part is Fault.RESET:
                writer.transport.abort()
                raise ConnectionResetError
            else:
                _write_chunk(writer, _event(part))
            await asyncio.sleep(0)
        _write_chunk(writer, b"data: [DONE]\n\n")
        _write_chunk(writer, b"")


def _event(part: object) -> bytes:
    if isinstance(part, bytes):
        return b"data: " + part + b"\n\n"
    choice: dict[str, Any] = {"index": 0, "delta": {}}
    if isinstance(part, dict) and "finish_reason" in part:
        choice |= part
    else:
        choice["delta"] = part if isinstance(part, dict) else {"content": part}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


def _write_chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _refuse(writer: asyncio.StreamWriter, refusal: Refusal) -> None:
    body = json.dumps(refusal.body).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    lines = [f"{name}: {value}\r\n" for name, value in (headers | refusal.headers).items()]
    writer.write(f"HTTP/1.1 {refusal.status} -\r\n{''.join(lines)}\r\n".encode() + body)


@asynccontextmanager
async def serving(server: ChatServer, port: int = 0) -> AsyncIterator[str]:
    """Serve on loopback for the length of the block, and give the base URL."""
    connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections[task] = writer
        await server.serve(reader, writer)

    listener = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1"
    finally:
        listener.close()
        for writer in connections.values():
            writer.close()
        if connections:
            await asyncio.wait(connections)
