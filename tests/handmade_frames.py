"""Frames written by hand, and what was found in them."""

from typing import Any

import messages as m
from errors import ProtocolError

SILENCE = m.AudioFrame(bytes(640))
SECRET = "my grandmother's maiden name"


def frame(code: int, payload: bytes = b"", *, length: int | None = None) -> bytes:
    """Return a frame written by hand, if need be with a length that is a lie."""
    size = len(payload) if length is None else length
    return bytes([code]) + size.to_bytes(4, "big") + payload


def codes(found: list[Any]) -> list[str]:
    """Return what was found by kind: the code of an error, the class of a message."""
    return [f.code if isinstance(f, ProtocolError) else type(f).__name__ for f in found]
