"""The messages of Cloud Speech, against the classes of Google's own library."""

from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no type hints
import pytest
from google.cloud.speech_v1.types import cloud_speech
from hypothesis import given
from hypothesis import strategies as st

from engine_api import RecognizerOptions
from engines.google.hearing.speech_messages import (
    MAX_AUDIO_BYTES,
    Guess,
    fault_in,
    finals_in,
    interim_in,
    parse_response,
    request_audio,
    request_config,
)

Result = dict[str, Any]


def response_of(*results: Result, **fields: Any) -> Any:
    """Return an answer as it comes from the wire."""
    answer = cloud_speech.StreamingRecognizeResponse(results=list(results), **fields)
    return parse_response(cloud_speech.StreamingRecognizeResponse.serialize(answer))


def result_of(text: str, end_s: float = 1.0, **fields: Any) -> Result:
    """Return a result with one alternative."""
    milliseconds = {"seconds": int(end_s), "nanos": int(end_s % 1 * 1e9)}
    return {
        "alternatives": [{"transcript": text}],
        "result_end_time": milliseconds,
        "language_code": "en-us",
        **fields,
    }


def config_of(options: RecognizerOptions, model: str = "latest_long") -> Any:
    """Return the first message as the service reads it."""
    data = request_config(options, model)
    return cloud_speech.StreamingRecognizeRequest.deserialize(data).streaming_config


def test_the_first_message_says_how_to_listen() -> None:
    """Interim results, no end after one utterance, punctuation, and the audio we have."""
    streaming = config_of(RecognizerOptions("en-GB"))
    assert streaming.interim_results
    assert not streaming.single_utterance
    config = streaming.config
    assert config.enable_automatic_punctuation
    assert (config.encoding.name, config.sample_rate_hertz) == ("LINEAR16", 16_000)
    assert (config.model, config.language_code) == ("latest_long", "en-GB")


def test_languages_go_by_googles_names() -> None:
    """At most three others, none twice, and not the first one again."""
    others = ("zh", "cmn-Hans-CN", "de", "EN-us", "fr-FR", "es-ES")
    config = config_of(RecognizerOptions("en-US", others)).config
    assert list(config.alternative_language_codes) == ["cmn-Hans-CN", "de-DE", "fr-FR"]


def test_phrases_are_hints() -> None:
    """In one context; without any there is none."""
    config = config_of(RecognizerOptions(phrases=("chlorophyll", "stoma"))).config
    assert [list(context.phrases) for context in config.speech_contexts] == [
        ["chlorophyll", "stoma"]
    ]
    assert not config_of(RecognizerOptions()).config.speech_contexts


@given(st.integers(0, MAX_AUDIO_BYTES))
def test_audio_is_framed_as_google_reads_it(size: int) -> None:
    """Whatever its length."""
    pcm = bytes(range(256)) * (size // 256) + bytes(size % 256)
    message = cloud_speech.StreamingRecognizeRequest.deserialize(request_audio(pcm))
    assert message.audio_content == pcm


def test_an_interim_is_all_that_is_not_final() -> None:
    """Joined in order, with the end of the last and a stability by the share of the text."""
    response = response_of(
        result_of("all right", is_final=True),
        result_of(" what is", 2.0, stability=0.9),
        result_of(" two", 2.5, stability=0.1),
    )
    guess = interim_in(response)
    assert guess is not None
    assert (guess.text, guess.end_ms) == ("what is two", 2_500)
    assert guess.stability == pytest.approx((8 * 0.9 + 4 * 0.1) / 12)


def test_finals_stand_for_themselves() -> None:
    """Without the space that Google puts before all but the first."""
    response = response_of(result_of(" what is two", 2.25, is_final=True), result_of(" plus"))
    assert finals_in(response) == [Guess("what is two", 2_250, "en-US")]


def test_a_script_without_spaces_gets_none() -> None:
    """Texts are joined as they come."""
    response = response_of(result_of("你好", language_code="cmn-hans-cn"), result_of("世界"))
    guess = interim_in(response)
    assert guess is not None
    assert (guess.text, guess.language) == ("你好世界", "zh-CN")


@pytest.mark.parametrize(
    "results",
    [
        (),
        ({"is_final": True},),
        (result_of("", 10_000.0, is_final=True),),
        (result_of("  ", stability=0.9),),
        ({"stability": 0.5},),
    ],
)
def test_an_answer_that_says_nothing_is_nothing(results: tuple[Result, ...]) -> None:
    """Neither a final nor a guess."""
    response = response_of(*results)
    assert finals_in(response) == []
    assert interim_in(response) is None


@pytest.mark.parametrize("stability", [float("nan"), float("inf"), -3.0, 2.0])
def test_an_odd_stability_is_none(stability: float) -> None:
    """The client gets a number between 0 and 1."""
    guess = interim_in(response_of(result_of("two", stability=stability)))
    assert guess is not None
    assert guess.stability == 0.0


def test_an_answer_can_be_an_error() -> None:
    """It counts as the end of the call with that status."""
    fault = fault_in(response_of(error={"code": 11, "message": "Exceeded maximum duration."}))
    assert fault is not None
    assert fault.code() is grpc.StatusCode.OUT_OF_RANGE
    assert fault_in(response_of(result_of("two"))) is None


def test_an_unknown_error_is_one_too() -> None:
    """A status that gRPC does not know is UNKNOWN."""
    fault = fault_in(response_of(error={"code": 99}))
    assert fault is not None
    assert fault.code() is grpc.StatusCode.UNKNOWN
