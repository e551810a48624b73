"""One HTTP request and its answer, over ASGI."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from typing import Any

from tests.google_emulator.gemini_rules import MAX_REQUEST_BYTES, Body, Refusal, normalise
from tests.google_emulator.journal import Call

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LEFT = "http.disconnect"
JSON_TYPE = b"application/json; charset=UTF-8"
EVENTS_TYPE = b"text/event-stream"


class Left(Exception):
    """The client has left."""


class Exchange:
    """One request and its answer.

    Args:
        scope: What ASGI tells of the request.
        receive: Gives its body, and tells when the client has left.
        send: Takes the answer.
        call: Where it is recorded.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, call: Call):
        self.call = call
        self._receive = receive
        self._send = send
        self._headers: dict[str, str] = {
            name.decode(): value.decode() for name, value in scope["headers"]
        }
        self._read = asyncio.Event()
        self._ended = False

    @property
    def key(self) -> str:
        """The API key, or the token of an account."""
        token: str = self._headers.get("authorization", "").removeprefix("Bearer ")
        return self._headers.get("x-goog-api-key") or token

    async def read(self) -> Body:
        """Return the body of the request, with its names in one spelling.

        Raises:
            Left: The client left before it had sent all of it.
            Refusal: It is too long, or no JSON.
        """
        data = await self._read_bytes()
        if len(data) > MAX_REQUEST_BYTES:
            raise Refusal(
                400, f"Request payload size exceeds the limit: {MAX_REQUEST_BYTES} bytes."
            )
        try:
            body = normalise(json.loads(data or b"{}"))
        except ValueError:
            raise Refusal(400, "Invalid JSON payload received.") from None
        if not isinstance(body, dict):
            raise Refusal(400, "Invalid JSON payload received.")
        return body

    async def _read_bytes(self) -> bytes:
        data, more = b"", True
        while more:
            message = await self._receive()
            if message["type"] == LEFT:
                self.call.record("cancelled")
                raise Left
            data += message.get("body", b"")
            more = message.get("more_body", False)
        self._read.set()
        self.call.record("read", bytes=len(data))
        return data

    async def wait_for_leaving(self) -> None:
        """Return when the client has left, which is recorded at once."""
        await self._read.wait()
        while (await self._receive())["type"] != LEFT:
            pass
        if not self._ended:
            self.call.record("cancelled")

    async def stream(self, events: AsyncGenerator[bytes, None]) -> None:
        """Send events; the headers leave with the first of them."""
        begun = False
        async for event in events:
            if not begun:
                await self._begin(200, EVENTS_TYPE)
                begun = True
            await self._send({"type": "http.response.body", "body": event, "more_body": True})
        if not begun:
            await self._begin(200, EVENTS_TYPE)
        await self._end(b"", 200)

    async def answer(self, body: Body, code: int = 200) -> None:
        """Send an answer in one piece."""
        await self._begin(code, JSON_TYPE)
        await self._end(json.dumps(body).encode(), code)

    async def refuse(self, refusal: Refusal) -> None:
        """Send an error."""
        await self.answer(refusal.body, refusal.code)

    def abort(self) -> None:
        """Abort the connection, which ASGI has no message for."""
        self._ended = True
        self.call.record("ended", status="aborted")
        self._send.__self__.transport.abort()  # type: ignore[attr-defined]  # uvicorn's cycle

    async def _begin(self, code: int, content_type: bytes) -> None:
        headers = [(b"content-type", content_type)]
        await self._send({"type": "http.response.start", "status": code, "headers": headers})

    async def _end(self, data: bytes, code: int) -> None:
        self._ended = True
        self.call.record("ended", status=code)
        await self._send({"type": "http.response.body", "body": data})
