"""The command-line client, against a real server with engines that play a script."""

import math
import struct
import wave
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import create_app
from bench.talk import main
from bench.wave_files import BadRecording, read_speech
from engine_api import Engines, Question
from engines.scripted import Script, ScriptedTutor, play
from errors import EngineError
from settings import Settings
from tests.serving import serve_in_thread

SCRIPT = Script(
    utterances=("what is a noun",),
    replies=("Reply 7 says that a noun names somebody or something.",),
    final_ms=5,
    first_word_ms=5,
    word_ms=0,
    first_audio_ms=5,
    spoken_word_ms=60,
)
SAMPLES = 10 * 60 * 24
"""Of the scripted answer: ten words of 60 ms at 24 kHz."""


class FailingTutor(ScriptedTutor):
    """A tutor that has nothing to say."""

    async def answer(self, question: Question) -> AsyncGenerator[str, None]:  # noqa: ARG002 - any
        """Fail at once."""
        raise EngineError("tutor_failed", "The tutor is ill.", "Come back tomorrow.")
        yield ""


class KeylessTutor(ScriptedTutor):
    """A tutor that cannot start."""

    async def start(self) -> None:
        """Miss the key."""
        raise EngineError("tutor_unauthorized", "There is no key.", "Set one.")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A WAV file in which something loud is said for 0.6 s."""
    return write_tone(tmp_path / "question.wav", seconds=0.6)


@pytest.fixture
def url() -> Iterator[str]:
    """A server with scripted engines and a short hold."""
    yield from serve_engines(play(SCRIPT))


@pytest.fixture
def failing_url() -> Iterator[str]:
    """A server whose tutor fails."""
    yield from serve_engines(replace(play(SCRIPT), tutor=FailingTutor(SCRIPT)))


@pytest.fixture
def keyless_url() -> Iterator[str]:
    """A server whose tutor could not start."""
    yield from serve_engines(replace(play(SCRIPT), tutor=KeylessTutor(SCRIPT)))


def serve_engines(engines: Engines) -> Iterator[str]:
    """Serve the application until the generator goes on."""
    with serve_in_thread(create_app(Settings(silence_timeout_ms=200), engines)) as address:
        yield address.ws


def write_tone(
    path: Path, *, seconds: float, rate: int = 16_000, width: int = 2, channels: int = 1
) -> Path:
    """Write a tone of 200 Hz at half of the full scale."""
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        for index in range(int(seconds * rate)):
            value = int(0.5 * math.sin(2 * math.pi * 200 * index / rate) * (2**31 - 1))
            sample = struct.pack("<i", value)[4 - width :]
            # Bytes of eight bits have no sign.
            file.writeframes((sample if width > 1 else bytes([sample[0] ^ 0x80])) * channels)
    return path


def test_a_recording_is_said_and_the_answer_saved(
    url: str, recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both transcripts, the answer and the stage times are shown; the WAV holds the whole voice."""
    answer = tmp_path / "answer.wav"
    assert main([str(recording), "--url", url, "--out", str(answer)]) == 0
    shown = capsys.readouterr().out
    assert "…  what" in shown
    assert "you  what is a noun" in shown
    assert "tutor  Reply 7 says" in shown
    assert "end of turn to final transcript:" in shown
    with wave.open(str(answer)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        assert file.readframes(file.getnframes()) == struct.pack("<h", 7) * SAMPLES


def test_breaking_in_ends_the_answer(
    url: str, recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With ``--interrupt-after`` the server's reaction is timed, and no byte comes after it."""
    arguments = [str(recording), "--url", url, "--out", str(tmp_path / "answer.wav")]
    assert main([*arguments, "--interrupt-after", "100"]) == 0
    shown = capsys.readouterr().out
    assert "BARGE_IN to INTERRUPTED:" in shown
    assert "stale bytes after INTERRUPTED: 0" in shown


def test_a_question_can_be_typed(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--text`` takes the place of a recording."""
    arguments = ["--text", "What is a noun?", "--url", url, "--out", str(tmp_path / "a.wav")]
    assert main(arguments) == 0
    assert "tutor  Reply 7" in capsys.readouterr().out


def test_an_engine_that_fails_is_reported(
    failing_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error is shown, the apology is heard, and the exit code tells."""
    arguments = ["--text", "Hello?", "--url", failing_url, "--out", str(tmp_path / "a.wav")]
    assert main(arguments) == 1
    assert "tutor_failed: The tutor is ill." in capsys.readouterr().out


def test_a_server_that_is_not_set_up_is_reported(
    keyless_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it says in place of a welcome comes at the beginning of time."""
    assert main(["--text", "Hello?", "--url", keyless_url]) == 1
    assert "   0.00 s  error  tutor_unauthorized: There is no key." in capsys.readouterr().out


def test_an_answer_that_cannot_be_saved_names_the_file(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no trouble of the connection."""
    out = tmp_path / "nowhere" / "answer.wav"
    assert main(["--text", "Hello?", "--url", url, "--out", str(out)]) == 1
    told = capsys.readouterr().err
    assert f"cannot be saved as {out}: No such file or directory" in told
    assert "connect" not in told


def test_nobody_there_is_said_plainly(
    recording: Path, free_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refused connection names the address and how to start a server."""
    url = f"ws://127.0.0.1:{free_port}/ws"
    assert main([str(recording), "--url", url]) == 1
    assert f"nobody answers at {url}" in capsys.readouterr().err


def test_another_kind_of_server_is_said_plainly(
    url: str, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address without a WebSocket is an error with a reason, not a traceback."""
    assert main([str(recording), "--url", url.replace("/ws", "/health")]) == 1
    assert "cannot connect" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"RIFF", b"This is a text.", None])
def test_what_is_no_recording_is_refused(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is missing, empty or of another kind is named, before anything is sent."""
    path = tmp_path / "question.wav"
    if content is not None:
        path.write_bytes(content)
    assert main([str(path)]) == 1
    assert str(path) in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["question.wav", "--text", "Hello?"]])
def test_there_is_one_question(arguments: list[str]) -> None:
    """Neither a recording nor a text, or both, is a mistake of usage."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (48_000, 2), (11_025, 1)])
def test_any_pcm_becomes_what_a_microphone_hears(
    width: int, rate: int, channels: int, tmp_path: Path
) -> None:
    """Any width, rate and number of channels keeps its length and its loudness."""
    path = write_tone(tmp_path / "tone.wav", seconds=0.2, rate=rate, width=width, channels=channels)
    pcm = read_speech(path)
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    assert len(samples) == pytest.approx(0.2 * 16_000, abs=2)
    middle = samples[800:-800]
    assert max(middle) == pytest.approx(16_384, rel=0.02)
    assert min(middle) == pytest.approx(-16_384, rel=0.02)


def test_a_recording_without_sound_is_refused(tmp_path: Path) -> None:
    """A WAV file of no samples is not a question."""
    path = write_tone(tmp_path / "empty.wav", seconds=0)
    with pytest.raises(BadRecording, match="no sound"):
        read_speech(path)
