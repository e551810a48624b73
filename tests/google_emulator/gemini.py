"""Gemini over HTTP: content in one piece or as a stream of events, and what a model is.

The paths are those of the Gemini API (``/v1beta/models/M:streamGenerateContent``) and of Vertex AI
(``/v1beta1/projects/P/locations/L/publishers/google/models/M:...``). A plain ASGI application, for
it has to notice the moment a client leaves, and to abort connections.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import aclosing
from typing import Any

from tests.google_emulator.gemini_answers import cut, limit, write_answer
from tests.google_emulator.gemini_rules import (
    MAX_REQUEST_BYTES,
    Body,
    Refusal,
    check_key,
    check_model,
    check_request,
    normalise,
    pictures,
)
from tests.google_emulator.gemini_stream import Aborted, AnswerStream
from tests.google_emulator.journal import Call
from tests.google_emulator.state import EmulatorState

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATH = re.compile(r".*/models/(?P<model>[\w.-]+?)(?::(?P<method>\w+))?")
METHODS = {"streamGenerateContent", "generateContent"}

JSON_TYPE = b"application/json; charset=UTF-8"
EVENTS_TYPE = b"text/event-stream"


def create_app(state: EmulatorState) -> "Gemini":
    """Return the application."""
    return Gemini(state)


class Gemini:
    """The ASGI application.

    Args:
        state: What the services share.
    """

    def __init__(self, state: EmulatorState):
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and record the moment its client leaves before it has all."""
        found = PATH.fullmatch(scope["path"])
        method = (found["method"] or "get") if found else "unknown"
        peer = ":".join(map(str, scope["client"]))
        call = self._state.journal.open_call("llm", method, path=scope["path"], peer=peer)
        exchange = _Exchange(scope, receive, send, call)
        if found is None or method not in METHODS | {"get"}:
            await exchange.refuse(Refusal(404, "There is no such method."))
            return
        serving = asyncio.create_task(self._serve(exchange, found["model"], method))
        leaving = asyncio.create_task(exchange.wait_for_leaving())
        await asyncio.wait((serving, leaving), return_when=asyncio.FIRST_COMPLETED)
        for task in (serving, leaving):
            task.cancel()
        await asyncio.gather(serving, leaving, return_exceptions=True)

    async def _serve(self, exchange: "_Exchange", model: str, method: str) -> None:
        try:
            body = await exchange.read()
            check_key(exchange.key)
            check_model(model)
            if method == "get":
                await exchange.answer({"name": f"models/{model}", "displayName": model})
            else:
                await self._generate(exchange, model, method, body)
        except Refusal as refusal:
            await exchange.refuse(refusal)
        except Aborted:
            exchange.abort()

    async def _generate(self, exchange: "_Exchange", model: str, method: str, body: Body) -> None:
        check_request(model, body)
        exchange.call.record("request", model=model, **_summarise(body))
        answer = self._answer(exchange, model, method, body)
        if method == "generateContent":
            await exchange.answer(await _join(answer))
            return
        async with aclosing(answer) as events:
            await exchange.stream(events)

    def _answer(
        self, exchange: "_Exchange", model: str, method: str, body: Body
    ) -> AsyncGenerator[bytes, None]:
        behaviour = self._state.behaviour.llm
        text = behaviour.next_reply() or write_answer(body)
        tokens = body.get("generation_config", {}).get("max_output_tokens")
        chunks, whole = limit(cut(text, behaviour.chunk_words), tokens)
        fault = self._state.faults.take("llm", method)
        finish = "STOP" if whole else "MAX_TOKENS"
        return AnswerStream(model, chunks, finish, behaviour, fault, exchange.call).events()


class _Exchange:
    """One request and its answer."""

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
        """Return the body of the request, with its names in one spelling."""
        data, more = b"", True
        while more:
            message = await self._receive()
            data += message.get("body", b"")
            more = message.get("more_body", False)
        self._read.set()
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

    async def wait_for_leaving(self) -> None:
        """Return when the client has left, which is recorded at once."""
        await self._read.wait()
        while (await self._receive())["type"] != "http.disconnect":
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


async def _join(events: AsyncGenerator[bytes, None]) -> Body:
    """Return the answer whose pieces are the events."""
    async with aclosing(events):
        bodies = [json.loads(event.removeprefix(b"data: ")) async for event in events]
    parts = [
        part
        for body in bodies
        for candidate in body.get("candidates", ())
        for part in candidate.get("content", {}).get("parts", ())
    ]
    last: Body = bodies[-1]
    for candidate in last.get("candidates", ()):
        candidate["content"] = {"role": "model", "parts": parts}
    return last


def _summarise(body: Body) -> Body:
    """Return what the journal tells of a request: everything but the bytes of pictures."""
    shown = [
        {"mime_type": kind, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for kind, data in pictures(body)
    ]
    contents = [
        {
            "role": content["role"],
            "texts": [part["text"] for part in content["parts"] if "text" in part],
        }
        for content in body["contents"]
    ]
    instruction = body.get("system_instruction", {}).get("parts", ())
    return {
        "contents": contents,
        "pictures": shown,
        "instruction": "".join(part.get("text", "") for part in instruction),
        "config": body.get("generation_config", {}),
        "safety": body.get("safety_settings", []),
    }
