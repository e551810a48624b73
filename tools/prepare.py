"""Sets up what a make target needs: ``python3 tools/prepare.py run|test|generativeai|report``.

``run`` installs the packages that serve the tutor, ``test`` those that check it as well,
``generativeai`` those of the tutor on Google's former library, which need an environment of their
own, and ``report`` repeats what had to be left out. It needs nothing but the standard library,
says which step it is in, and is quick when nothing has changed since the last time.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import venv
from ctypes.util import find_library
from pathlib import Path
from typing import NamedTuple

ENVIRONMENT = Path(".venv")
GENERATIVEAI_ENVIRONMENT = Path(".venv-generativeai")
RUNTIME_LOCK = Path("requirements.lock")
DEVELOPMENT_LOCK = Path("requirements-dev.lock")  # holds everything in the runtime lock as well
GENERATIVEAI_LOCK = Path("requirements-generativeai.lock")
LLAMA_LOCK = Path("requirements-llama.lock")  # without what these ask for: programs to use them
NODE_LOCK = Path("package-lock.json")
NODE_MODULES = Path("node_modules")
NPM_CI = ("npm", "ci", "--no-audit", "--no-fund", "--silent")

LARGE_DOWNLOAD = re.compile(r"\(\d{2,}(\.\d+)? MB\)")
"""The size that pip shows of a package worth a line of progress."""


class SystemTool(NamedTuple):
    """Something from outside Python: its names, its Debian package, and what it is needed for."""

    names: tuple[str, ...]
    package: str
    serves: str


SYSTEM_TOOLS = (
    SystemTool(
        ("chromium", "chromium-browser", "google-chrome"),
        "chromium",
        "the tests that talk to the page in a real browser",
    ),
    SystemTool(("atomic",), "libatomic1", "the program that drives the browser in tests"),
)


def main(goal: str) -> None:
    """Prepare for a goal."""
    if goal == "report":
        report()
        _say("to test the tutor on Google's former library as well: make test-generativeai")
    elif goal == "generativeai":
        prepare_python(GENERATIVEAI_LOCK, GENERATIVEAI_ENVIRONMENT)
    elif goal == "run":
        prepare_python(RUNTIME_LOCK)
    else:
        prepare_python(DEVELOPMENT_LOCK)
        prepare_llama()
        prepare_node()
        prepare_system()
        report()


# --- Python -------------------------------------------------------------------------------------


def prepare_python(lock: Path, environment: Path = ENVIRONMENT) -> None:
    """Make a virtual environment hold what a lock file lists, each file checked by its hash."""
    if not _is_whole(environment) or _environment_version(environment) != _version():
        _create_environment(environment)
    if _is_done(environment, lock):
        return
    _say(f"installing the packages of {lock}; the first time this takes a minute or two")
    if not _pip_install(environment, lock):
        sys.exit("pip could not install the packages; its reason stands above.")
    _mark_done(environment, lock)
    if lock == DEVELOPMENT_LOCK:
        _mark_done(environment, RUNTIME_LOCK)


def prepare_llama() -> None:
    """Install a server with a small language model, where there is one for this machine."""
    if not _is_done(ENVIRONMENT, LLAMA_LOCK):
        _say(f"installing the packages of {LLAMA_LOCK}")
        if _pip_install(ENVIRONMENT, LLAMA_LOCK):
            _mark_done(ENVIRONMENT, LLAMA_LOCK)


def _interpreter(environment: Path = ENVIRONMENT) -> Path:
    return environment / "bin" / "python"


def _is_whole(environment: Path) -> bool:
    """Return whether an environment was made to its end: pip comes last."""
    interpreter = _interpreter(environment)
    parts = (interpreter, environment / "pyvenv.cfg", interpreter.with_name("pip"))
    return all(part.exists() for part in parts)


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _environment_version(environment: Path) -> str:
    configuration = (environment / "pyvenv.cfg").read_text()
    match = re.search(r"^version(?:_info)? *= *(\d+\.\d+)", configuration, re.MULTILINE)
    return match[1] if match else ""


def _create_environment(environment: Path) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{_version()}-venv"
        if not _apt_install([package]):
            sys.exit(f"This Python cannot make virtual environments. Install {package}.")
    _say(f"creating a virtual environment for Python {_version()} in {environment}")
    venv.create(environment, clear=True, with_pip=True, symlinks=True)


def _pip_install(environment: Path, lock: Path) -> bool:
    """Install what a lock file lists; show pip's progress, and its output only if it failed."""
    pip = [str(_interpreter(environment)), "-m", "pip", "install"]
    quiet = ["--disable-pip-version-check", "--no-input"]
    # A lock is complete. Left to look for more, pip takes "name[extra]" for something unlocked.
    command = [*pip, *quiet, "--no-deps", "--require-hashes", "-r", str(lock)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        output = []
        for line in process.stdout:
            output.append(line)
            _show_progress(line)
    if process.returncode:
        print("".join(output), flush=True)
    return process.returncode == 0


def _show_progress(line: str) -> None:
    if LARGE_DOWNLOAD.search(line):
        _say(f"  {line.strip()}")
    elif line.startswith("Installing collected packages"):
        _say(f"  unpacking {line.count(',') + 1} packages")


# --- node and the system ------------------------------------------------------------------------


def prepare_node() -> None:
    """Install the type checker of the page's modules, with the npm of the environment."""
    if not _is_done(NODE_MODULES, NODE_LOCK):
        _say(f"installing the packages of {NODE_LOCK}")
        if _run([*NPM_CI]):
            _mark_done(NODE_MODULES, NODE_LOCK)


def prepare_system() -> None:
    """Install what the tests use from Debian, where that is possible without a password."""
    if missing := _missing_tools():
        _apt_install([tool.package for tool in missing])


def report() -> None:
    """Say loudly what this machine cannot test, and how to change that."""
    for tool in _missing_tools():
        _say(
            f"LEFT OUT: {tool.serves}, for want of {tool.package}."
            f" On Debian or Ubuntu: sudo apt-get install {tool.package}"
        )
    if not _is_done(ENVIRONMENT, LLAMA_LOCK):
        _say(
            "LEFT OUT: the tests that talk to a real llama.cpp server."
            f" Try: {_interpreter()} -m pip install --no-deps -r {LLAMA_LOCK}"
        )
    if not _is_done(NODE_MODULES, NODE_LOCK):
        _say(f"LEFT OUT: the type check of the page's modules. Try: {' '.join(NPM_CI)}")


def _missing_tools() -> list[SystemTool]:
    return [tool for tool in SYSTEM_TOOLS if not any(map(_find, tool.names))]


def _find(name: str) -> str | None:
    return shutil.which(name) or find_library(name)


def _apt_install(packages: list[str]) -> bool:
    if shutil.which("apt-get") is None or not (os.geteuid() == 0 or _run(["sudo", "-n", "true"])):
        return False
    _say(f"installing from Debian: {' '.join(packages)}")
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    return _run([*apt, "update"]) and _run(
        [*apt, "install", "-y", "--no-install-recommends", *packages]
    )


# --- steps --------------------------------------------------------------------------------------


def _say(text: str) -> None:
    print(f"[prepare] {text}", flush=True)


def _run(command: list[str]) -> bool:
    """Run a command that may fail, and show its output only if it did."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=_environment()
        )
    except FileNotFoundError:
        return False
    if done.returncode:
        _say(f"failed: {' '.join(command)}\n{done.stdout}{done.stderr}".rstrip())
    return done.returncode == 0


def _environment() -> dict[str, str]:
    """Return the variables of a command that shall find the programs of the environment first."""
    programs = _interpreter().parent.absolute()
    return os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _stamp(folder: Path, lock: Path) -> Path:
    return folder / f".{lock.name}.installed"


def _is_done(folder: Path, lock: Path) -> bool:
    stamp = _stamp(folder, lock)
    return stamp.exists() and stamp.read_text() == _digest(lock)


def _mark_done(folder: Path, lock: Path) -> None:
    _stamp(folder, lock).write_text(_digest(lock))


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1])
