"""What a frame costs in time and bytes, beside the base64 JSON it replaces.

``python -m bench.wire``. Times are the best of many rounds: what the code needs when nothing else
runs. Sizes count the WebSocket's own header too (RFC 6455, 5.2), so they are what is sent.
"""

import json
import timeit
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

from messages import AudioChunk, AudioFrame
from websocket_protocol import decode, decode_server, encode

LIMIT_US = 2.0
"""Longest that encoding or decoding one frame of audio may take, in microseconds."""

ROUNDS = 500
CALLS = 200

MASK_BYTES = 4
"""What a client's WebSocket frame has in its header beyond a server's: the mask."""

FRAME = AudioFrame(bytes(640))
CHUNK = AudioChunk(generation_id=3, first_sample=4_800, pcm=bytes(9_600))


def measure_us(call: Callable[[], Any]) -> float:
    """Return how long a call takes at best, in microseconds."""
    return min(timeit.repeat(call, number=CALLS, repeat=ROUNDS)) / CALLS * 1e6


def legacy_encode(pcm: bytes | memoryview) -> str:
    """Return audio as the message that the frames replace."""
    audio = b64encode(pcm).decode()
    return json.dumps({"type": "audio_chunk", "audio": audio}, separators=(",", ":"))


def legacy_decode(text: str) -> bytes:
    """Return the audio of a legacy message."""
    return b64decode(json.loads(text)["audio"])


def websocket_size(payload_bytes: int, *, masked: bool) -> int:
    """Return the bytes of a WebSocket message, header included."""
    header = 2 if payload_bytes < 126 else 4 if payload_bytes < 65_536 else 10
    return header + MASK_BYTES * masked + payload_bytes


def report_times() -> bool:
    """Print what coding takes, and return whether all of it is within the limit."""
    frame, chunk = encode(FRAME), encode(CHUNK)
    old_frame, old_chunk = legacy_encode(FRAME.pcm), legacy_encode(CHUNK.pcm)
    rows = {
        "decode AUDIO_FRAME (server)": (lambda: decode(frame), lambda: legacy_decode(old_frame)),
        "encode AUDIO_CHUNK (server)": (lambda: encode(CHUNK), lambda: legacy_encode(CHUNK.pcm)),
        "encode AUDIO_FRAME (client)": (lambda: encode(FRAME), lambda: legacy_encode(FRAME.pcm)),
        "decode AUDIO_CHUNK (client)": (
            lambda: decode_server(chunk),
            lambda: legacy_decode(old_chunk),
        ),
    }
    print(f"{'µs a message, best of ' + str(ROUNDS):34}{'frame':>8}{'legacy':>8}")
    slowest = 0.0
    for name, (new, old) in rows.items():
        taken = measure_us(new)
        slowest = max(slowest, taken)
        print(f"{name:34}{taken:8.2f}{measure_us(old):8.2f}")
    print(f"limit for a frame: {LIMIT_US:.1f} µs, slowest: {slowest:.2f} µs\n")
    return slowest <= LIMIT_US


def report_sizes() -> None:
    """Print how much smaller the frames are, truthfully."""
    print(f"{'bytes on the wire':34}{'frame':>8}{'legacy':>8}{'saved':>8}")
    for name, message, masked in (
        ("AUDIO_FRAME, 20 ms at 16 kHz", FRAME, True),
        ("AUDIO_CHUNK, 200 ms at 24 kHz", CHUNK, False),
    ):
        new = websocket_size(len(encode(message)), masked=masked)
        old = websocket_size(len(legacy_encode(message.pcm)), masked=masked)
        print(f"{name:34}{new:8,}{old:8,}{1 - new / old:8.1%}")
    print("Base64 makes 4 bytes of 3: frames save a quarter, and the JSON around it, never half.")


def main() -> int:
    """Print the report and return 1 if the limit was missed."""
    within_limit = report_times()
    report_sizes()
    return 0 if within_limit else 1


if __name__ == "__main__":
    raise SystemExit(main())
