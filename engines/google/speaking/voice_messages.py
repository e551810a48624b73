"""The messages of Cloud Text-to-Speech, and how its methods are called.

The bare protocol buffers are used: their wrappers in the client library cost many times as much.
"""

from typing import Any

import grpc.aio  # type: ignore[import-untyped]  # ships no type hints
from google.cloud.texttospeech_v1.types import cloud_tts

from engine_api import OUTPUT_RATE
from engines.google.speaking.voice_names import VoiceChoice

HOST = "texttospeech.googleapis.com"
SERVICE = "/google.cloud.texttospeech.v1.TextToSpeech"

SLOWEST, FASTEST = 0.25, 2.0
"""Speaking rates the service accepts."""

_PCM = int(cloud_tts.AudioEncoding.PCM)
_StreamingRequest = cloud_tts.StreamingSynthesizeRequest.pb()
_StreamingResponse = cloud_tts.StreamingSynthesizeResponse.pb()
_Request = cloud_tts.SynthesizeSpeechRequest.pb()
_Response = cloud_tts.SynthesizeSpeechResponse.pb()
_ListRequest = cloud_tts.ListVoicesRequest.pb()
_ListResponse = cloud_tts.ListVoicesResponse.pb()


def streaming_config(voice: VoiceChoice, speaking_rate: float) -> bytes:
    """Return the first message of a stream: 24 kHz PCM without a header, please."""
    request = _StreamingRequest()
    config = request.streaming_config
    config.voice.language_code, config.voice.name = voice.tag, voice.name
    config.streaming_audio_config.audio_encoding = _PCM
    config.streaming_audio_config.sample_rate_hertz = OUTPUT_RATE
    _set_rate(config.streaming_audio_config, speaking_rate)
    return bytes(request.SerializeToString())


def streaming_input(text: str) -> bytes:
    """Return a message with the next text of a stream.

    To the service all of them are one text, so each ends with the space before the next.
    """
    request = _StreamingRequest()
    request.input.text = f"{text} "
    return bytes(request.SerializeToString())


def unary_request(text: str, voice: VoiceChoice, speaking_rate: float) -> bytes:
    """Return the request for the speech of one text."""
    request = _Request()
    request.input.text = text
    request.voice.language_code, request.voice.name = voice.tag, voice.name
    request.audio_config.audio_encoding = _PCM
    request.audio_config.sample_rate_hertz = OUTPUT_RATE
    _set_rate(request.audio_config, speaking_rate)
    return bytes(request.SerializeToString())


def open_stream(channel: grpc.aio.Channel, deadline_s: float) -> grpc.aio.StreamStreamCall:
    """Begin a streaming call; its messages are bytes to send and audio to read."""
    method = channel.stream_stream(f"{SERVICE}/StreamingSynthesize", None, _streamed_audio)
    return method(timeout=deadline_s)


def synthesize(
    channel: grpc.aio.Channel, request: bytes, deadline_s: float
) -> grpc.aio.UnaryUnaryCall:
    """Ask for the speech of one text."""
    return channel.unary_unary(f"{SERVICE}/SynthesizeSpeech", None, _audio)(
        request, timeout=deadline_s
    )


def list_voices(channel: grpc.aio.Channel, deadline_s: float) -> grpc.aio.UnaryUnaryCall:
    """Ask for the full names of all voices, which costs nothing."""
    return channel.unary_unary(f"{SERVICE}/ListVoices", None, _names)(
        _ListRequest().SerializeToString(), timeout=deadline_s
    )


def _set_rate(audio_config: Any, speaking_rate: float) -> None:
    """Ask for a speaking rate; of the usual one nothing is said, for not every voice has others."""
    if speaking_rate != 1:
        audio_config.speaking_rate = min(max(speaking_rate, SLOWEST), FASTEST)


def _streamed_audio(data: bytes) -> bytes:
    return bytes(_StreamingResponse.FromString(data).audio_content)


def _audio(data: bytes) -> bytes:
    return bytes(_Response.FromString(data).audio_content)


def _names(data: bytes) -> list[str]:
    return [voice.name for voice in _ListResponse.FromString(data).voices]
