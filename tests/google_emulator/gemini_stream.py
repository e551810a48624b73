"""One answer of Gemini on its way to the client: chunk by chunk, at its pace, with its fault.

Kinds of :class:`Fault` that a call may meet, at ``open`` (before the headers) or after ``messages``,
``bytes`` or ``seconds`` of the answer:

- ``status``: an HTTP error at open; later an error object in the stream. ``status`` is the code,
  ``details={"retry_delay": "7s"}`` adds when to come back.
- ``reset``: the connection is aborted.
- ``close``: the stream just ends.
- ``stall``: nothing more comes, until the client leaves.
- ``garbage``: a line that is no JSON.
- ``finish``: the answer ends for the reason in ``status``, for example ``"SAFETY"``.
- ``block``: the question is refused for the reason in ``status``.
- ``huge``: a chunk of ``details["bytes"]`` letters, by default 1 MB.
- ``drip``: from here on each letter is a chunk, every ``details["ms"]`` milliseconds.
- ``thoughts``: thoughts without end, every ``details["ms"]`` milliseconds.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from tests.google_emulator.behaviour import GeminiBehaviour
from tests.google_emulator.faults import Fault
from tests.google_emulator.gemini_rules import Body, Refusal
from tests.google_emulator.journal import Call

HUGE_BYTES = 1_000_000


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

    async def events(self) -> AsyncIterator[bytes]:
        """Yield the events as they are due.

        Raises:
            Refusal: Before the first event: the answer is an error.
            Aborted: The connection is to be aborted.
        """
        await asyncio.sleep(self._behaviour.first_chunk_ms / 1_000)
        if self._behaviour.thoughts:
            yield self._event(self._say(self._behaviour.thoughts, thought=True))
        for number, text in enumerate(self._chunks):
            if number:
                await asyncio.sleep(self._behaviour.chunk_ms / 1_000)
            async for event in self._strike():
                yield event
            if self._ended:
                return
            last = number == len(self._chunks) - 1
            yield self._event(self._say(text, finish=self._finish if last else None))
        if not self._chunks:
            yield self._event(self._say("", finish=self._finish))

    @property
    def _ended(self) -> bool:
        return self._fault is None and self._struck

    _struck = False

    async def _strike(self) -> AsyncIterator[bytes]:
        """Let the fault happen, if its time has come; it is over then."""
        fault, seconds = self._fault, time.monotonic() - self._began
        if fault is None or not fault.strikes(
            messages=self._sent, bytes=self._sent_bytes, seconds=seconds
        ):
            return
        self._fault, self._struck = None, True
        self._call.record("fault", kind=fault.kind)
        async for event in self._suffer(fault):
            yield event

    async def _suffer(self, fault: Fault) -> AsyncIterator[bytes]:
        pause_s = fault.details.get("ms", 20) / 1_000
        if fault.kind == "reset":
            raise Aborted
        if fault.kind == "stall":
            await asyncio.Event().wait()
        if fault.kind == "status":
            yield self._event(refusal_of(fault).body)
        if fault.kind == "garbage":
            yield b'data: {"candidates": [{"content": \r\n\r\n'
        if fault.kind == "finish":
            yield self._event(self._say("", finish=fault.status))
        if fault.kind == "block":
            yield self._event({"promptFeedback": {"blockReason": fault.status or "SAFETY"}})
        if fault.kind == "huge":
            yield self._event(self._say("a" * int(fault.details.get("bytes", HUGE_BYTES))))
        if fault.kind == "drip":
            for letter in "".join(self._chunks):
                await asyncio.sleep(pause_s)
                yield self._event(self._say(letter))
            yield self._event(self._say("", finish="STOP"))
        while fault.kind == "thoughts":
            await asyncio.sleep(pause_s)
            yield self._event(self._say("Hm.", thought=True))

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
