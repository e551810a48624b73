"""What the wire does with what no good client sends."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import messages as m
from errors import LimitExceeded, ProtocolError
from tests.handmade_frames import SECRET, SILENCE, codes, frame
from tests.message_strategies import any_bytes, any_json
from websocket_protocol import (
    MALFORMED_CODES,
    MAX_FRAMES,
    check_size,
    decode,
    decode_server,
    decode_server_text,
    decode_text,
    encode,
)
from wire.frame_types import CLIENT_TYPES, FRAME_TYPES, SERVER_TYPES, FrameType

# --- bytes ----------------------------------------------------------------------------


@settings(max_examples=20_000, suppress_health_check=[HealthCheck.too_slow])
@given(any_bytes)
@example(b"")
def test_any_bytes_are_messages_or_errors(data: bytes) -> None:
    """No bytes raise anything past the decoder, and none vanish without an answer."""
    for found in (decode(data), decode_server(data)):
        assert 1 <= len(found) <= MAX_FRAMES + 1
        assert all(isinstance(f, (ProtocolError, *FRAME_TYPES)) for f in found)


@given(st.text() | any_json.map(json.dumps))
def test_any_text_is_messages_or_errors(text: str) -> None:
    """No text raises anything past the decoder."""
    for found in (decode_text(text), decode_server_text(text)):
        assert all(isinstance(f, ProtocolError) for f in found)


@given(st.sampled_from([t.name.lower() for t in FrameType]), st.data())
def test_any_fields_are_messages_or_errors(name: str, data: st.DataObject) -> None:
    """No value of any field raises anything past the decoder, of whichever type."""
    message_class = {**CLIENT_TYPES, **SERVER_TYPES}[FrameType[name.upper()]]
    fields = {field: data.draw(any_json) for field in message_class.__dataclass_fields__}
    text = json.dumps({"type": name, **fields})
    assert len(decode_text(text)) >= 1
    assert len(decode_server_text(text)) == 1


@pytest.mark.parametrize("length", [641, 645, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_length_beyond_the_message_is_malformed(length: int) -> None:
    """A length that promises more bytes than follow names the byte and stops the reading."""
    [error] = decode(frame(0x01, bytes(640), length=length))
    assert isinstance(error, ProtocolError)
    assert error.code == "malformed_frame"
    assert error.message == f"Byte 1: a length of {length:,}, but 640 bytes follow."


def test_length_short_of_the_message_is_malformed() -> None:
    """A length one too small leaves a byte that is no header; the odd audio is refused as well."""
    found = decode(frame(0x01, bytes(640), length=639))
    assert codes(found) == ["bad_payload", "malformed_frame"]
    assert "Byte 644" in str(found[1])


@pytest.mark.parametrize("size", range(5))
def test_truncated_header_is_malformed(size: int) -> None:
    """A message shorter than a header is malformed, the empty one too."""
    assert codes(decode(encode(SILENCE)[:size])) == ["malformed_frame"]


def test_good_frames_before_a_malformed_one_count() -> None:
    """What came before the fault is understood."""
    assert codes(decode(encode(SILENCE) + b"\x01")) == ["AudioFrame", "malformed_frame"]


def test_reading_goes_on_after_a_bad_payload() -> None:
    """A payload that cannot be read costs its own frame only, and is named with its place."""
    found = decode(encode(SILENCE) + frame(0x02, b'{"speaking_rate":9}') + encode(m.SpeechEnd()))
    assert codes(found) == ["AudioFrame", "bad_payload", "SpeechEnd"]
    assert str(found[1]) == (
        "bad_payload: Byte 645, CONFIG: speaking_rate: Input should be less than or equal to 2."
    )


@pytest.mark.parametrize("code", [0x00, 0x0B, 0x10, 0x13, 0x7F, 0xFF])
def test_unknown_types_are_reported_and_skipped(code: int) -> None:
    """A type the server does not take is no fault of the frame: the next one is read."""
    found = decode(frame(code, b"?") + encode(m.SpeechEnd()))
    assert codes(found) == ["unknown_type", "SpeechEnd"]
    assert not MALFORMED_CODES & set(codes(found))


@pytest.mark.parametrize("size", [0, 318, 321, 641, 6_402])
def test_audio_outside_its_bounds_is_refused(size: int) -> None:
    """A frame holds 10 to 200 ms of whole samples."""
    assert codes(decode(frame(0x01, bytes(size)))) == ["bad_payload"]


@pytest.mark.parametrize("size", [320, 640, 6_400])
def test_audio_within_its_bounds_is_taken(size: int) -> None:
    """Both bounds belong to what is accepted."""
    assert decode(frame(0x01, bytes(size))) == [m.AudioFrame(bytes(size))]


@pytest.mark.parametrize(
    ("code", "payload"),
    [
        (0x02, b'{"silence_timeout_ms":199}'),
        (0x02, b'{"silence_timeout_ms":"800"}'),
        (0x02, b'{"barge_in":"never"}'),
        (0x02, b'{"speaking_rate":NaN}'),
        (0x02, b'{"language":"english please"}'),
        (0x03, b""),
        (0x04, b""),
        (0x04, b'{"text":""}'),
        (0x04, b'{"text":"\xff"}'),
        (0x04, b'{"text":"\\ud83d"}'),
        (0x04, json.dumps({"text": "x" * 4_001}).encode()),
        (0x06, b"now"),
        (0x08, b'{"generation_id":4294967296}'),
        (0x09, b'{"generation_id":1}'),
        (0x09, b'{"generation_id":1,"played_samples":-1}'),
        (0x0A, bytes(126)),
    ],
)
def test_values_outside_their_bounds_are_refused(code: int, payload: bytes) -> None:
    """Each field keeps its type and its bounds."""
    assert codes(decode(frame(code, payload))) == ["bad_payload"]


def test_frames_in_a_message_are_bounded() -> None:
    """One message cannot ask for an endless list of answers."""
    found = decode(frame(0x7F) * (MAX_FRAMES + 1))
    assert codes(found[-2:]) == ["unknown_type", "malformed_frame"]
    assert len(found) == MAX_FRAMES + 1


@pytest.mark.parametrize(
    "said", [{"text": SECRET * 200}, {"text": [SECRET]}, {"text": SECRET, "x": "\x00"}, SECRET]
)
def test_errors_never_repeat_what_was_said(said: Any) -> None:
    """A learner's words do not reach the text of an error."""
    payload = json.dumps(said)
    found = [*decode(frame(0x04, payload.encode())), *decode_text(payload)]
    errors = [str(error) for error in found if isinstance(error, ProtocolError)]
    assert errors
    assert not any(SECRET in error for error in errors)


