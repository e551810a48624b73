"""``BACKEND_SPEC.md`` says what the code does: its tables and examples are read and compared."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest

import messages as m
from connection import MAX_MALFORMED, SEND_TIMEOUT_S
from endpointing import WINDOW_MS, EndpointingPolicy
from engine_room import EngineRoom
from engines.missing import MissingEngine
from engines.scripted import Script, play
from errors import CloseCode, ProtocolError
from listening.audio_queue import MAX_MARKERS
from listening.pace import BURST_S, SPEED
from outbound import MAX_MESSAGES
from session_state import DROP_NOTICE_S
from settings import Settings
from tests.spec_tables import SPEC, describe_fields, examples, sections, tables
from tts_stream import PLAYBACK_STALL_S
from websocket_protocol import (
    HEADER,
    MAX_FRAMES,
    decode,
    decode_server,
    decode_server_text,
    decode_text,
)
from wire import message_codec
from wire.frame_types import CLIENT_TYPES, SERVER_TYPES, FrameType

ROOT = Path(__file__).parent.parent
CHAPTERS = sections(2)
CLIENT, SERVER = (
    sections(3, CHAPTERS["Client to server"]),
    sections(3, CHAPTERS["Server to client"]),
)
MESSAGES = CLIENT | SERVER
TYPES = {**CLIENT_TYPES, **SERVER_TYPES}

NESTED = {m.Limits: "limits", m.AudioFormats: "formats"}
STAGES = ("stt", "tutor", "voice")
REASONS = ("unauthorized", "quota", "rejected")
ERRORS = {"ProtocolError", "EngineError", "LimitExceeded", "Error"}


def title(frame_type: FrameType) -> str:
    """Return the heading of a message's section."""
    return f"0x{frame_type:02X} {frame_type.name}"


# --- messages -----------------------------------------------------------------------------------


def test_each_message_has_its_section_on_its_side() -> None:
    """Type codes, names and directions are those of the code, in their order."""
    assert list(CLIENT) == [title(frame_type) for frame_type in CLIENT_TYPES]
    assert list(SERVER) == [title(frame_type) for frame_type in SERVER_TYPES]


@pytest.mark.parametrize("frame_type", FrameType)
def test_fields_are_those_of_the_message(frame_type: FrameType) -> None:
    """Each field stands there with its type, bounds and default."""
    found = [rows for rows in tables(MESSAGES[title(frame_type)]) if len(rows[0]) == 4]
    documented = [tuple(row[:3]) for rows in found[:1] for row in rows]
    assert documented == list(describe_fields(TYPES[frame_type]))


@pytest.mark.parametrize("nested", NESTED)
def test_nested_fields_are_those_of_the_message(nested: type) -> None:
    """What ``WELCOME`` holds within its fields is described as well."""
    text = SERVER[title(FrameType.WELCOME)].split(f"\n`{NESTED[nested]}`:\n")[1]
    assert [tuple(row[:3]) for row in tables(text)[0]] == list(describe_fields(nested))


@pytest.mark.parametrize("frame_type", FrameType)
def test_json_examples_are_such_messages(frame_type: FrameType) -> None:
    """What is shown as an example of a message is one, and there is one unless it is bytes."""
    shown = examples("json", MESSAGES[title(frame_type)])
    decode_example = decode_text if frame_type in CLIENT_TYPES else decode_server_text
    assert [type(said) for text in shown for said in decode_example(text)] == (
        [TYPES[frame_type]] * len(shown)
    )
    assert shown or not list(describe_fields(TYPES[frame_type])) or _is_bytes(frame_type)


def _is_bytes(frame_type: FrameType) -> bool:
    return any(kind == "bytes" for _, kind, _ in describe_fields(TYPES[frame_type]))


def test_examples_show_all_that_is_sent() -> None:
    """The example of a server's message has every field, so that it can be built upon."""
    for frame_type, message_class in SERVER_TYPES.items():
        for text in examples("json", SERVER[title(frame_type)]):
            names = {name for name, _, _ in describe_fields(message_class)}
            assert set(json.loads(text)) == {"type", *names}


def test_frames_in_hexadecimal_are_right() -> None:
    """The frames that are written out decode to what the text says of them."""
    said = dict(line.split(" ", 1) for block in examples("hex") for line in block.splitlines())
    assert decode(bytes.fromhex(said["client"])) == [m.TextMessage("hi")]
    assert decode_server(bytes.fromhex(said["server"])) == [m.AudioChunk(1, 4_800, b"\x34\x12")]


def test_the_conversation_is_made_of_messages() -> None:
    """Every line of the worked conversation is a message of its side, or a remark."""
    [block] = examples("conversation")
    lines = [line.split(" ", 1) for line in block.splitlines() if not line.startswith("#")]
    readers: dict[str, Any] = {"client": decode_text, "server": decode_server_text}
    said = [message for side, text in lines for message in readers[side](text)]
    assert len(said) == len(lines) > 20
    assert not [message for message in said if isinstance(message, ProtocolError)]


# --- numbers ------------------------------------------------------------------------------------


