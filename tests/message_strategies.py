"""Hypothesis strategies: every message the protocol knows, and bytes that nearly are one."""

from itertools import product

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import messages as m
from tests.protocol_vectors import MESSAGES
from websocket_protocol import HEADER, encode
from wire.frame_types import FrameType

u32 = st.integers(0, 2**32 - 1)
words = st.text(max_size=60)
milliseconds = st.none() | st.floats(0, 1e6)
flags = st.booleans()
languages = st.sampled_from(["en", "en-US", "cmn-Hans-CN"])
phases = st.sampled_from(["listening", "hearing", "thinking", "speaking"])
samples = st.integers(160, 3_200).map(lambda count: bytes(2 * count))

configs = st.builds(
    m.Config,
    language=st.none() | languages,
    voice=st.none() | words,
    speaking_rate=st.none() | st.floats(0.5, 2.0),
    silence_timeout_ms=st.none() | st.integers(200, 5_000),
    barge_in=st.none() | st.sampled_from(["auto", "tap", "hold"]),
)

client_messages: SearchStrategy[m.ClientMessage] = st.one_of(
    st.builds(m.AudioFrame, samples),
    configs,
    st.builds(m.Image, st.binary(min_size=1, max_size=99)),
    st.builds(m.TextMessage, st.text(min_size=1, max_size=60)),
    st.builds(m.Hello, st.integers(0, 99), st.none() | words, st.none() | words),
    st.builds(m.SpeechStart),
    st.builds(m.SpeechEnd),
    st.builds(m.BargeIn, st.none() | u32, st.none() | u32),
    st.builds(m.Playback, u32, u32, flags),
    st.builds(m.Ping, st.binary(max_size=125)),
)

server_messages: SearchStrategy[m.ServerMessage] = st.one_of(
    st.builds(
        m.Welcome,
        version=u32,
        session_id=words,
        resume_token=words,
        resumed=flags,
        engines=st.builds(m.EngineNames, words, words, words),
        languages=st.lists(languages).map(tuple),
        settings=configs,
        limits=st.builds(m.Limits, u32, u32, u32, u32, u32, u32, u32),
        formats=st.builds(m.AudioFormats, u32, u32, u32),
    ),
    st.builds(m.TranscriptInterim, u32, words, st.floats(0, 1)),
    st.builds(m.TranscriptFinal, u32, words, languages),
    st.builds(m.AudioChunk, u32, u32, samples),
    st.builds(m.AudioComplete, u32, u32),
    st.builds(m.TutorText, u32, words, u32),
    st.builds(m.TutorNotes, u32, words),
    st.builds(m.State, phases, u32, st.none() | st.sampled_from(["maybe", "rejected"])),
    st.builds(m.Interrupted, u32, u32),
    st.builds(m.Error, words, words, words, flags, flags),
    st.builds(
        m.TurnMetrics,
        u32,
        milliseconds,
        milliseconds,
        milliseconds,
        milliseconds,
        milliseconds,
        u32,
    ),
    st.builds(m.Pong, st.binary(max_size=125)),
    st.builds(m.GoAway, words, u32),
)

PAYLOADS = [
    b"",
    b"?",
    b"{}",
    b"[]",
    b"null",
    b'{"text":',
    b'{"text":"\xff"}',
    b'{"generation_id":-1}',
    b'{"type":"config"}',
    b"[" * 300,
    bytes(640),
]
LIES = [0, 1, -1, 5, 2**31, 2**32 - 1]


def _frame(code: int, payload: bytes, lie: int) -> bytes:
    length = min(max(len(payload) + lie, 0), 2**32 - 1)
    return HEADER.pack(code, length) + payload


straight_frames = [encode(message) for message in MESSAGES.values()]
crooked_frames = [_frame(*parts) for parts in product([*FrameType, 0, 0xFF], PAYLOADS, LIES)]
frames = st.sampled_from([b"", *straight_frames, *crooked_frames])
any_bytes = st.binary(max_size=40) | st.tuples(frames, frames, st.binary(max_size=20)).map(b"".join)
"""Noise, and frames of which most have a wrong type, length or payload."""

any_json = st.recursive(
    st.none() | flags | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
