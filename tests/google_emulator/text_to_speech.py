"""Cloud Text-to-Speech v1 over gRPC.

Kinds of faults, for the methods ``stream``, ``unary`` and ``list``:

- ``status``: the call ends with ``status``, at open or after audio messages, bytes or seconds.
- ``stall``: nothing more comes, from the same places on.
- ``early_end``: the stream ends as if all were said.
- ``slow``: the audio comes slower than it plays; ``details={"audio_speed": 0.5}``.
- ``odd``: samples are torn apart between messages.
- ``empty``: every other message holds no audio.
- ``header``: the audio begins with a WAV header that nobody asked for.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no type hints
from google.cloud.texttospeech_v1 import AudioEncoding
from google.cloud.texttospeech_v1.types import cloud_tts

from tests.google_emulator.faults import Fault
from tests.google_emulator.journal import Call
from tests.google_emulator.state import EmulatorState
from tests.google_emulator.voice_audio import WAVE_FORMATS, add_header, encode, speak_text
from tests.google_emulator.voice_catalogue import CATALOGUE
from tests.google_emulator.voice_rules import Quota, Refusal, check_text, check_voice
from tests.google_emulator.voice_stream import DEFAULT_RATE, VoiceStream

SERVICE = "google.cloud.texttospeech.v1.TextToSpeech"

ROUND_TRIP_S = 0.03
"""Time until a refusal arrives. On loopback it would meet the client's first messages, and gRPC's
Python client loses the status of a call that ends while it writes."""

Answer = Callable[[Any, Call, "Fault | None"], Awaitable[Any]]


def create_handler(state: EmulatorState) -> grpc.GenericRpcHandler:
    """Return the methods of the service."""
    service = TextToSpeech(state)
    return grpc.method_handlers_generic_handler(
        SERVICE,
        {
            "SynthesizeSpeech": grpc.unary_unary_rpc_method_handler(
                partial(service.answer, "unary", service.synthesize),
                cloud_tts.SynthesizeSpeechRequest.pb().FromString,
                cloud_tts.SynthesizeSpeechResponse.pb().SerializeToString,
            ),
            "ListVoices": grpc.unary_unary_rpc_method_handler(
                partial(service.answer, "list", service.list_voices),
                cloud_tts.ListVoicesRequest.pb().FromString,
                cloud_tts.ListVoicesResponse.pb().SerializeToString,
            ),
            "StreamingSynthesize": grpc.stream_stream_rpc_method_handler(
                service.stream,
                cloud_tts.StreamingSynthesizeRequest.pb().FromString,
                cloud_tts.StreamingSynthesizeResponse.pb().SerializeToString,
            ),
        },
    )


class TextToSpeech:
    """The methods of the service."""

    def __init__(self, state: EmulatorState):
        self._state = state
        self._quota = Quota()

    async def stream(self, _: Any, context: grpc.aio.ServicerContext) -> None:
        """Answer StreamingSynthesize."""
        call = self._state.journal.open_call("tts", "stream")
        behaviour = self._state.behaviour.tts
        fault = self._state.faults.take("tts", "stream")

        async def speak() -> None:
            with self._quota.request(behaviour, streamed=True):
                await VoiceStream(call, behaviour, fault, context).run()

        await _settle(call, context, speak())

    async def answer(
        self, method: str, answer: Answer, request: Any, context: grpc.aio.ServicerContext
    ) -> Any:
        """Answer a method that takes one message and gives one."""
        call = self._state.journal.open_call("tts", method)
        fault = self._state.faults.take("tts", method)
        return await _settle(call, context, answer(request, call, fault))

    async def synthesize(self, request: Any, call: Call, fault: Fault | None) -> Any:
        """Answer SynthesizeSpeech."""
        behaviour, audio = self._state.behaviour.tts, request.audio_config
        text = request.input.text or request.input.ssml
        call.record("request", text=text, voice=request.voice.name)
        with self._quota.request(behaviour, streamed=False):
            check_text(text)
            check_voice(request.voice, audio, streamed=False)
            await asyncio.sleep(behaviour.unary_ms / 1_000)
            await _strike(call, fault)
            rate = audio.sample_rate_hertz or DEFAULT_RATE
            pcm = speak_text(
                text, rate, audio.speaking_rate or 1, behaviour.comma_ms, behaviour.stop_ms
            )
            content = self._encode(pcm, AudioEncoding(audio.audio_encoding).name, rate, fault)
            call.record("audio", bytes=len(content))
            return cloud_tts.SynthesizeSpeechResponse.pb()(audio_content=content)

    def _encode(self, pcm: bytes, encoding: str, rate: int, fault: Fault | None) -> bytes:
        if fault is not None and fault.kind == "header":
            return add_header(pcm, "LINEAR16", rate)
        if fault is not None and fault.kind == "odd":
            return pcm[:-1]
        if fault is not None and fault.kind in ("empty", "early_end"):
            return b""
        audio = encode(pcm, encoding)
        return add_header(audio, encoding, rate) if encoding in WAVE_FORMATS else audio

    async def list_voices(self, request: Any, call: Call, fault: Fault | None) -> Any:
        """Answer ListVoices."""
        call.record("request", language=request.language_code)
        await _strike(call, fault)
        voice_type = cloud_tts.Voice.pb()
        voices = [
            voice_type(
                language_codes=[voice.tag], name=voice.name, natural_sample_rate_hertz=DEFAULT_RATE
            )
            for voice in CATALOGUE.values()
            if voice.tag.startswith(request.language_code)
        ]
        return cloud_tts.ListVoicesResponse.pb()(voices=voices)


async def _strike(call: Call, fault: Fault | None) -> None:
    """Let a fault strike a method that gives one message."""
    if fault is None:
        return
    call.record("fault", kind=fault.kind)
    if fault.kind == "status":
        raise Refusal(grpc.StatusCode[fault.status], "A planned fault.")
    if fault.kind == "stall":
        await asyncio.Event().wait()


async def _settle(call: Call, context: grpc.aio.ServicerContext, work: Awaitable[Any]) -> Any:
    """Do the work of a call and record how it ended."""
    try:
        answer = await work
    except asyncio.CancelledError:
        call.record("cancelled")
        raise
    except Refusal as refusal:
        call.record("ended", status=refusal.code.name)
        await asyncio.sleep(ROUND_TRIP_S)
        await context.abort(refusal.code, refusal.details)
    else:
        call.record("ended", status="OK")
        return answer
