"""What Cloud Speech accepts: pure checks of a request, in the words of the real service.

Limits from https://cloud.google.com/speech-to-text/docs/v1/quotas and the comments of
``google/cloud/speech/v1/cloud_speech.proto``.
"""

import re
from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no type hints
from google.cloud.speech_v1 import types

from tests.google_emulator.behaviour import SpeechBehaviour

Encoding = types.RecognitionConfig.AudioEncoding

MODELS = (
    "",
    "command_and_search",
    "default",
    "latest_long",
    "latest_short",
    "medical_conversation",
    "medical_dictation",
    "phone_call",
    "telephony",
    "telephony_short",
    "video",
)
"""The models of v1; the Chirp models are for v2 alone."""

SINGLE_UTTERANCE_MODELS = ("", "command_and_search", "phone_call")

LANGUAGES = frozenset(
    """
    af am ar az bg bn bs ca cmn-Hans cmn-Hant cs da de el en es et eu fa fi fil fr gl gu hi hr hu
    hy id is it iw ja jv ka kk km kn ko lo lt lv mk ml mn mr ms my ne nl no pa-Guru pl pt ro ru rw
    si sk sl sq sr ss st su sv sw ta te th tn tr ts uk ur uz ve vi xh yue-Hant zh zu
    """.split()  # noqa: SIM905 - easier to read than a list of literals
)
"""The languages of v1, whatever their region, by its own names: no ``he``, ``nb`` or ``tl``."""

SAMPLE_RATES_HZ = range(8_000, 48_001)
MAX_ALTERNATIVE_LANGUAGES = 3
MAX_PHRASES = 5_000
MAX_PHRASE_LENGTH = 100
TIMEOUT_RANGE_S = (0.5, 60.0)
FASTER_THAN_SPOKEN_S = 2.0
"""Audio that may come at any pace before a limit on the pace holds."""


class Ended(Exception):
    """The service ends the stream.

    Args:
        code: The gRPC status.
        text: What it says.
    """

    def __init__(self, code: grpc.StatusCode, text: str = ""):
        super().__init__(f"{code.name}: {text}")
        self.code = code
        self.text = text


def check_config(request: Any) -> None:
    """Check the first request of a stream.

    Raises:
        Ended: It is not a configuration the service takes.
    """
    if request.WhichOneof("streaming_request") != "streaming_config":
        raise _invalid(
            "Malordered Data Received. Expected streaming_config none was set."
            " Send exactly one config, followed by audio data."
        )
    streaming = request.streaming_config
    config = streaming.config
    _check_audio_format(config)
    _check_languages(config)
    _check_phrases(config)
    if config.model not in MODELS:
        raise _invalid(f"Incorrect model specified: '{config.model}'.")
    if streaming.single_utterance and config.model not in SINGLE_UTTERANCE_MODELS:
        raise _invalid(f"single_utterance is not supported for model '{config.model}'.")
    _check_activity_timeouts(streaming)


def check_audio(request: Any, behaviour: SpeechBehaviour) -> None:
    """Check a further request of a stream.

    Raises:
        Ended: It is not audio, or too much of it.
    """
    if request.WhichOneof("streaming_request") != "audio_content":
        raise _invalid(
            "Malordered Data Received. Expected audio_content none was set."
            " Send exactly one config, followed by audio data."
        )
    size = len(request.audio_content)
    if size > behaviour.max_audio_bytes:
        raise _invalid(
            f"Audio chunk can be of a maximum of {behaviour.max_audio_bytes} bytes."
            f" Received audio of {size} bytes instead."
        )


def check_progress(behaviour: SpeechBehaviour, audio_s: float, open_s: float) -> None:
    """Check how long a stream has been and how fast it comes.

    Raises:
        Ended: It is too long or too fast.
    """
    if max(audio_s, open_s) >= behaviour.stream_limit_s:
        raise too_long(behaviour)
    if behaviour.max_pace and audio_s > FASTER_THAN_SPOKEN_S + open_s * behaviour.max_pace:
        raise Ended(
            grpc.StatusCode.OUT_OF_RANGE,
            "Audio data is being streamed too fast."
            " Please stream audio data approximately at real time.",
        )


def too_long(behaviour: SpeechBehaviour) -> Ended:
    """Return the end of a stream that has been open for too long."""
    return Ended(
        grpc.StatusCode.OUT_OF_RANGE,
        f"Exceeded maximum allowed stream duration of {behaviour.stream_limit_s:g} seconds.",
    )


def without_audio() -> Ended:
    """Return the end of a stream that got no audio for too long."""
    return Ended(
        grpc.StatusCode.OUT_OF_RANGE,
        "Audio Timeout Error: Long duration elapsed without audio."
        " Audio should be sent close to real time.",
    )


def _invalid(text: str) -> Ended:
    return Ended(grpc.StatusCode.INVALID_ARGUMENT, text)


def _check_audio_format(config: Any) -> None:
    if config.encoding == Encoding.ENCODING_UNSPECIFIED:
        raise _invalid("Invalid recognition 'config': bad encoding..")
    if config.encoding != Encoding.LINEAR16:
        raise Ended(grpc.StatusCode.UNIMPLEMENTED, "The emulator hears LINEAR16 alone.")
    if config.sample_rate_hertz not in SAMPLE_RATES_HZ:
        raise _invalid("Invalid recognition 'config': bad sample rate hertz.")
    if config.audio_channel_count > 1:
        raise Ended(grpc.StatusCode.UNIMPLEMENTED, "The emulator hears one channel alone.")


def _check_languages(config: Any) -> None:
    if not config.language_code:
        raise _invalid("Invalid recognition 'config': language_code is required.")
    if len(config.alternative_language_codes) > MAX_ALTERNATIVE_LANGUAGES:
        raise _invalid("Invalid recognition 'config': too many alternative_language_codes.")
    for tag in (config.language_code, *config.alternative_language_codes):
        if not _is_language(tag):
            raise _invalid(f"Invalid recognition 'config': bad language code '{tag}'.")


def _is_language(tag: str) -> bool:
    language = re.sub(r"-([A-Z]{2}|[0-9]{3})$", "", tag)
    return language in LANGUAGES


def _check_phrases(config: Any) -> None:
    phrases = [phrase for context in config.speech_contexts for phrase in context.phrases]
    if len(phrases) > MAX_PHRASES or any(len(phrase) > MAX_PHRASE_LENGTH for phrase in phrases):
        raise _invalid("Invalid recognition 'config': phrases are too many or too long.")


def _check_activity_timeouts(streaming: Any) -> None:
    shortest, longest = TIMEOUT_RANGE_S
    for field, timeout in streaming.voice_activity_timeout.ListFields():
        if not streaming.enable_voice_activity_events:
            raise _invalid("voice_activity_timeout needs enable_voice_activity_events.")
        if not shortest <= timeout.ToTimedelta().total_seconds() <= longest:
            raise _invalid(f"{field.name} must be between 500 ms and 60 s.")
