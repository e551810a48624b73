"""One answer of Gemini on its way to the client: chunk by chunk, at its pace, with its fault.

Kinds of :class:`Fault` that a call may meet, at ``open`` (before the headers) or after
``messages``, ``bytes`` or ``seconds`` of the answer:

- ``status``: an HTTP error at open; later an error object in the stream. ``status`` is the code,
  ``details={"retry_delay": "7s"}`` adds when to come back.
- ``reset``: the connection is aborted.
- ``close``: the stream just ends.
- ``stall``: nothing more comes, until the client leaves.
- ``garbage``: a line that is no JSON.
- ``finish``: the answer ends for the reason in ``status``, for example ``"SAFETY"``.
- ``linger``: the same, and then the stream stays open.
- ``block``: the question is refused for the reason in ``status``.
- ``huge``: a chunk of words, ``details["bytes"]`` long, by default 1 MB.
- ``drip``: words without end, every ``details["ms"]`` milliseconds.
- ``thoughts``: thoughts without end, every ``details["ms"]`` milliseconds.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from typing import Any

from tests.google_emulator.behaviour import GeminiBehaviour
from tests.google_emulator.faults import Fault
from tests.google_emulator.gemini_rules import Body, Refusal
from tests.google_emulator.journal import Call

HUGE_BYTES = 1_000_000
ENDLESS = frozenset({"drip", "thoughts"})


class Aborted(Exception):
    """The connection is to be aborted."""


class AnswerStream:
    """Makes the events of one answer.

    Args:
        model: Who answers.
        chunks: The text in chunks.
        finish: The reason it ends with.
        behaviour: How fast.
        fault: What happens to it.
        call: Where it is recorded.
    """

    def __init__(
        self,
        model: str,
        chunks: list[str],
        finish: str,
        behaviour: GeminiBehaviour,
        fault: Fault | None,
        call: Call,
    ):
        self._model = model
        self._chunks = chunks
        self._finish = finish
        self._behaviour = behaviour
        self._fault = fault
        self._call = call
        self._began = time.monotonic()
        self._sent = 0
        self._sent_bytes = 0

    async def events(self) -> AsyncGenerator[bytes, None]:
        """Yield the events as they are due.

        Raises:
            Refusal: Before the first event: the answer is an error.
            Aborted: The connection is to be aborted.
        """
        async for text, finish in self._paced_chunks():
            if fault := self._due():
                self._call.record("fault", kind=fault.kind)
                async for event in self._suffer(fault):
                    yield event
                return
            yield self._event(self._say(text, finish=finish))

    async def _paced_chunks(self) -> AsyncGenerator[tuple[str, str | None], None]:
        """Yield each chunk when it is due, and how it ends; a fault at open is due at once."""
        if self._due() is None:
            await asyncio.sleep(self._behaviour.first_chunk_ms / 1_000)
        for chunk in self._chunks[:-1]:
            yield chunk, None
            await asyncio.sleep(self._behaviour.chunk_ms / 1_000)
        yield (self._chunks or [""])[-1], self._finish

    def _due(self) -> Fault | None:
        """Return the fault, if its time has come."""
        fault, seconds = self._fault, time.monotonic() - self._began
        if fault and fault.strikes(messages=self._sent, bytes=self._sent_bytes, seconds=seconds):
            return fault
        return None

    async def _suffer(self, fault: Fault) -> AsyncGenerator[bytes, None]:
        if fault.kind == "reset":
            raise Aborted
        if fault.kind == "status" and fault.where == "open":
            raise refusal_of(fault)
        if fault.kind == "stall":
            await asyncio.Event().wait()
        if fault.kind == "garbage":
            yield b'data: {"candidates": [{"content": \r\n\r\n'
        for body in self._last_words(fault):
            yield self._event(body)
        if fault.kind == "linger":
            await asyncio.Event().wait()
        pause_s = fault.details.get("ms", 20) / 1_000
        while fault.kind in ENDLESS:
            await asyncio.sleep(pause_s)
            yield self._event(self._say("Hm.", thought=fault.kind == "thoughts"))

    def _last_words(self, fault: Fault) -> list[Body]:
        """Return what the service still says when a fault has struck."""
        if fault.kind == "status":
            return [refusal_of(fault).body]
        if fault.kind in ("finish", "linger"):
            return [self._say("", finish=fault.status)]
        if fault.kind == "block":
            return [{"promptFeedback": {"blockReason": fault.status or "SAFETY"}}]
        if fault.kind == "huge":
            size = int(fault.details.get("bytes", HUGE_BYTES))
            return [self._say("question " * (size // len("question ")), finish="STOP")]
        return []

    def _say(self, text: str, *, thought: bool = False, finish: str | None = None) -> Body:
        part: Body = {"text": text, "thought": True} if thought else {"text": text}
        candidate: Body = {"index": 0}
        if text:
            candidate["content"] = {"role": "model", "parts": [part]}
        if finish is not None:
            candidate["finishReason"] = finish
        return {
            "candidates": [candidate],
            "usageMetadata": {"promptTokenCount": 8, "candidatesTokenCount": self._sent + 1},
            "modelVersion": self._model,
        }

    def _event(self, body: Body) -> bytes:
        event = b"data: " + json.dumps(body).encode() + b"\r\n\r\n"
        self._sent += 1
        self._sent_bytes += len(event)
        self._call.record("chunk", number=self._sent, bytes=len(event))
        return event


def refusal_of(fault: Fault) -> Refusal:
    """Return the error that a fault makes the service answer with."""
    details: list[dict[str, Any]] = []
    if delay := fault.details.get("retry_delay"):
        details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
    return Refusal(int(fault.status), "The service cannot answer this now.", *details)
