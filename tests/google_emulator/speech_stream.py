"""One ``StreamingRecognize`` call: reads the audio, keeps the limits, suffers its fault."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no type hints

from tests.google_emulator.behaviour import SpeechBehaviour
from tests.google_emulator.faults import Fault
from tests.google_emulator.journal import Call
from tests.google_emulator.speech_outbox import Outbox
from tests.google_emulator.speech_responses import EventType, Responses, activity, billed
from tests.google_emulator.speech_rules import (
    Ended,
    check_audio,
    check_config,
    check_progress,
    too_long,
    without_audio,
)
from tests.google_emulator.transcriber import Guess, Heard, Result, Transcriber
from tests.google_emulator.voice_activity import VoiceActivity

CANCELLED_WITHIN_S = 0.002
"""The requests of a cancelled call end as if half-closed, and the cancellation follows."""


class SpeechStream:
    """One call.

    Args:
        requests: What the client sends.
        outbox: Where the responses go.
        call: Where to record what happens.
        behaviour: Delays and limits.
        fault: What goes wrong, if anything.
    """

    def __init__(
        self,
        requests: AsyncIterator[Any],
        outbox: Outbox,
        call: Call,
        behaviour: SpeechBehaviour,
        fault: Fault | None,
    ):
        self._requests = requests
        self._outbox = outbox
        self._call = call
        self._behaviour = behaviour
        self._fault = fault
        self._opened_at = time.monotonic()
        self._messages = 0
        self._bytes = 0
        self._rate = 0

    async def run(self) -> None:
        """Serve until the client has sent everything and got every result.

        Raises:
            Ended: A rule was broken, a limit reached, or a fault was planned.
        """
        await self._meet_fault()
        first = await self._next()
        if first is None:
            return
        check_config(first)
        self._configure(first.streaming_config)
        while (request := await self._next()) is not None:
            check_audio(request, self._behaviour)
            await self._hear(request.audio_content)
        await asyncio.sleep(CANCELLED_WITHIN_S)
        self._call.record("half_closed")
        await self._respond(self._transcriber.finish())
        await self._outbox.put(billed(self._transcriber.now_ms))

    @property
    def _audio_s(self) -> float:
        return self._bytes / 2 / self._rate if self._rate else 0.0

    def _configure(self, streaming: Any) -> None:
        config = streaming.config
        self._streaming = streaming
        self._rate = config.sample_rate_hertz
        languages = (config.language_code, *config.alternative_language_codes)
        detected = self._behaviour.detected_language
        language = detected if detected in languages else config.language_code
        self._responses = Responses(language, self._behaviour)
        self._transcriber = Transcriber(self._rate, self._behaviour)
        self._activity = VoiceActivity(streaming)
        self._call.record(
            "config",
            language=config.language_code,
            alternatives=list(config.alternative_language_codes),
            model=config.model,
            rate=self._rate,
            interim_results=streaming.interim_results,
            single_utterance=streaming.single_utterance,
            punctuation=config.enable_automatic_punctuation,
            phrases=[phrase for each in config.speech_contexts for phrase in each.phrases],
        )

    async def _next(self) -> Any:
        """Return the next request, or None where the client has half-closed."""
        timeout_s = self._behaviour.audio_timeout_s
        limit_s = self._opened_at + self._behaviour.stream_limit_s - time.monotonic()
        patience_s = None if self._outbox.silent else min(timeout_s, limit_s)
        try:
            async with asyncio.timeout(patience_s):
                return await anext(self._requests)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            raise (without_audio() if timeout_s < limit_s else too_long(self._behaviour)) from None

    async def _hear(self, pcm: bytes) -> None:
        self._messages += 1
        self._bytes += len(pcm)
        if self._behaviour.journal_audio:
            self._call.record("audio", bytes=len(pcm), total=self._bytes)
        await self._meet_fault()
        if self._outbox.silent:
            return
        check_progress(self._behaviour, self._audio_s, time.monotonic() - self._opened_at)
        await self._respond(self._transcriber.feed(pcm))
        for event in self._activity.time_out(self._transcriber.now_ms):
            await self._outbox.put(event)

    async def _respond(self, heard: list[Heard]) -> None:
        for item in heard:
            for event in self._activity.tell(item):
                await self._outbox.put(event)
            match item:
                case Guess() if self._streaming.interim_results:
                    await self._outbox.put(self._responses.interim(item))
                case Result():
                    await self._finish_result(item)

    async def _finish_result(self, result: Result) -> None:
        """Send a final result; after the first, a single utterance is over."""
        if self._streaming.single_utterance:
            await self._outbox.put(activity(EventType.END_OF_SINGLE_UTTERANCE, result.end_ms))
        await self._outbox.put(self._responses.final(result))
        if self._streaming.single_utterance:
            raise Ended(grpc.StatusCode.OK)

    async def _meet_fault(self) -> None:
        """Suffer the fault once its time has come."""
        fault = self._fault
        if fault is None or not fault.strikes(
            messages=self._messages, bytes=self._bytes, seconds=self._audio_s
        ):
            return
        self._fault = None
        self._call.record("fault", kind=fault.kind)
        match fault.kind:
            case "status":
                text = fault.details.get("text", f"A planned {fault.status}.")
                raise Ended(grpc.StatusCode[fault.status], text)
            case "stall":
                self._outbox.silent = True
            case "forget":
                await self._outbox.forget(fault.details.get("last", []))
            case "garbage":
                self._outbox.garbage = fault.details.get("what", [])
            case "slow":
                self._outbox.slower_ms = fault.details.get("ms", 2_000)
