"""One call of StreamingSynthesize: reads parts of a text, speaks them, gives up when none come."""

import asyncio
from collections.abc import Iterator
from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no type hints
from google.cloud.texttospeech_v1 import AudioEncoding
from google.cloud.texttospeech_v1.types import cloud_tts

from tests.google_emulator.behaviour import VoiceBehaviour
from tests.google_emulator.faults import Fault
from tests.google_emulator.journal import Call
from tests.google_emulator.speech_stream import CANCELLED_WITHIN_S
from tests.google_emulator.voice_audio import add_header, encode, join_on, speak_text
from tests.google_emulator.voice_rules import Refusal, check_text, check_voice

DEFAULT_RATE = 24_000

MAX_TEXTS = 100
"""Texts taken before they are spoken; then the client has to wait."""

IDLE = (
    "Stream aborted due to long duration elapsed without input sent. Input must be sent "
    "continuously, at least every 5s seconds."
)

ENDINGS = ("status", "stall", "early_end")
"""Kinds of faults that end the stream or its sound."""

Code = grpc.StatusCode


class VoiceStream:
    """A stream under way.

    Args:
        call: Records what happens.
        behaviour: How fast it is.
        fault: What goes wrong.
        context: The other end.
    """

    def __init__(
        self,
        call: Call,
        behaviour: VoiceBehaviour,
        fault: Fault | None,
        context: grpc.aio.ServicerContext,
    ):
        self._call = call
        self._behaviour = behaviour
        self._fault = fault
        self._context = context
        self._texts: asyncio.Queue[str | None] = asyncio.Queue(MAX_TEXTS)
        self._last = ""
        self._config: Any = None
        self._messages = 0
        self._bytes = 0
        self._next_at: float | None = None

    async def run(self) -> None:
        """Speak what comes until the client has said all.

        Raises:
            Refusal: The client, the clock or a fault ends the stream.
        """
        await self._strike(at_open=True)
        try:
            async with asyncio.timeout(self._idle_s) as idle, asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(self._read(idle))
                speaking = tasks.create_task(self._speak())
                await speaking
                reading.cancel()
        except TimeoutError:
            raise Refusal(Code.ABORTED, IDLE) from None
        except ExceptionGroup as group:
            raise _refusal_in(group) from None

    @property
    def _idle_s(self) -> float:
        return self._behaviour.idle_limit_s

    async def _read(self, idle: asyncio.Timeout) -> None:
        while (request := await self._context.read()) is not grpc.aio.EOF:
            idle.reschedule(asyncio.get_running_loop().time() + self._idle_s)
            await self._take(request)
        idle.reschedule(None)
        await asyncio.sleep(CANCELLED_WITHIN_S)
        self._call.record("half_closed")
        await self._texts.put(None)

    async def _take(self, request: Any) -> None:
        if request.HasField("streaming_config"):
            self._configure(request.streaming_config)
            return
        if self._config is None:
            raise Refusal(Code.INVALID_ARGUMENT, "The first message must hold the configuration.")
        text = request.input.text or request.input.markup
        self._call.record("input", text=text, characters=len(text))
        check_text(text)
        before, self._last = self._last, text
        await self._texts.put(join_on(before, text))

    def _configure(self, config: Any) -> None:
        if self._config is not None:
            raise Refusal(Code.INVALID_ARGUMENT, "Only the first message holds a configuration.")
        audio = config.streaming_audio_config
        self._call.record(
            "config",
            voice=config.voice.name,
            language=config.voice.language_code,
            encoding=AudioEncoding(audio.audio_encoding).name,
            sample_rate=audio.sample_rate_hertz,
            speaking_rate=audio.speaking_rate,
        )
        check_voice(config.voice, audio, streamed=True)
        self._config = audio

    async def _speak(self) -> None:
        while (text := await self._texts.get()) is not None:
            if self._next_at is None:
                await asyncio.sleep(self._behaviour.first_audio_ms / 1_000)
            for piece in self._pieces(text):
                if await self._strike():
                    return
                await self._send(piece)
            if await self._strike():
                return

    def _pieces(self, text: str) -> Iterator[bytes]:
        """Yield the speech of a text, a message at a time."""
        audio, behaviour = self._config, self._behaviour
        rate = audio.sample_rate_hertz or DEFAULT_RATE
        pcm = speak_text(
            text, rate, audio.speaking_rate or 1, behaviour.comma_ms, behaviour.stop_ms
        )
        encoding = AudioEncoding(audio.audio_encoding).name
        data = encode(pcm, encoding)
        if self._has("header") and not self._messages:
            data = add_header(data, "LINEAR16", rate)
        size = int(rate * behaviour.piece_ms / 1_000) * (2 if encoding == "PCM" else 1)
        size += self._has("odd") and size % 2 == 0
        for at in range(0, len(data), size):
            if self._has("empty"):
                yield b""
            yield data[at : at + size]

    async def _send(self, data: bytes) -> None:
        await self._pace(len(data))
        message = cloud_tts.StreamingSynthesizeResponse.pb()(audio_content=data)
        self._call.record("audio", bytes=len(data))
        await self._context.write(message)
        self._messages += 1
        self._bytes += len(data)

    async def _pace(self, size: int) -> None:
        """Wait until the service would have made the audio."""
        speed = self._behaviour.audio_speed
        if self._has("slow") and self._fault:
            speed = float(self._fault.details.get("audio_speed", 0.5))
        now = asyncio.get_running_loop().time()
        due = now if self._next_at is None else max(self._next_at, now - 0.1)
        self._next_at = due + size / (2 * DEFAULT_RATE) / speed
        if self._messages:
            await asyncio.sleep(due - now)

    def _has(self, kind: str) -> bool:
        return self._fault is not None and self._fault.kind == kind

    async def _strike(self, *, at_open: bool = False) -> bool:
        """Let the fault strike if its time has come; return whether the stream is to end."""
        fault = self._fault
        if fault is None or fault.kind not in ENDINGS or not self._is_due(fault, at_open=at_open):
            return False
        self._call.record("fault", kind=fault.kind)
        if fault.kind == "status":
            raise Refusal(Code[fault.status], "A planned fault.")
        if fault.kind == "stall":
            await asyncio.Event().wait()
        return True

    def _is_due(self, fault: Fault, *, at_open: bool) -> bool:
        if at_open:
            return fault.where == "open" and fault.kind != "early_end"
        seconds = self._bytes / (2 * DEFAULT_RATE)
        return fault.strikes(messages=self._messages, bytes=self._bytes, seconds=seconds)


def _refusal_in(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what ended the tasks of a stream; there is one reason."""
    refusals, others = group.split(Refusal)
    return (others or refusals or group).exceptions[0]
