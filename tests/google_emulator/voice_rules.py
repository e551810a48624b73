"""What the emulated Text-to-Speech service refuses, in the service's words where known."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no type hints
from google.cloud.texttospeech_v1 import AudioEncoding

from tests.google_emulator.behaviour import VoiceBehaviour
from tests.google_emulator.voice_catalogue import find_voice

MAX_TEXT_BYTES = 5_000
STREAMED = {AudioEncoding.PCM, AudioEncoding.ALAW, AudioEncoding.MULAW}
WHOLE = STREAMED | {AudioEncoding.LINEAR16}
COMPRESSED = {AudioEncoding.MP3, AudioEncoding.OGG_OPUS, AudioEncoding.M4A}
RATES = range(8_000, 48_001)

Code = grpc.StatusCode


class Refusal(Exception):
    """A call ends with a status."""

    def __init__(self, code: grpc.StatusCode, details: str):
        super().__init__(details)
        self.code = code
        self.details = details


def check_text(text: str) -> None:
    """Refuse a text that is empty or too long."""
    if not text.strip():
        raise Refusal(Code.INVALID_ARGUMENT, "Request contains an invalid argument.")
    if len(text.encode()) > MAX_TEXT_BYTES:
        raise Refusal(
            Code.INVALID_ARGUMENT,
            "Either `input.text` or `input.ssml` is longer than the limit of 5000 bytes. This "
            "limit is different from quotas. To fix, reduce the byte length of the characters in "
            "this request, or consider using the Long Audio API.",
        )


def check_voice(voice: Any, audio: Any, *, streamed: bool) -> None:
    """Refuse a voice, encoding or speaking rate that does not exist or cannot be streamed.

    Args:
        voice: VoiceSelectionParams.
        audio: AudioConfig or StreamingAudioConfig.
        streamed: Whether it is for StreamingSynthesize.
    """
    try:
        found = find_voice(voice.language_code, voice.name)
    except ValueError as error:
        raise Refusal(Code.INVALID_ARGUMENT, str(error)) from error
    if streamed and not found.streams:
        raise _refuse("Currently, only Chirp 3: HD voices are supported for streaming synthesis.")
    encoding = AudioEncoding(audio.audio_encoding)
    if encoding in COMPRESSED and not (streamed and encoding is not AudioEncoding.OGG_OPUS):
        raise Refusal(Code.UNIMPLEMENTED, "The emulator has no encoder for compressed audio.")
    if encoding not in (STREAMED if streamed else WHOLE):
        raise _refuse("Unsupported audio encoding.")
    if audio.speaking_rate and not 0.25 <= audio.speaking_rate <= 2:
        raise _refuse("Invalid speaking_rate, expected [0.25, 2.0].")
    if audio.sample_rate_hertz and audio.sample_rate_hertz not in RATES:
        raise _refuse("Invalid sample_rate_hertz.")


def _refuse(details: str) -> Refusal:
    return Refusal(Code.INVALID_ARGUMENT, details)


class Quota:
    """Counts streams under way, and requests of the last minute."""

    def __init__(self) -> None:
        self._streams = 0
        self._requests: deque[float] = deque(maxlen=10_000)

    @contextmanager
    def request(self, behaviour: VoiceBehaviour, *, streamed: bool) -> Iterator[None]:
        """Count a request for as long as the block runs.

        Raises:
            Refusal: There are too many.
        """
        self._check(behaviour, streamed=streamed)
        self._requests.append(time.monotonic())
        self._streams += streamed
        try:
            yield
        finally:
            self._streams -= streamed

    def _check(self, behaviour: VoiceBehaviour, *, streamed: bool) -> None:
        while self._requests and self._requests[0] < time.monotonic() - 60:
            self._requests.popleft()
        allowed = behaviour.requests_per_minute
        if allowed is not None and len(self._requests) >= allowed:
            raise _exhausted("requests_per_minute_per_project")
        if streamed and self._streams >= behaviour.max_streams:
            raise _exhausted("concurrent_streaming_sessions")


def _exhausted(limit: str) -> Refusal:
    return Refusal(
        Code.RESOURCE_EXHAUSTED,
        f"Quota exceeded for quota metric '{limit}' of service 'texttospeech.googleapis.com'.",
    )
