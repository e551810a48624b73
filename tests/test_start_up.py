"""What goes wrong at the start is said to whoever started the service, and to whoever calls it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest
from websockets.asyncio.client import connect

import app as app_module
from app import create_app
from engine_api import Engines
from engine_room import EngineRoom
from engines.missing import MissingEngine
from engines.scripted import Script, ScriptedRecognizer, ScriptedTutor, play
from errors import BadSettings, CloseCode, EngineError
from messages import Error
from settings import Settings, read_settings
from tests.google_emulator.process import Emulator
from tests.serving import serve
from tests.socket_reader import close_code, receive

ROOT = Path(__file__).parent.parent
APP = str(ROOT / "app.py")
UVICORN = ("-m", "uvicorn", "app:app", "--app-dir", str(ROOT))
PATIENCE_S = 60.0
SCRIPTED = dict.fromkeys(("STT_ENGINE", "TUTOR_ENGINE", "VOICE_ENGINE"), "scripted")

NO_KEY = EngineError("tutor_unauthorized", "The tutor has no key.", "Set GEMINI_API_KEY.")
SECRET = "not-to-be-seen"
LANGUAGE = "en-US"


class KeylessTutor(ScriptedTutor):
    """A tutor that cannot start."""

    async def start(self) -> None:
        """Miss the key."""
        raise NO_KEY


class CountingRecognizer(ScriptedRecognizer):
    """A recognizer that has counted something."""

    counts: Mapping[str, int] = MappingProxyType({"streams_reopened": 2})


def engines_without_a_key() -> Engines:
    """Return engines of which the tutor cannot start."""
    return replace(play(Script()), tutor=KeylessTutor(Script()))


# --- an engine that cannot start ----------------------------------------------------------------


async def test_a_client_is_told_what_is_wrong() -> None:
    """A fatal ERROR with the engine's own code, words and advice, and close code 4503."""
    app = create_app(Settings(), engines_without_a_key())
    async with serve(app) as address, connect(address.ws) as client:
        error: Error = await receive(client, Error)
        assert error == Error(NO_KEY.code, NO_KEY.message, NO_KEY.action, fatal=True)
        assert await close_code(client) == CloseCode.MISCONFIGURED


async def test_health_is_bad_and_says_why() -> None:
    """An orchestrator sends nobody, and its operator reads what to change."""
    app = create_app(Settings(), engines_without_a_key())
    async with serve(app) as address, httpx.AsyncClient(base_url=address.http) as client:
        answer = await client.get("/health")
        assert answer.status_code == 503
        assert answer.json()["status"] == "misconfigured"
        assert answer.json()["errors"] == [
            {"code": NO_KEY.code, "message": NO_KEY.message, "action": NO_KEY.action}
        ]


async def test_health_tells_what_an_engine_counted() -> None:
    """Only of those that count."""
    engines = replace(play(Script()), recognizer=CountingRecognizer(Script()))
    report = EngineRoom(engines, LANGUAGE).report()["engines"]
    assert report["stt"] == {"name": "Scripted", "counts": {"streams_reopened": 2}}
    assert report["voice"] == {"name": "Scripted"}


async def test_each_engine_that_cannot_start_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One line for each, with the setting, and none that says it is ready."""
    keyless = KeylessTutor(Script())
    room = EngineRoom(replace(play(Script()), tutor=keyless, voice=keyless), LANGUAGE)  # type: ignore[arg-type]  # it never speaks
    await room.start()
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("ERROR", "tutor cannot start: The tutor has no key. Set GEMINI_API_KEY."),
        ("ERROR", "voice cannot start: The tutor has no key. Set GEMINI_API_KEY."),
    ]
    assert len(room.report()["errors"]) == 2
    await room.aclose()


async def test_an_engine_whose_package_is_missing_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The error names the setting that chose it, and what could not be imported."""
    absent = MissingEngine("generativeai", ImportError("No module named 'x'"))
    room = EngineRoom(replace(play(Script()), tutor=absent), LANGUAGE)  # type: ignore[arg-type]  # it never answers
    await room.start()
    assert room.fault is not None
    assert room.fault.code == "engine_missing"
    assert "TUTOR_ENGINE" in room.fault.action
    assert "No module named 'x'" in caplog.text
    await room.aclose()


async def test_a_long_message_still_fits_into_the_close_frame() -> None:
    """Its reason is cut to what WebSocket allows, between two letters."""
    fault = EngineError("tutor_failed", "é" * 100)

    class Broken(ScriptedTutor):
        async def start(self) -> None:
            raise fault

    app = create_app(Settings(), replace(play(Script()), tutor=Broken(Script())))
    async with serve(app) as address, connect(address.ws) as client:
        assert await close_code(client) == CloseCode.MISCONFIGURED
        assert client.close_reason == "é" * 61


