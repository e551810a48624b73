"""One message of every type, and the edge cases, as the codec writes them: for other codecs.

``tests/vectors/protocol.json`` holds them; ``python -m tests.protocol_vectors`` writes it anew.
"""

import json
from pathlib import Path
from typing import Any

import messages as m
from websocket_protocol import encode, encode_text
from wire.frame_types import CLIENT_TYPES, FRAME_TYPES

PATH = Path(__file__).parent / "vectors" / "protocol.json"
U32_MAX = 2**32 - 1

SHORTEST_FRAME = bytes(range(256)) + bytes(64)
WELCOME = m.Welcome(
    version=m.PROTOCOL_VERSION,
    session_id="k3Jx0aVvT1uYb2Qe",
    resume_token="9v1cF5wq7sT0hXn2LrPzU8Ya",
    resumed=False,
    engines=m.EngineNames(stt="Whisper base", tutor="Practice tutor", voice="Piper joe"),
    languages=("en-US",),
    settings=m.Config(
        language="en-US", voice="", speaking_rate=1.0, silence_timeout_ms=800, barge_in="auto"
    ),
    limits=m.Limits(
        max_message_bytes=65_536,
        max_image_bytes=1_048_576,
        max_text_chars=4_000,
        min_frame_ms=10,
        max_frame_ms=200,
        max_queue_size=100,
        lead_ms=2_000,
    ),
)

MESSAGES: dict[str, m.Message] = {
    "audio of 10 ms": m.AudioFrame(SHORTEST_FRAME),
    "no change of settings": m.Config(),
    "one setting changed": m.Config(silence_timeout_ms=1_200),
    "all settings changed": m.Config("de-DE", "joe", 1.25, 500, "hold"),
    "a picture": m.Image(b"\xff\xd8\xff\xe0 not much of a picture"),
    "a typed question": m.TextMessage("What is seven times eight?"),
    "a typed question beyond ASCII": m.TextMessage('Grüße, 学生! "½" \\ \n 🎓'),
    "hello": m.Hello(),
    "hello again": m.Hello(version=1, ticket="t.1", resume="9v1cF5wq7sT0hXn2LrPzU8Ya"),
    "speech starts": m.SpeechStart(),
    "speech ends": m.SpeechEnd(),
    "barge-in that knows nothing": m.BargeIn(),
    "barge-in that knows what was played": m.BargeIn(generation_id=3, played_samples=0),
    "playback under way": m.Playback(generation_id=3, played_samples=2_400),
    "playback at its end": m.Playback(U32_MAX, U32_MAX, done=True),
    "ping without bytes": m.Ping(),
    "ping with as many bytes as may be": m.Ping(bytes(range(125))),
    "welcome": WELCOME,
    "interim transcript": m.TranscriptInterim(utterance_id=2, text="what is seven", stability=0.5),
    "final transcript": m.TranscriptFinal(2, "What is seven times eight?", "en-US"),
    "first audio of a reply": m.AudioChunk(3, 0, b"\x00\x00\x01\x00\xff\x7f\x00\x80"),
    "audio at the end of all numbers": m.AudioChunk(U32_MAX, U32_MAX, b"\x34\x12"),
    "audio without samples": m.AudioChunk(3, 4_800, b""),
    "audio complete": m.AudioComplete(generation_id=3, total_samples=52_800),
    "the tutor's words": m.TutorText(
        generation_id=3, delta="Seven times eight is 56. ", first_sample=0
    ),
    "the tutor's words beyond ASCII": m.TutorText(3, "7 · 8 = 56 ✓ 🎓", 52_800),
    "lesson notes": m.TutorNotes(revision=1, markdown="# Times tables\n\n- 7 · 8 = 56\n"),
    "state": m.State("listening", 0),
    "state that ducks": m.State("speaking", 3, "maybe"),
    "state that comes back up": m.State("speaking", 3, "rejected"),
    "interrupted": m.Interrupted(generation_id=3, heard_samples=12_000),
    "a plain error": m.Error("unknown_type", "Byte 0: frames of type 0x7F are unknown."),
    "a fatal error": m.Error(
        "overloaded", "All places are taken.", "Try again.", retryable=True, fatal=True
    ),
    "metrics of a spoken turn": m.TurnMetrics(3, 812.5, 41.0, 1.2, 120.25, 974.9),
    "metrics of a typed turn": m.TurnMetrics(4, None, None, 1.2, 120.25, None, dropped_frames=7),
    "pong without bytes": m.Pong(),
    "pong": m.Pong(b"\x00\xff"),
    "go away": m.GoAway(reason="restart", deadline_ms=5_000),
}


def vectors() -> list[dict[str, Any]]:
    """Return each message as a name, the side that sends it, its frame and its JSON."""
    return [
        {
            "direction": "client" if FRAME_TYPES[type(message)] in CLIENT_TYPES else "server",
            "name": name,
            "hex": encode(message).hex(),
            "json": json.loads(encode_text(message)),
        }
        for name, message in MESSAGES.items()
    ]


def serialise() -> str:
    """Return the vectors as the text of their file."""
    return json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(serialise(), encoding="utf-8")
