"""The page's modules, run by node and checked by TypeScript."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.protocol_vectors import MESSAGES, vectors
from websocket_protocol import decode

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "static" / "js"
TYPESCRIPT = ROOT / "node_modules" / ".bin" / "tsc"
TIMEOUT_S = 120

needs_node = pytest.mark.skipif(
    shutil.which("node") is None,
    reason="LEFT OUT: the tests of the page's modules, for want of node (Debian: nodejs)",
)
needs_typescript = pytest.mark.skipif(
    shutil.which("node") is None or not TYPESCRIPT.exists(),
    reason="LEFT OUT: the type check of the page's modules, for want of TypeScript (npm ci)",
)


def run(*command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in the folder of the project."""
    return subprocess.run(
        command, cwd=ROOT, input=text, capture_output=True, text=True, timeout=TIMEOUT_S
    )


@needs_node
def test_the_modules_do_what_their_tests_say() -> None:
    """``node --test`` is green."""
    done = run("node", "--test", *sorted(ROOT.glob("tests/js/*.test.js")))
    assert done.returncode == 0, done.stdout


@needs_node
def test_the_server_reads_what_the_page_writes() -> None:
    """Each message of a client, written by the page's codec, arrives as it was meant."""
    sent = [vector for vector in vectors() if vector["direction"] == "client"]
    lines = "".join(json.dumps(vector["json"]) + "\n" for vector in sent)
    done = run("node", "tests/js/write-frames.js", text=lines)
    received = [decode(bytes.fromhex(line)) for line in done.stdout.split()]
    assert received == [[MESSAGES[vector["name"]]] for vector in sent], done.stderr


@needs_typescript
@pytest.mark.parametrize("project", ["tsconfig.json", "tsconfig.worklet.json"])
def test_the_types_are_right(project: str) -> None:
    """TypeScript, in its strictest, finds nothing in the page's JSDoc."""
    done = run(TYPESCRIPT, "-p", project)
    assert done.returncode == 0, done.stdout


def test_every_module_is_checked() -> None:
    """No module of the page goes without ``@ts-check``."""
    first_lines = {path.name: path.read_text().split("\n")[0] for path in MODULES.glob("*.js")}
    assert first_lines
    assert not {name for name, line in first_lines.items() if line != "// @ts-check"}


def test_every_module_of_the_window_is_fetched_at_once() -> None:
    """The page names its modules, so that a browser need not discover them one by one."""
    page = (ROOT / "static" / "index.html").read_text()
    names = {path.name for path in MODULES.glob("*.js")}
    in_worklets = {"capture-worklet.js", "player-worklet.js", "playback-queue.js"}
    missing = {name for name in names if f'"/static/js/{name}"' not in page}
    assert missing == in_worklets | {"gain.js", "sample-fifo.js"}