class BrokenTutor(ScriptedTutor):
    """A tutor with a fault of its own, at both ends."""

    languages = ("de-DE",)

    async def start(self) -> None:
        """Fail as no engine should."""
        raise TypeError(SECRET)

    async def aclose(self) -> None:
        """Fail again."""
        raise OSError(SECRET)


class LastingRecognizer(ScriptedRecognizer):
    """A recognizer that knows whether it was closed."""

    closed = False

    async def aclose(self) -> None:
        """Note it."""
        self.closed = True


async def test_an_engine_that_breaks_names_the_setting_that_chose_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever it raises, the start ends well; the log tells the kind and not the words."""
    room = EngineRoom(replace(play(Script()), tutor=BrokenTutor(Script())), "de-DE")
    await room.start()
    assert room.fault is not None
    assert (room.fault.code, "TUTOR_ENGINE" in room.fault.action) == ("engine_broken", True)
    assert "TypeError" in caplog.text
    assert SECRET not in caplog.text


async def test_every_engine_is_stopped_though_one_cannot(caplog: pytest.LogCaptureFixture) -> None:
    """The others hold threads and connections, too."""
    ears = LastingRecognizer(Script())
    engines = replace(play(Script()), recognizer=ears, tutor=BrokenTutor(Script()))
    await EngineRoom(engines, LANGUAGE).aclose()
    assert ears.closed
    assert caplog.messages == ["tutor did not stop cleanly: OSError"]


@pytest.mark.parametrize(
    ("ears", "language", "advice"),
    [
        (("de-DE", "fr-FR"), "en-US", "Set it to one of de-DE"),
        (("fr-FR",), "fr-FR", "Choose other engines"),
        (("de-DE",), "de-DE", None),
        ((), "de-DE", None),
    ],
)
async def test_a_language_nobody_serves_is_said_at_the_start(
    ears: tuple[str, ...], language: str, advice: str | None
) -> None:
    """``DEFAULT_LANGUAGE`` is one that all engines serve, or the first sentence would fail."""
    tutor, recognizer = ScriptedTutor(Script()), ScriptedRecognizer(Script())
    tutor.languages, recognizer.languages = ("de-DE",), ears
    room = EngineRoom(replace(play(Script()), tutor=tutor, recognizer=recognizer), language)
    await room.start()
    told = room.fault and (room.fault.code, advice is not None and advice in room.fault.action)
    assert told == (advice and ("unsupported_language", True))
    await room.aclose()


# --- settings that cannot be --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("PORT", "70000", "less than or equal to 65535"),
        ("PORT", "eighty", "valid integer"),
        ("STT_ENGINE", "whisper", "'auto', 'google', 'local' or 'scripted'"),
        ("ALTERNATIVE_LANGUAGES", "de,fr,it,es", "at most 3"),
        ("ALTERNATIVE_LANGUAGES", "german,french", "such as en-US."),
        ("TTS_EMULATOR_HOST", "http://localhost:1", "host:port"),
    ],
)
def test_a_bad_setting_is_named_with_what_it_may_be(
    name: str, value: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is for the operator: the variable, and what is allowed."""
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as caught:
        read_settings()
    assert caught.value.message.startswith(f"{name}: ")
    assert caught.value.message.count(name) == 1
    assert allowed in caught.value.message


def test_a_bad_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be a secret that was pasted into the wrong line."""
    monkeypatch.setenv("TUTOR_ENGINE", SECRET)
    with pytest.raises(BadSettings) as caught:
        read_settings()
    assert SECRET not in str(caught.value)


# --- a real process -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Process:
    """A service that was started by a command."""

    process: "subprocess.Popen[str]"
    port: int

    def health(self) -> httpx.Response:
        """Return what ``/health`` answers, once there is an answer."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=PATIENCE_S)
            except httpx.TransportError:
                assert self.process.poll() is None, self.process.stderr
                assert time.monotonic() < deadline
                time.sleep(0.05)  # there is no event to wait for in another process

    def end(self) -> str:
        """Stop it, and return what it said."""
        self.process.terminate()
        return self.process.communicate(timeout=PATIENCE_S)[1]


@contextmanager
def started(*command: str, folder: Path, port: int = 0, **variables: str) -> Iterator[Process]:
    """Start the service in a process of its own, with these settings and no others.

    Args:
        command: What follows ``python``.
        folder: Where it runs; one without a file ``.env``.
        port: The port it listens on.
        variables: Its settings.
    """
    names = {name.upper() for name in Settings.model_fields}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env=environment | {"PORT": str(port)} | variables,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Process(process, port)
        finally:
            process.kill()


def assert_misconfigured(service: Process, code: str, setting: str) -> str:
    """Check that a service runs, is unhealthy, and says what to change; return all it said."""
    answer = service.health()
    said = service.end()
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (503, code)
    assert setting in error["action"]
    reason, *_ = [line for line in said.splitlines() if line.startswith("ERROR")]
    assert setting in reason
    assert "Traceback" not in said
    assert "HTTP Request" not in said  # libraries that log each request are kept quiet
    return said + answer.text