# --- text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "malformed_frame"),
        ("{", "malformed_frame"),
        ("[]", "malformed_frame"),
        ('{"text":"hi"}', "malformed_frame"),
        ('{"type":4}', "malformed_frame"),
        ('{"type":"welcome"}', "unknown_type"),
        ('{"type":"AUDIO_FRAME"}', "unknown_type"),
        ('{"type":"text_message"}', "bad_payload"),
        ('{"type":"audio_frame","pcm":"?"}', "bad_payload"),
        ('{"type":"audio_frame","pcm":[1,2]}', "bad_payload"),
        ('{"type":"image","data":"AA*AA"}', "bad_payload"),
        ('{"type":"audio_frame","pcm":"AAA="}', "bad_payload"),
    ],
)
def test_texts_are_refused_with_their_code(text: str, code: str) -> None:
    """A text that is no message, of no known type, or of wrong fields says which."""
    assert codes(decode_text(text)) == [code]


# --- size ---------------------------------------------------------------------------------------

LIMITS = {"max_message_bytes": 1_000, "max_image_bytes": 5_000}


@pytest.mark.parametrize(
    "data", [bytes(1_000), "x" * 1_000, "ü" * 500, encode(m.Image(bytes(5_000)))]
)
def test_messages_within_their_limit_pass(data: bytes | str) -> None:
    """Both limits count bytes; a picture's counts the picture alone."""
    check_size(data, **LIMITS)


@pytest.mark.parametrize(
    "data", [bytes(1_001), "x" * 1_001, "ü" * 501, encode(m.Image(bytes(5_001)))]
)
def test_longer_messages_are_refused_with_1009(data: bytes | str) -> None:
    """A message over its limit ends the connection, before it is read."""
    with pytest.raises(LimitExceeded) as caught:
        check_size(data, **LIMITS)
    assert caught.value.code == "too_big"
    assert caught.value.close_code == 1009
