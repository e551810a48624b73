"""The set-up behind the Makefile: done once for each lock, and frank about what is left out."""

import shutil
import sys
from pathlib import Path

import pytest

from tools import prepare


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an environment of this Python in it, and nothing installed yet."""
    monkeypatch.chdir(tmp_path)
    prepare.INTERPRETER.parent.mkdir(parents=True)
    prepare.INTERPRETER.touch()
    _make_environment_of(f"{sys.version_info.major}.{sys.version_info.minor}")
    for lock in (prepare.RUNTIME_LOCK, prepare.DEVELOPMENT_LOCK, prepare.NODE_LOCK):
        lock.write_text(f"# {lock}\n")
    return tmp_path


@pytest.fixture
def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lock files that were handed to pip in ``folder``."""
    assert folder.exists()
    locks: list[str] = []
    monkeypatch.setattr(prepare, "_pip_install", lambda lock: locks.append(lock.name))
    return locks


def _make_environment_of(version: str) -> None:
    (prepare.ENVIRONMENT / "pyvenv.cfg").write_text(f"home = somewhere\nversion = {version}.1\n")


def test_a_lock_is_installed_once(installed: list[str]) -> None:
    """The second run finds everything in place and does not even start pip."""
    prepare.main("run")
    prepare.main("run")
    assert installed == ["requirements.lock"]


def test_a_changed_lock_is_installed_again(installed: list[str]) -> None:
    """What counts is what stands in the lock, not when it was written."""
    prepare.main("run")
    prepare.RUNTIME_LOCK.write_text("# other\n")
    prepare.main("run")
    assert installed == ["requirements.lock"] * 2


def test_the_development_packages_serve_as_well(installed: list[str]) -> None:
    """After the tests were set up, serving needs no further installation."""
    prepare.prepare_python(prepare.DEVELOPMENT_LOCK)
    prepare.main("run")
    assert installed == ["requirements-dev.lock"]


def test_another_interpreter_gets_a_new_environment(
    installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An environment of another Python is made anew, and its stamps count no more."""
    prepare.main("run")
    _make_environment_of("3.10")
    monkeypatch.setattr("venv.create", lambda path, **_: shutil.rmtree(path))
    monkeypatch.setattr(prepare, "_mark_done", lambda *_: None)
    prepare.main("run")
    assert installed == ["requirements.lock"] * 2


def test_what_is_missing_is_named_with_its_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report says which tests are left out, and which package brings them back."""
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(prepare, "find_library", lambda _: None)
    prepare._mark_done(folder, prepare.NODE_LOCK)
    monkeypatch.setattr(prepare, "NODE_MODULES", folder)
    prepare.main("report")
    told = capsys.readouterr().out
    assert all(f"apt-get install {tool.package}" in told for tool in prepare.SYSTEM_TOOLS)
    assert told.count("LEFT OUT") == len(prepare.SYSTEM_TOOLS)


def test_nothing_is_installed_where_that_needs_a_password(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without root and without ``sudo`` the system is left alone, and the tests go on."""
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    prepare.prepare_system()
    assert "installing" not in capsys.readouterr().out


def test_a_command_that_fails_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """What a failing step said is not lost."""
    assert not prepare._run([sys.executable, "-c", "import sys; sys.exit('no room')"])
    assert "no room" in capsys.readouterr().out
