"""The README and ``.env.example`` say what is: commands, settings, files and packages."""

import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
from pydantic import SecretStr

from settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
CODE = re.compile(r"`([^`\n]+)`")


def _section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def _rows(text: str) -> list[list[str]]:
    """Return the cells of each table row that begins with code."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| `")
    ]


def _shown(default: object) -> str:
    """Return a default as the table shows it; where there is none, or a key, it shows nothing."""
    if default is None or isinstance(default, SecretStr):
        return ""
    text = ",".join(default) if isinstance(default, tuple) else str(default)
    return f"`{text}`" if text else ""


def test_the_settings_table_is_the_settings() -> None:
    """Each setting stands there once, in order, with the default it has."""
    documented = [(row[0].strip("`"), row[1]) for row in _rows(_section("Configure it"))]
    fields = Settings.model_fields.items()
    assert documented == [(name.upper(), _shown(field.default)) for name, field in fields]


def test_the_example_file_holds_every_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of ``.env.example`` changes nothing, and names every setting."""
    example = ROOT / ".env.example"
    names = re.findall(r"^([A-Z_]+)=", example.read_text(), re.MULTILINE)
    assert names == [name.upper() for name in Settings.model_fields]
    defaults = Settings()
    monkeypatch.setitem(Settings.model_config, "env_file", example)
    assert Settings() == defaults


def test_the_layout_table_names_every_module() -> None:
    """What stands there exists, and no module is missing."""
    documented = {row[0].strip("`") for row in _rows(_section("Where things are"))}
    assert {name for name in documented if not (ROOT / name).exists()} == set()
    assert {path.name for path in ROOT.glob("*.py")} <= documented


def test_every_make_command_is_a_target() -> None:
    """The README promises no target that the Makefile lacks."""
    promised = set(re.findall(r"^(?:.*`)?make ([a-z]+)", README, re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    assert {"run", "test"} <= promised <= targets


def test_every_module_command_can_be_run() -> None:
    """What follows ``python -m`` is a module."""
    assert all(find_spec(module) for module in re.findall(r"python -m ([\w.]+)", README))


def test_every_bench_of_the_makefile_can_be_run() -> None:
    """``make bench`` names modules that are there."""
    benches = re.findall(r"^BENCHES = (.+)$", MAKEFILE, re.MULTILINE)[0].split()
    assert all(find_spec(bench) for bench in benches)


def test_the_command_line_client_knows_its_options() -> None:
    """The options shown for the client are in its help."""
    command = [sys.executable, "-m", "bench.talk", "--help"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(option in told for option in re.findall(r"--[\w-]+", _section("Talk to it")))


def test_every_link_leads_somewhere() -> None:
    """Files and pictures that the README points at are in the repository."""
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert not [target for target in targets if not (ROOT / target).exists()]


def test_the_packages_of_the_engines_are_dependencies() -> None:
    """The engines table names packages that are installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[^\w-]", dependency)[0] for dependency in project["dependencies"]}
    cells = [line.split("|")[3] for line in _section("What it runs on").splitlines() if "|" in line]
    named = {name for cell in cells for name in CODE.findall(cell) if not name.startswith("-")}
    assert named
    assert named <= declared
