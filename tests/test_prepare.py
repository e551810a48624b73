"""The set-up behind the Makefile: done once for each lock, and frank about what is left out."""

import shutil
import sys
from pathlib import Path

import pytest

from tools import prepare

LOCKS = (
    prepare.RUNTIME_LOCK,
    prepare.DEVELOPMENT_LOCK,
    prepare.GENERATIVEAI_LOCK,
    prepare.LLAMA_LOCK,
    prepare.NODE_LOCK,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an environment of this Python in it, and nothing installed yet."""
    monkeypatch.chdir(tmp_path)
    for environment in (prepare.ENVIRONMENT, prepare.GENERATIVEAI_ENVIRONMENT):
        programs = prepare._interpreter(environment).parent
        programs.mkdir(parents=True)
        for program in ("python", "pip"):
            (programs / program).touch()
        _make_environment_of(f"{sys.version_info.major}.{sys.version_info.minor}", environment)
    for lock in LOCKS:
        lock.write_text(f"# {lock}\n")
    return tmp_path


@pytest.fixture
def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lock files that were handed to pip in ``folder``."""
    assert folder.exists()
    locks: list[str] = []

    def install(environment: Path, lock: Path) -> bool:
        locks.append(f"{lock} in {environment}")
        return not (folder / "unreachable").exists()

    monkeypatch.setattr(prepare, "_pip_install", install)
    return locks


def _make_environment_of(version: str, environment: Path = prepare.ENVIRONMENT) -> None:
    (environment / "pyvenv.cfg").write_text(f"home = somewhere\nversion = {version}.1\n")


def test_a_lock_is_installed_once(installed: list[str]) -> None:
    """The second run finds everything in place and does not even start pip."""
    prepare.main("run")
    prepare.main("run")
    assert installed == ["requirements.lock in .venv"]


def test_a_changed_lock_is_installed_again(installed: list[str]) -> None:
    """What counts is what stands in the lock, not when it was written."""
    prepare.main("run")
    prepare.RUNTIME_LOCK.write_text("# other\n")
    prepare.main("run")
    assert installed == ["requirements.lock in .venv"] * 2


def test_the_development_packages_serve_as_well(installed: list[str]) -> None:
    """After the tests were set up, serving needs no further installation."""
    prepare.prepare_python(prepare.DEVELOPMENT_LOCK)
    prepare.main("run")
    assert installed == ["requirements-dev.lock in .venv"]


def test_another_interpreter_gets_a_new_environment(
    installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An environment of another Python is made anew, and its stamps count no more."""
    prepare.main("run")
    _make_environment_of("3.10")
    monkeypatch.setattr("venv.create", lambda path, **_: shutil.rmtree(path))
    monkeypatch.setattr(prepare, "_mark_done", lambda *_: None)
    prepare.main("run")
    assert installed == ["requirements.lock in .venv"] * 2


def test_the_former_library_gets_an_environment_of_its_own(installed: list[str]) -> None:
    """It cannot live beside the present one, so neither disturbs the other."""
    prepare.main("run")
    prepare.main("generativeai")
    prepare.main("generativeai")
    assert installed == [
        "requirements.lock in .venv",
        "requirements-generativeai.lock in .venv-generativeai",
    ]


def test_the_language_model_is_installed_once(installed: list[str]) -> None:
    """Its packages join those of the tests, once."""
    prepare.prepare_llama()
    prepare.prepare_llama()
    assert installed == ["requirements-llama.lock in .venv"]


def test_tests_go_on_without_a_language_model(
    folder: Path, installed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine it is not made for is told what is left out, and nothing else is lost."""
    (folder / "unreachable").touch()
    prepare.prepare_llama()
    prepare.report()
    assert installed
    assert "LEFT OUT: the tests that talk to a real llama.cpp" in capsys.readouterr().out


def test_what_is_missing_is_named_with_its_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report says which tests are left out, and which package brings them back."""
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(prepare, "find_library", lambda _: None)
    prepare._mark_done(folder, prepare.NODE_LOCK)
    prepare._mark_done(prepare.ENVIRONMENT, prepare.LLAMA_LOCK)
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
