"""Gemini over HTTP: content in one piece or as a stream of events, and what a model is.

The paths are those of the Gemini API (``/v1beta/models/M:streamGenerateContent``) and of Vertex AI
(``/v1beta1/projects/P/locations/L/publishers/google/models/M:...``). A plain ASGI application, for
it has to notice the moment a client leaves, and to abort connections.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from tests.google_emulator.gemini_answers import cut, limit, write_answer
from tests.google_emulator.gemini_exchange import Exchange, Left, Receive, Scope, Send
from tests.google_emulator.gemini_rules import (
    Body,
    Refusal,
    check_key,
    check_model,
    check_request,
    pictures,
)
from tests.google_emulator.gemini_stream import Aborted, AnswerStream
from tests.google_emulator.state import EmulatorState

PATH = re.compile(r".*/models/(?P<model>[\w.-]+?)(?::(?P<method>\w+))?")
METHODS = {"streamGenerateContent", "generateContent"}


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
        exchange = Exchange(scope, receive, send, call)
        if found is None or method not in METHODS | {"get"}:
            await exchange.refuse(Refusal(404, "There is no such method."))
            return
        serving = asyncio.create_task(self._serve(exchange, found["model"], method))
        leaving = asyncio.create_task(exchange.wait_for_leaving())
        done, _ = await asyncio.wait((serving, leaving), return_when=asyncio.FIRST_COMPLETED)
        for task in (serving, leaving):
            task.cancel()
        await asyncio.gather(serving, leaving, return_exceptions=True)
        for task in done:
            task.result()

    async def _serve(self, exchange: Exchange, model: str, method: str) -> None:
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
        except Left:
            return

    async def _generate(self, exchange: Exchange, model: str, method: str, body: Body) -> None:
        check_request(model, body)
        exchange.call.record("request", model=model, **_summarise(body))
        answer = self._answer(exchange, model, method, body)
        if method == "generateContent":
            await exchange.answer(await _join(answer))
            return
        async with aclosing(answer) as events:
            await exchange.stream(events)

    def _answer(
        self, exchange: Exchange, model: str, method: str, body: Body
    ) -> AsyncGenerator[bytes, None]:
        behaviour = self._state.behaviour.llm
        text = behaviour.next_reply() or write_answer(body)
        tokens = body.get("generation_config", {}).get("max_output_tokens")
        chunks, whole = limit(cut(text, behaviour.chunk_words), tokens)
        fault = self._state.faults.take("llm", method)
        finish = "STOP" if whole else "MAX_TOKENS"
        return AnswerStream(model, chunks, finish, behaviour, fault, exchange.call).events()


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
    last: Body = bodies[-1] if bodies else {}
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
