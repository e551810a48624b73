"""The wire: every message in both forms, and whatever else a peer may send."""

import json
from base64 import b64encode
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import messages as m
from errors import ProtocolError
from tests import protocol_vectors
from tests.handmade_frames import SILENCE, frame
from tests.message_strategies import client_messages, server_messages
from websocket_protocol import (
    MALFORMED_CODES,
    decode,
    decode_server,
    decode_server_text,
    decode_text,
    encode,
    encode_text,
)
from wire.frame_types import CLIENT_TYPES, FRAME_TYPES, SERVER_TYPES, FrameType

# --- values -------------------------------------------------------------------------------------


def test_audio_frame_is_type_length_samples() -> None:
    """A frame is one byte type, four bytes big-endian length, then the payload."""
    assert encode(m.AudioFrame(b"\x01\x02" * 160)) == b"\x01\x00\x00\x01\x40" + b"\x01\x02" * 160


def test_audio_chunk_is_generation_index_samples() -> None:
    """A chunk of tutor audio carries two big-endian numbers before its samples."""
    chunk = m.AudioChunk(generation_id=1, first_sample=4_800, pcm=b"\x34\x12")
    assert encode(chunk).hex(" ") == "13 00 00 00 0a 00 00 00 01 00 00 12 c0 34 12"


def test_json_payload_is_compact_utf8() -> None:
    """A payload of fields is JSON in UTF-8."""
    assert encode(m.TextMessage("½")) == b'\x04\x00\x00\x00\x0d{"text":"\xc2\xbd"}'


@pytest.mark.parametrize("message", [m.SpeechStart(), m.SpeechEnd(), m.BargeIn(), m.Config()])
def test_nothing_to_say_is_an_empty_payload(message: m.ClientMessage) -> None:
    """A message without values has no payload, and is read from none and from ``{}``."""
    data = encode(message)
    assert data[1:] == bytes(4)
    assert decode(data) == decode(frame(data[0], b"{}")) == [message]


def test_text_form_names_type_and_fields() -> None:
    """The JSON form is the fields and the type, bytes as standard base64."""
    assert json.loads(encode_text(m.AudioChunk(3, 0, b"\xfb\xff"))) == {
        "type": "audio_chunk",
        "generation_id": 3,
        "first_sample": 0,
        "pcm": "+/8=",
    }


def test_every_message_has_one_type() -> None:
    """Each class of ``messages`` has a type code on its own side, and no two share one."""
    assert set(CLIENT_TYPES.values()) == set(get_args(m.ClientMessage))
    assert set(SERVER_TYPES.values()) == set(get_args(m.ServerMessage))
    assert sorted(FRAME_TYPES.values()) == sorted(FrameType)


def test_committed_vectors_are_what_the_codec_writes() -> None:
    """``tests/vectors/protocol.json`` is up to date (``python -m tests.protocol_vectors``)."""
    assert protocol_vectors.PATH.read_text(encoding="utf-8") == protocol_vectors.serialise()


def test_vectors_hold_every_type() -> None:
    """Other codecs are tested with at least one message of each type."""
    assert {type(message) for message in protocol_vectors.MESSAGES.values()} == set(FRAME_TYPES)


# --- both ways ----------------------------------------------------------------------------------


@given(client_messages)
def test_client_messages_survive_both_forms(message: m.ClientMessage) -> None:
    """What a client encodes the server decodes, as bytes and as text."""
    assert decode(encode(message)) == decode_text(encode_text(message)) == [message]


@given(server_messages)
def test_server_messages_survive_both_forms(message: m.ServerMessage) -> None:
    """What the server encodes a client decodes, as bytes and as text."""
    assert decode_server(encode(message)) == [message]
    assert decode_server_text(encode_text(message)) == [message]


@given(st.lists(client_messages, min_size=1, max_size=8))
def test_one_message_carries_many_frames(said: list[m.ClientMessage]) -> None:
    """Frames in one WebSocket message arrive one by one and in order."""
    assert decode(b"".join(map(encode, said))) == said


@pytest.mark.parametrize("count", range(1, 5))
def test_chunks_in_one_message_are_told_apart(count: int) -> None:
    """A client finds every chunk of a message that carries more than one."""
    chunks = [m.AudioChunk(3, first, bytes(2)) for first in range(count)]
    assert decode_server(b"".join(map(encode, chunks))) == chunks


@pytest.mark.parametrize("copies", [1, 3])
def test_audio_is_not_copied(copies: int) -> None:
    """A frame's samples are a view into the message they came in."""
    data = encode(SILENCE) * copies
    heard = [f.pcm for f in decode(data) if isinstance(f, m.AudioFrame)]
    assert len(heard) == copies
    assert all(isinstance(pcm, memoryview) and pcm.obj is data for pcm in heard)


def test_audio_chunks_are_not_copied() -> None:
    """The samples of tutor audio are a view into the message they came in."""
    data = encode(m.AudioChunk(3, 4_800, bytes(9_600)))
    [chunk] = decode_server(data)
    assert isinstance(chunk, m.AudioChunk)
    assert isinstance(chunk.pcm, memoryview)
    assert chunk.pcm.obj is data


def test_encoded_audio_takes_a_view() -> None:
    """Audio that is a view goes out without being made into bytes first."""
    pcm = bytes(range(256))
    assert encode(m.AudioChunk(1, 0, memoryview(pcm)[2:])) == encode(m.AudioChunk(1, 0, pcm[2:]))


def test_unknown_fields_are_ignored() -> None:
    """A newer client may send fields that this server does not know."""
    assert decode(frame(0x04, b'{"text":"hi","mood":"curious"}')) == [m.TextMessage("hi")]


@pytest.mark.parametrize("name", ["audio", "data"])
def test_legacy_audio_is_heard_and_noted(name: str) -> None:
    """Audio from clients older than the frames is understood, with a notice after it."""
    text = json.dumps({"type": "audio_chunk", name: b64encode(bytes(640)).decode()})
    heard, notice = decode_text(text)
    assert heard == SILENCE
    assert isinstance(notice, ProtocolError)
    assert notice.code == "deprecated"
    assert notice.code not in MALFORMED_CODES