def test_gemini_without_a_key_is_said_without_a_traceback(free_port: int, tmp_path: Path) -> None:
    """The service runs, and tells whoever asks to set ``GEMINI_API_KEY``."""
    settings = SCRIPTED | {"TUTOR_ENGINE": "google"}
    with started(APP, folder=tmp_path, port=free_port, **settings) as service:
        assert_misconfigured(service, "tutor_unauthorized", "GEMINI_API_KEY")


@pytest.mark.parametrize(
    ("setting", "key"), [("GEMINI_API_KEY", "wrong"), ("GOOGLE_API_KEY", "forbidden")]
)
def test_a_wrong_key_is_said_without_a_traceback(
    setting: str, key: str, free_port: int, tmp_path: Path, google_emulator: Emulator
) -> None:
    """Gemini is asked at the start whether it takes the key, which is shown nowhere."""
    google_emulator.reset()
    gemini = {setting: key, "GOOGLE_GEMINI_BASE_URL": google_emulator.gemini_url}
    settings = SCRIPTED | {"TUTOR_ENGINE": "auto"} | gemini
    with started(APP, folder=tmp_path, port=free_port, **settings) as service:
        said = assert_misconfigured(service, "tutor_unauthorized", setting)
    assert key not in said


@pytest.mark.skipif(find_spec("google.generativeai") is not None, reason="it is installed here")
def test_an_extra_that_is_missing_is_said_before_a_key(free_port: int, tmp_path: Path) -> None:
    """An engine that is not installed with the others tells the commands that bring it."""
    settings = SCRIPTED | {"TUTOR_ENGINE": "generativeai"}
    with started(APP, folder=tmp_path, port=free_port, **settings) as service:
        said = assert_misconfigured(service, "engine_missing", "TUTOR_ENGINE")
    assert "make test-generativeai" in said
    assert ".venv-generativeai/bin/python app.py" in said
    assert "GEMINI_API_KEY" not in said


@pytest.mark.parametrize("command", [(APP,), (*UVICORN, "--port", "0")])
def test_the_last_word_of_a_start_in_vain_is_that_nobody_is_served(
    command: tuple[str, ...], free_port: int, tmp_path: Path
) -> None:
    """What uvicorn says of a complete start does not hide it."""
    settings = SCRIPTED | {"TUTOR_ENGINE": "google"}
    with started(*command, folder=tmp_path, port=free_port, **settings) as service:
        assert service.process.stderr is not None
        lines = iter(service.process.stderr.readline, "")
        said = []
        for line in lines:
            said.append(line)
            if "not serving" in line:
                break
    assert "4503" in said[-1]
    assert any("startup complete" in line for line in said)


def test_missing_credentials_are_said_without_a_traceback(free_port: int, tmp_path: Path) -> None:
    """A file that is not there is named by its setting."""
    credentials = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "no.json")}
    settings = SCRIPTED | {"STT_ENGINE": "auto"} | credentials
    with started(APP, folder=tmp_path, port=free_port, **settings) as service:
        assert_misconfigured(service, "stt_unauthorized", "GOOGLE_APPLICATION_CREDENTIALS")


@pytest.mark.parametrize("command", [(APP,), UVICORN])
def test_a_bad_setting_ends_the_start_with_one_line(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    """Exit status 2, the variable and what is allowed, and no traceback."""
    with started(*command, folder=tmp_path, MAX_SESSIONS="0") as service:
        said = service.process.communicate(timeout=PATIENCE_S)[1]
    assert service.process.returncode == 2
    [line] = said.splitlines()
    assert "MAX_SESSIONS" in line
    assert "greater than or equal to 1" in line


def test_a_port_in_use_ends_the_start_with_one_line(tmp_path: Path) -> None:
    """Exit status 2, and both settings of the address."""
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        started(APP, folder=tmp_path, port=taken.getsockname()[1], **SCRIPTED) as service,
    ):
        said = service.process.communicate(timeout=PATIENCE_S)[1]
    assert service.process.returncode == 2
    [line] = said.splitlines()
    assert f"HOST 127.0.0.1, PORT {service.port}: Address already in use. " in line


def test_an_address_of_another_machine_ends_the_start_with_one_line(tmp_path: Path) -> None:
    """So does a name of none."""
    with started(APP, folder=tmp_path, port=0, HOST="192.0.2.1", **SCRIPTED) as service:
        said = service.process.communicate(timeout=PATIENCE_S)[1]
    assert service.process.returncode == 2
    [line] = said.splitlines()
    assert "HOST 192.0.2.1" in line


def test_the_app_of_the_module_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """``uvicorn app:app`` asks for it twice."""
    for name in SCRIPTED:
        monkeypatch.setenv(name, "scripted")
    try:
        assert app_module.app is app_module.app
    finally:
        vars(app_module).pop("app", None)