def test_limits_are_those_of_the_code() -> None:
    """The table of limits names every limit with its value."""
    settings = Settings()
    assert {name: value for name, value, _ in tables(CHAPTERS["Limits"])[0]} == {
        "length of a message": f"{settings.max_message_bytes} bytes",
        "length of a message that begins with an `IMAGE` frame": (
            f"{HEADER.size} + {settings.max_image_bytes} bytes"
        ),
        "frames in a message": f"{MAX_FRAMES}",
        "AUDIO_FRAME": (
            f"{message_codec.MIN_FRAME_BYTES} to {message_codec.MAX_FRAME_BYTES} bytes"
        ),
        "PING": f"{message_codec.MAX_PING_BYTES} bytes",
        "malformed frames on a connection": f"{MAX_MALFORMED}",
        "frames waiting to be heard": f"{settings.max_queue_size}",
        "audio taken at once": f"{BURST_S:.0f} s",
        "audio taken in the long run": f"{SPEED:.0f} times real time",
        "other messages waiting among the audio": f"{MAX_MARKERS}",
        "messages waiting to be read": f"{MAX_MESSAGES}",
        "time to take a message": f"{SEND_TIMEOUT_S:.0f} s",
        "time without playback progress": f"{PLAYBACK_STALL_S:.0f} s",
        "time between `audio_dropped` errors": f"{DROP_NOTICE_S:.0f} s",
        "sessions of a process": f"{settings.max_sessions}",
    }


def test_settings_have_their_defaults() -> None:
    """Each setting that is named exists, with that default."""
    defaults = Settings().model_dump()
    for name, default, _ in tables(CHAPTERS["Settings"])[0]:
        assert default == str(defaults[name.lower()] or "none")


def test_endpointing_is_as_the_text_says() -> None:
    """The times in the prose on utterances and barge-in are those of the policy."""
    policy, settings = EndpointingPolicy(), Settings()
    for sentence in (
        f"in {policy.start_windows} of {policy.start_within} windows of {WINDOW_MS} ms",
        f"silence for `silence_timeout_ms` ({settings.silence_timeout_ms} unless changed)",
        f"{policy.no_speech_timeout_ms // 1_000} s without any speech",
        f"`MAX_UTTERANCE_MS` ({settings.max_utterance_ms // 1_000} s) in all",
        f"After {policy.maybe_windows * WINDOW_MS} ms of speech",
        f"Within about {policy.confirm_timeout_ms} ms there follows",
        f"`limits.lead_ms` ({settings.lead_ms // 1_000} s) ahead",
    ):
        assert sentence in " ".join(SPEC.split())


def test_phases_and_modes_are_those_of_the_messages() -> None:
    """The tables of phases and of barge-in modes are complete."""
    chapters = sections(3, CHAPTERS["The conversation"])
    assert [row[0] for row in tables(chapters["Phases"])[0]] == list(get_args(m.Phase))
    assert [row[0] for row in tables(chapters["Barge-in"])[0]] == list(get_args(m.BargeInMode))


async def test_health_is_as_the_page_says() -> None:
    """The fields of the answer stand in the table, and the example has no others."""
    rows, _ = tables(sections(3, CHAPTERS["Connecting"])["Health"])
    [example] = examples("health")
    absent = MissingEngine("x", ImportError("no x"))
    room = EngineRoom(replace(play(Script()), tutor=absent), "en-US")  # type: ignore[arg-type]  # it never answers
    await room.start()
    documented, shown = {row[0] for row in rows}, json.loads(example)
    assert {"sessions", *room.report()} == documented
    assert set(shown) == documented - {"errors"}
    assert set(shown["engines"]) == set(room.report()["engines"])


def test_counts_are_those_of_the_engines() -> None:
    """Each count that an engine keeps by name stands in the table, and no other."""
    _, rows = tables(sections(3, CHAPTERS["Connecting"])["Health"])
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "engines").rglob("*.py")]
    counted = {
        name
        for source in sources
        for name in re.findall(r'counts\["(\w+)"\]|(\w+)=0[,)]', source)
        if "Counter" in source
    }
    assert {row[1] for row in rows} - {"an error code"} == {a or b for a, b in counted}


def test_close_codes_are_those_of_the_code() -> None:
    """Each close code stands there under its name."""
    documented = [(code, name) for code, name, _, _ in tables(CHAPTERS["Close codes"])[0]]
    assert documented == [(str(int(code)), code.name) for code in CloseCode]


# --- errors -------------------------------------------------------------------------------------


def documented_errors() -> tuple[set[str], set[str]]:
    """Return the codes in the table of errors, and in that of the Google engines."""
    own, google = (
        {code.strip("`") for row in rows for code in row[0].split(", ")}
        for rows in tables(CHAPTERS["Errors"])
    )
    return own, google


def errors_in(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield code and retryability of the errors that a module makes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ERRORS:
            retryable = any(keyword.arg == "retryable" for keyword in node.keywords)
            first = ast.unparse(node.args[0]) if node.args else ""
            if match := re.fullmatch(r"f?'([a-z_{}]+)'", first):
                for stage, reason in product(STAGES, REASONS):
                    yield match[1].format(stage=stage, reason=reason), retryable


def test_errors_of_the_service_are_all_explained() -> None:
    """Each error code in the service stands in the table, and none that it no longer has."""
    codes = {code for path in ROOT.glob("*.py") for code, _ in errors_in(path)}
    assert codes == documented_errors()[0]


def test_errors_of_the_engines_are_explained() -> None:
    """So does each code of an engine that runs, unless it begins with its stage."""
    modules = (ROOT / "engines").rglob("*.py")
    codes = {code for path in modules for code, retryable in errors_in(path) if retryable}
    own = {code for code in codes if code.startswith(tuple(f"{stage}_" for stage in STAGES))}
    assert codes - own <= documented_errors()[0]


def test_errors_of_the_google_engines_are_explained() -> None:
    """Each code in their table is one of theirs, and each of a tutor's errors is in a table."""
    tutors = ROOT / "engines" / "tutoring" / "tutor_errors.py"
    modules = (tutors, *(ROOT / "engines" / "google").rglob("*.py"))
    codes = {code for path in modules for code, _ in errors_in(path)}
    own, google = documented_errors()
    assert google <= codes
    assert {code for code, _ in errors_in(tutors)} <= own | google
