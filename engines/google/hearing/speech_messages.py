"""The messages of Cloud Speech: what is asked, and what its answers mean.

Audio is framed by hand and answers are read without the wrapper of Google's library, which costs
17 times as much for each of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import grpc.aio  # type: ignore[import-untyped]  # ships no type hints
from google.cloud.speech_v1.types import cloud_speech

from engine_api import INPUT_RATE, RecognizerOptions
from engines.google.languages import canonical_tag, recognizer_tag

METHOD = "/google.cloud.speech.v1.Speech/StreamingRecognize"

MAX_AUDIO_BYTES = 15_360
"""Audio in one request: the strictest of the limits Google names, 480 ms."""

MAX_ALTERNATIVES = 3
"""Alternative languages Cloud Speech takes."""

AUDIO_CONTENT_TAG = b"\x12"
"""Field 2 of ``StreamingRecognizeRequest``, of the wire type of bytes."""

STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}

Response = Any
"""A ``StreamingRecognizeResponse`` of protobuf, whose classes have no type hints."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What one answer takes the audio for. ``end_ms`` counts from the call's first audio."""

    text: str
    end_ms: int
    language: str
    stability: float = 0.0


def request_config(options: RecognizerOptions, model: str) -> bytes:
    """Return the first message of a call.

    Args:
        options: What to expect to hear.
        model: Google's name of the model.
    """
    main = recognizer_tag(options.language)
    others = dict.fromkeys(map(recognizer_tag, options.alternative_languages))
    others.pop(main, None)
    phrases = [cloud_speech.SpeechContext(phrases=options.phrases)] if options.phrases else []
    config = cloud_speech.RecognitionConfig(
        encoding=cloud_speech.RecognitionConfig.AudioEncoding.LINEAR16,
        sample_rate_hertz=INPUT_RATE,
        audio_channel_count=1,
        language_code=main,
        alternative_language_codes=list(others)[:MAX_ALTERNATIVES],
        speech_contexts=phrases,
        model=model,
        max_alternatives=1,
        enable_automatic_punctuation=True,
    )
    streaming = cloud_speech.StreamingRecognitionConfig(
        config=config,
        interim_results=True,
        single_utterance=False,
        enable_voice_activity_events=True,
    )
    request = cloud_speech.StreamingRecognizeRequest(streaming_config=streaming)
    return cast(bytes, cloud_speech.StreamingRecognizeRequest.serialize(request))


def request_audio(pcm: bytes) -> bytes:
    """Return a message with audio: PCM16 at 16 kHz, at most ``MAX_AUDIO_BYTES``."""
    return AUDIO_CONTENT_TAG + _varint(len(pcm)) + pcm


def parse_response(data: bytes) -> Response:
    """Return an answer from its bytes."""
    return cloud_speech.StreamingRecognizeResponse.pb().FromString(data)


def fault_in(response: Response) -> grpc.aio.AioRpcError | None:
    """Return the error an answer tells of, as if the call had ended with it."""
    if not response.HasField("error"):
        return None
    return ended_with(STATUS_CODES.get(response.error.code, grpc.StatusCode.UNKNOWN))


def ended_with(status: grpc.StatusCode) -> grpc.aio.AioRpcError:
    """Return the error of a call that ended with a status."""
    return grpc.aio.AioRpcError(status, grpc.aio.Metadata(), grpc.aio.Metadata())


def has_final(response: Response) -> bool:
    """Return whether a guess became final; one that is empty was taken back."""
    return any(result.is_final for result in response.results)


def finals_in(response: Response) -> list[Guess]:
    """Return what will not change any more, where it says anything."""
    finals = [_guess([result]) for result in response.results if result.is_final]
    return [final for final in finals if final.text]


def interim_in(response: Response) -> Guess | None:
    """Return the guess at all the rest, in one piece, ``None`` where there is none."""
    results = [result for result in response.results if not result.is_final]
    guess = _guess(results)
    return guess if guess.text else None


def _guess(results: Iterable[Any]) -> Guess:
    """Join results in the order of their audio; their texts bring their own spaces."""
    told = [result for result in results if result.alternatives]
    texts = [result.alternatives[0].transcript for result in told]
    letters = sum(map(len, texts))
    stable = sum(len(text) * r.stability for text, r in zip(texts, told, strict=True))
    language = next((result.language_code for result in told if result.language_code), "")
    return Guess(
        text=" ".join("".join(texts).split()),
        end_ms=max((_milliseconds(result.result_end_time) for result in told), default=0),
        language=canonical_tag(language) if language else "",
        stability=_share(stable / letters) if letters else 0.0,
    )


def _share(number: float) -> float:
    """Return a number that should lie between 0 and 1, or 0 where it does not."""
    return number if 0.0 <= number <= 1.0 else 0.0


def _milliseconds(duration: Any) -> int:
    return cast(int, duration.seconds * 1_000 + duration.nanos // 1_000_000)


def _varint(number: int) -> bytes:
    """Return a number in base 128, lowest digits first (protobuf's encoding)."""
    digits = bytearray()
    while number > 0x7F:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)
