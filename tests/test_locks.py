"""The lock files: complete, consistent, checked by hash, silent about where packages come from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
RUNTIME, DEVELOPMENT = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
GENERATIVEAI, LLAMA = ROOT / "requirements-generativeai.lock", ROOT / "requirements-llama.lock"
LOCKS = (RUNTIME, DEVELOPMENT, GENERATIVEAI, LLAMA)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DEPENDENCIES = PROJECT["project"]["dependencies"]
FORMER_LIBRARY = PROJECT["project"]["optional-dependencies"]["generativeai"]
GROUPS = PROJECT["dependency-groups"]
DEV = [requirement for requirement in GROUPS["dev"] if isinstance(requirement, str)]
PINNED = re.compile(
    r"^([\w.-]+)==(\S+)( ; [^\\]+)? \\(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+$", re.M
)


def _pins(lock: Path) -> set[tuple[str, str]]:
    return {(name, version) for name, version, *_ in PINNED.findall(lock.read_text())}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_is_a_pin_with_its_hashes(lock: Path) -> None:
    """Nothing is installed that was not seen when the lock was made."""
    rest = PINNED.sub("", lock.read_text())
    assert all(line.startswith("#") for line in rest.splitlines() if line)


def test_the_development_lock_holds_the_runtime() -> None:
    """Tests run with the very versions that serve."""
    assert _pins(RUNTIME) <= _pins(DEVELOPMENT)


@pytest.mark.parametrize(
    ("lock", "declared"),
    [
        (RUNTIME, DEPENDENCIES),
        (DEVELOPMENT, DEV + GROUPS["test"]),
        (GENERATIVEAI, DEPENDENCIES + FORMER_LIBRARY + GROUPS["test"]),
        (LLAMA, GROUPS["llama"]),
    ],
    ids=["runtime", "development", "generativeai", "llama"],
)
def test_the_locks_are_up_to_date(lock: Path, declared: list[str]) -> None:
    """Each declared dependency is locked at versions it allows; otherwise run ``make lock``."""
    pins = _pins(lock)
    for requirement in map(Requirement, declared):
        versions = [v for name, v in pins if name == canonicalize_name(requirement.name)]
        assert versions, requirement
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_the_service_needs_no_training_framework() -> None:
    """The engines run on lean runtimes: no gigabytes for a framework."""
    assert not {"torch", "tensorflow", "jax"} & {name for name, _ in _pins(RUNTIME)}


@pytest.mark.parametrize("name", [*(lock.name for lock in LOCKS), "package-lock.json"])
def test_no_lock_names_a_registry(name: str) -> None:
    """Packages come from wherever the reader's own client is set up to look."""
    assert "://" not in (ROOT / name).read_text()
