"""The wire: bytes or JSON text to frozen messages and back. Reads no socket and awaits nothing.

A frame is ``[1 byte type][4 bytes length, big-endian][payload]``. A binary WebSocket message
carries one or more whole frames, a text one carries one JSON object; ``BACKEND_SPEC.md`` tells
all. Decoding raises nothing, whatever the peer sent: what cannot be read stands among the messages
as a :class:`~errors.ProtocolError`, whose code tells what it means:

* ``malformed_frame``, ``bad_payload``: the peer is broken (:data:`MALFORMED_CODES`).
* ``unknown_type``: the peer may only be newer than this code. The frame is skipped.
* ``deprecated``: a notice about the message before it, which was understood.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from struct import Struct
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_json

import messages as m
from errors import CloseCode, LimitExceeded, ProtocolError
from wire.frame_types import CLIENT_TYPES, FRAME_TYPES, SERVER_TYPES, FrameType
from wire.message_codec import (
    CHUNK_HEAD,
    LEGACY_AUDIO_CODEC,
    MAX_FRAME_BYTES,
    MIN_FRAME_BYTES,
    Codec,
    codec_for,
    explain,
)

M = TypeVar("M", bound=m.Message)

HEADER = Struct(">BI")
"""Begins every frame: its type, and the length of the payload that follows."""

MAX_FRAMES = 256
"""Frames in one message: 64 KiB of the shortest audio frames are 201."""

MALFORMED_CODES = frozenset({"malformed_frame", "bad_payload"})
"""Codes of the errors that a correct client, of whatever version, never causes."""

CODECS: dict[type, Codec[Any]] = {message: codec_for(message) for message in FRAME_TYPES}


class Vocabulary(Generic[M]):
    """What one side may say: the codecs of its messages by frame type and by JSON ``type``."""

    def __init__(self, types: Mapping[FrameType, type[M]], legacy: Mapping[str, Codec[M]]):
        self.by_code: dict[int, Codec[M]] = {int(t): CODECS[types[t]] for t in types}
        self.by_name: dict[str, Codec[M]] = {t.name.lower(): CODECS[types[t]] for t in types}
        self.by_name |= legacy
        self.legacy = frozenset(legacy)


CLIENT: Vocabulary[m.ClientMessage] = Vocabulary(CLIENT_TYPES, {"audio_chunk": LEGACY_AUDIO_CODEC})
SERVER: Vocabulary[m.ServerMessage] = Vocabulary(SERVER_TYPES, {})

_AUDIO_FRAME = int(FrameType.AUDIO_FRAME)
_AUDIO_CHUNK = int(FrameType.AUDIO_CHUNK)
_IMAGE = bytes([FrameType.IMAGE])
_CHUNK_FRAME = Struct(HEADER.format + CHUNK_HEAD.format[1:])


# --- bytes --------------------------------------------------------------------------------------


def decode(data: bytes) -> list[m.ClientMessage | ProtocolError]:
    """Return what a client said in one binary message, in order.

    Audio is not copied: ``AudioFrame.pcm`` is a view into ``data``. After an unreadable payload
    the next frame is read as usual; after a wrong length nothing more can be.
    """
    size = len(data) - HEADER.size
    if MIN_FRAME_BYTES <= size <= MAX_FRAME_BYTES and not size % 2:  # nearly every message
        code, length = HEADER.unpack_from(data)
        if code == _AUDIO_FRAME and length == size:
            return [m.AudioFrame(memoryview(data)[HEADER.size :])]
    return [_read_frame(frame, CLIENT) for frame in _split(data)]


def decode_server(data: bytes) -> list[m.ServerMessage | ProtocolError]:
    """Return what a server said in one binary message; for clients written in Python."""
    size = len(data) - HEADER.size
    if size >= CHUNK_HEAD.size and not size % 2:
        code, length, generation_id, first_sample = _CHUNK_FRAME.unpack_from(data)
        if code == _AUDIO_CHUNK and length == size:
            pcm = memoryview(data)[_CHUNK_FRAME.size :]
            return [m.AudioChunk(generation_id, first_sample, pcm)]
    return [_read_frame(frame, SERVER) for frame in _split(data)]


def encode(message: m.Message) -> bytes:
    """Return a message as one frame."""
    if type(message) is m.AudioChunk:
        size = CHUNK_HEAD.size + len(message.pcm)
        head = _CHUNK_FRAME.pack(_AUDIO_CHUNK, size, message.generation_id, message.first_sample)
        return head + message.pcm
    frame_type = FRAME_TYPES[type(message)]
    payload = CODECS[type(message)].encode(message)
    return HEADER.pack(frame_type, len(payload)) + payload


def check_size(data: bytes | str, max_message_bytes: int, max_image_bytes: int) -> None:
    """Refuse a message that is too long, before anything in it is read.

    A binary message that begins with an ``IMAGE`` frame has the larger limit, a text never has.

    Raises:
        LimitExceeded: It is too long.
    """
    size = len(data) if isinstance(data, bytes) else len(data.encode(errors="replace"))
    limit = HEADER.size + max_image_bytes if data[:1] == _IMAGE else max_message_bytes
    if size > limit:
        raise LimitExceeded(
            "too_big",
            f"A message of {size:,} bytes; at most {limit:,} are accepted.",
            "Send shorter messages, and pictures of more than that scaled down.",
            close_code=CloseCode.TOO_BIG,
        )


class _Frame(NamedTuple):
    offset: int
    code: int
    payload: memoryview


def _split(data: bytes) -> Iterator[_Frame | ProtocolError]:
    """Yield the frames of a message; an error where they stop making sense."""
    view, offset = memoryview(data), 0
    for _ in range(MAX_FRAMES):
        start = offset + HEADER.size
        if start > len(view):
            yield _malformed(f"Byte {offset}: the message ends within a header of 5 bytes.")
            return
        code, length = HEADER.unpack_from(view, offset)
        end = start + length
        if end > len(view):
            rest = len(view) - start
            yield _malformed(
                f"Byte {offset + 1}: a length of {length:,}, but {rest:,} bytes follow."
            )
            return
        yield _Frame(offset, code, view[start:end])
        if end == len(view):
            return
        offset = end
    yield _malformed(f"Byte {offset}: more than {MAX_FRAMES} frames in one message.")


def _read_frame(frame: _Frame | ProtocolError, vocabulary: Vocabulary[M]) -> M | ProtocolError:
    if isinstance(frame, ProtocolError):
        return frame
    codec = vocabulary.by_code.get(frame.code)
    if codec is None:
        return _unknown_type(f"Byte {frame.offset}: frames of type 0x{frame.code:02X} are unknown.")
    try:
        return codec.decode(frame.payload)
    except ValueError as error:
        return _bad_payload(f"Byte {frame.offset}, {FrameType(frame.code).name}", error)


# --- JSON text ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Envelope:
    type: str


_ENVELOPE = TypeAdapter(_Envelope)


def decode_text(text: str) -> list[m.ClientMessage | ProtocolError]:
    """Return what a client said in one text message.

    After each legacy audio message stands a ``deprecated`` notice; one of them is enough to send.
    """
    return _read_text(text, CLIENT)


def decode_server_text(text: str) -> list[m.ServerMessage | ProtocolError]:
    """Return what a server said in one text message; for clients written in Python."""
    return _read_text(text, SERVER)


def encode_text(message: m.Message) -> str:
    """Return a message as the text of one JSON object."""
    name = FRAME_TYPES[type(message)].name.lower()
    return to_json({"type": name, **CODECS[type(message)].encode_json(message)}).decode()


def _read_text(text: str, vocabulary: Vocabulary[M]) -> list[M | ProtocolError]:
    try:
        name = _ENVELOPE.validate_json(text).type
    except ValueError as error:
        action = "Send a JSON object with a type and the message's fields."
        return [_malformed(f"Not a message in JSON: {explain(error)}.", action)]
    codec = vocabulary.by_name.get(name)
    if codec is None:
        return [_unknown_type("Messages of this type are unknown.")]
    try:
        found: list[M | ProtocolError] = [codec.decode_json(text)]
    except ValueError as error:
        found = [_bad_payload(name.upper(), error)]
    if name in vocabulary.legacy:
        found.append(_deprecated())
    return found


# --- errors -------------------------------------------------------------------------------------


def _malformed(
    message: str, action: str = "Send whole frames: type, length (big-endian), payload."
) -> ProtocolError:
    return ProtocolError("malformed_frame", message, action)


def _bad_payload(where: str, error: ValueError) -> ProtocolError:
    return ProtocolError(
        "bad_payload",
        f"{where}: {explain(error)}.",
        "Send the fields with the types and bounds of the specification.",
    )


def _unknown_type(message: str) -> ProtocolError:
    return ProtocolError(
        "unknown_type", message, f"It was skipped. This is protocol version {m.PROTOCOL_VERSION}."
    )


def _deprecated() -> ProtocolError:
    return ProtocolError(
        "deprecated",
        "Audio as audio_chunk in JSON was heard, but will not be for ever.",
        "Send AUDIO_FRAME frames, or audio_frame in JSON.",
    )
