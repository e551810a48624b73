"""Payloads: how the fields of each message become bytes or JSON, and which ones are refused.

A codec knows one kind of payload. What it cannot read it refuses with a ``ValueError``, and
:func:`explain` puts that into words that hold nothing of what the peer sent.
"""

# ruff: noqa: D102 - what the methods of a codec are for stands once, in ``Codec``

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, fields
from struct import Struct
from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from messages import (
    MAX_FRAME_MS,
    MIN_FRAME_MS,
    AudioChunk,
    AudioFrame,
    Image,
    Message,
    Ping,
    Pong,
)

M = TypeVar("M", bound=Message)
M_co = TypeVar("M_co", bound=Message, covariant=True)

BYTES_PER_MS = 32
"""PCM16 at 16 kHz."""

MIN_FRAME_BYTES = MIN_FRAME_MS * BYTES_PER_MS
MAX_FRAME_BYTES = MAX_FRAME_MS * BYTES_PER_MS
"""Shortest and longest ``AUDIO_FRAME``."""

MAX_PING_BYTES = 125
"""Most bytes a ``PING`` carries: as many as a ping of WebSocket itself (RFC 6455, 5.5)."""

CHUNK_HEAD = Struct(">II")
"""Begins the payload of ``AUDIO_CHUNK``: the generation, and the index of its first sample."""


class Codec(Protocol[M_co]):
    """Reads and writes the payload of one frame type, as bytes and as a JSON object."""

    def decode(self, payload: memoryview) -> M_co:
        """Return the message in a payload, or raise ``ValueError``."""
        ...

    def decode_json(self, text: str) -> M_co:
        """Return the message in the text of a JSON object, or raise ``ValueError``."""
        ...

    def encode(self, message: Any) -> bytes:
        """Return the payload of a message."""
        ...

    def encode_json(self, message: Any) -> dict[str, Any]:
        """Return the fields of a message as JSON values."""
        ...


class JsonCodec(Generic[M]):
    """A payload of JSON in UTF-8. An empty payload is ``{}``.

    Types are strict: ``"5"`` is not a number. Unknown fields are ignored, for a later version of
    the protocol may add some. An optional field without a value is left out.
    """

    def __init__(self, message_class: type[M]):
        self._adapter = TypeAdapter(message_class)
        self._optional = [field.name for field in fields(message_class) if field.default is None]

    def decode(self, payload: memoryview) -> M:
        return self._adapter.validate_json(bytes(payload) or b"{}", strict=True)

    def decode_json(self, text: str) -> M:
        return self._adapter.validate_json(text, strict=True)

    def encode(self, message: M) -> bytes:
        values = self.encode_json(message)
        return to_json(values) if values else b""

    def encode_json(self, message: M) -> dict[str, Any]:
        unset = {name for name in self._optional if getattr(message, name) is None}
        values: dict[str, Any] = self._adapter.dump_python(message, mode="json", exclude=unset)
        return values


@dataclass(frozen=True, slots=True)
class RawCodec(Generic[M]):
    """A payload that is the message's one field as it is; base64 in JSON.

    Args:
        message_class: The message, made from that field.
        names: The field; when reading JSON, more names that it may have.
        smallest: Fewest bytes.
        largest: Most bytes, ``None`` where the limits on messages are enough.
        multiple: Size of a sample in bytes; the payload holds whole ones.
        take: ``memoryview`` keeps the peer's buffer without a copy, ``bytes`` lets go of it.
    """

    message_class: Callable[[Any], M]
    names: tuple[str, ...]
    smallest: int = 0
    largest: int | None = None
    multiple: int = 1
    take: Callable[[memoryview], bytes | memoryview] = bytes

    def decode(self, payload: memoryview) -> M:
        size = len(payload)
        if size < self.smallest or (self.largest is not None and size > self.largest):
            most = "more" if self.largest is None else f"{self.largest:,}"
            raise ValueError(f"{size:,} bytes, where {self.smallest:,} to {most} are expected")
        if size % self.multiple:
            raise ValueError(f"{size:,} bytes are not whole samples of {self.multiple} bytes")
        return self.message_class(self.take(payload))

    def decode_json(self, text: str) -> M:
        return self.decode(memoryview(_read_base64(from_json(text), *self.names)))

    def encode(self, message: M) -> bytes:
        return bytes(getattr(message, self.names[0]))

    def encode_json(self, message: M) -> dict[str, Any]:
        return {self.names[0]: b64encode(getattr(message, self.names[0])).decode()}


class AudioChunkCodec:
    """The payload of ``AUDIO_CHUNK``: two big-endian u32, then the samples."""

    def decode(self, payload: memoryview) -> AudioChunk:
        if len(payload) < CHUNK_HEAD.size or len(payload) % 2:
            raise ValueError(f"{len(payload):,} bytes are not two u32 and whole samples of 2 bytes")
        generation_id, first_sample = CHUNK_HEAD.unpack_from(payload)
        return AudioChunk(generation_id, first_sample, payload[CHUNK_HEAD.size :])

    def decode_json(self, text: str) -> AudioChunk:
        values = from_json(text)
        numbers = [values.get(name) for name in ("generation_id", "first_sample")]
        if not all(type(number) is int and 0 <= number < 2**32 for number in numbers):
            raise ValueError("generation_id, first_sample: two u32 are expected")
        return self.decode(memoryview(CHUNK_HEAD.pack(*numbers) + _read_base64(values, "pcm")))

    def encode(self, message: AudioChunk) -> bytes:
        return CHUNK_HEAD.pack(message.generation_id, message.first_sample) + message.pcm

    def encode_json(self, message: AudioChunk) -> dict[str, Any]:
        return {
            "generation_id": message.generation_id,
            "first_sample": message.first_sample,
            "pcm": b64encode(message.pcm).decode(),
        }


def _audio_codec(*names: str) -> RawCodec[AudioFrame]:
    return RawCodec(AudioFrame, names, MIN_FRAME_BYTES, MAX_FRAME_BYTES, 2, memoryview)


LEGACY_AUDIO_CODEC = _audio_codec("audio", "data")
"""The audio message of clients older than the frames, under both names its field had."""

RAW_CODECS: dict[type, Codec[Any]] = {
    AudioFrame: _audio_codec("pcm"),
    Image: RawCodec(Image, ("data",), smallest=1),
    Ping: RawCodec(Ping, ("data",), largest=MAX_PING_BYTES),
    Pong: RawCodec(Pong, ("data",), largest=MAX_PING_BYTES),
    AudioChunk: AudioChunkCodec(),
}


def codec_for(message_class: type[M]) -> Codec[M]:
    """Return the codec of a kind of message: JSON, save for audio, pictures and pings."""
    return RAW_CODECS.get(message_class) or JsonCodec(message_class)


def explain(error: ValueError) -> str:
    """Return the reason of a refusal: the field and what is wrong with it, never its value."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    return f"{field}: {first['msg']}" if field else first["msg"]


def _read_base64(values: dict[str, Any], *names: str) -> bytes:
    """Return the first of the named fields that is there."""
    value = next((values[name] for name in names if name in values), None)
    try:
        return b64decode(value, validate=True)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"{names[0]}: Bytes in base64 are expected") from None
