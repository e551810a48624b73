"""Fixtures that every test gets: none may leak a task or a thread, none may read this machine."""

import importlib.util
import inspect
import os
import socket
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import settings as hypothesis_settings

from settings import Settings
from tests.google_emulator.process import Emulator, run_emulator
from tests.leaks import no_task_left, no_thread_left

# The former library lives in an environment of its own: ``make test-generativeai``.
collect_ignore = [] if importlib.util.find_spec("google.generativeai") else ["test_generativeai.py"]

TASK_PATIENCE_S = 1.0
"""Seconds in which the tasks of closed connections may still end."""

# Machines are noisy, so no example has a deadline; CI tries the same examples every time.
hypothesis_settings.register_profile("here", deadline=None, print_blob=True)
hypothesis_settings.load_profile("ci" if "CI" in os.environ else "here")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's environment and ``.env`` file out of the tests."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a task or a thread running.

    Tests marked ``models`` may leave threads: the engines they share start theirs when first used.
    """
    before = threading.enumerate()
    if inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
        request.getfixturevalue("no_task_left_behind")
    yield
    if request.node.get_closest_marker("models") is None:
        no_thread_left(before)


@pytest.fixture
async def no_task_left_behind() -> AsyncIterator[None]:
    """Fail an async test that leaves a task running in its loop."""
    yield
    await no_task_left(TASK_PATIENCE_S)


@pytest.fixture
def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def google_emulator() -> Iterator[Emulator]:
    """The emulator of Google's services, one for all tests: ``reset`` it before use."""
    with run_emulator() as emulator:
        yield emulator
