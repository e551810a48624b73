"""Connections to a Google service: credentials, sharing, and a start that survives an outage."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import grpc.aio  # type: ignore[import-untyped]  # ships no type hints
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from engines.google import channels
from engines.google.channels import CALLS_PER_CONNECTION, MAX_CONNECTIONS, Channels, hang_up
from engines.google.faults import Stage
from errors import EngineError
from tests.google_emulator.process import Emulator

pytestmark = pytest.mark.filterwarnings(
    # Google warns of files from strangers; this one is the operator's own.
    "ignore:The load_credentials_from_file method is deprecated:DeprecationWarning"
)


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nobody to connect."""
    monkeypatch.setattr(channels, "WARM_UP_S", 0.05)


@pytest.fixture
def nowhere(free_port: int) -> Channels:
    """Connections to where nobody listens."""
    return Channels("stt", "speech.googleapis.com", f"127.0.0.1:{free_port}", "")


def service_account() -> str:
    """Return a file of credentials as the Google console hands it out."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    private_key = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps(
        {
            "type": "service_account",
            "client_email": "tutor@example.iam.gserviceaccount.com",
            "private_key": private_key.decode(),
            "token_uri": "https://oauth2.example/token",
        }
    )


AUTHORIZED_USER = json.dumps(
    {
        "type": "authorized_user",
        "client_id": "an id",
        "client_secret": "a secret",  # nobody's
        "refresh_token": "a token",
    }
)


# --- sharing ------------------------------------------------------------------------------------


async def test_the_least_busy_connection_takes_the_next_call(nowhere: Channels) -> None:
    """A new one is opened when all are well used, and one that is free again is used again."""
    with ExitStack() as calls:
        first = {calls.enter_context(nowhere.lease()).channel for _ in range(CALLS_PER_CONNECTION)}
        second = calls.enter_context(nowhere.lease()).channel
        assert len(first) == 1
        assert second not in first
        assert calls.enter_context(nowhere.lease()).channel is second
        assert nowhere.calls == CALLS_PER_CONNECTION + 2
    assert (nowhere.calls, nowhere.connections) == (0, 2)
    await nowhere.aclose()


async def test_connections_have_a_limit(nowhere: Channels) -> None:
    """Beyond it calls share what there is."""
    with ExitStack() as calls:
        for _ in range(CALLS_PER_CONNECTION * MAX_CONNECTIONS + 1):
            calls.enter_context(nowhere.lease())
        assert nowhere.connections == MAX_CONNECTIONS
    await nowhere.aclose()


async def test_a_connection_that_swallows_calls_gets_no_more(nowhere: Channels) -> None:
    """The next call is made on another one, and the suspect is dropped."""
    with nowhere.lease() as suspect:
        suspect.is_suspect = True
        with nowhere.lease() as other:
            assert other is not suspect
    assert nowhere.connections == 1
    await nowhere.aclose()


class Hasty(grpc.GenericRpcHandler):  # type: ignore[misc]  # has no type
    """A service that answers the first message three times, and breaks off."""

    def service(self, _: object) -> object:
        """Return the one method there is."""

        async def answer(messages: AsyncIterator[bytes], context: Any) -> None:
            async for _ in messages:
                for _ in range(3):
                    await context.write(b"answer")
                await context.abort(grpc.StatusCode.UNAVAILABLE)

        return grpc.stream_stream_rpc_method_handler(answer)


async def test_hanging_up_leaves_nothing_behind() -> None:
    """Not even a call whose write failed while there were answers to read."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Hasty(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        for _ in range(10):
            call = channel.stream_stream("/service/method")(timeout=60)
            with suppress(grpc.aio.AioRpcError):
                for _ in range(2_000):
                    await call.write(bytes(640))
            hang_up(call)
        del call
    await server.stop(None)


async def test_a_token_that_does_not_come_fills_no_log(
    nowhere: Channels, caplog: pytest.LogCaptureFixture
) -> None:
    """The library would log a traceback for each call, quoting whatever failed."""
    await nowhere.start()
    await nowhere.aclose()
    logging.getLogger("grpc._plugin_wrapping").error("secret")
    assert "secret" not in caplog.text


# --- starting -----------------------------------------------------------------------------------


async def test_an_emulator_needs_no_credentials(google_emulator: Emulator) -> None:
    """The connection is there once started."""
    pool = Channels("voice", "texttospeech.googleapis.com", google_emulator.tts_host, "")
    await pool.start()
    assert pool.connections == 1
    await pool.aclose()
    assert pool.connections == 0


@pytest.mark.parametrize("content", ["service account", AUTHORIZED_USER])
async def test_any_file_of_credentials_will_do(tmp_path: Path, content: str) -> None:
    """It is read at the start; Google may be out of reach then."""
    file = tmp_path / "credentials.json"
    file.write_text(service_account() if content == "service account" else content)
    pool = Channels("stt", "localhost", "", str(file))
    await pool.start()
    await pool.aclose()


@pytest.mark.parametrize(
    "content", [None, "no json", "{}", "[1, 2]", '"words"', '{"type": "authorized_user"}']
)
@pytest.mark.parametrize("stage", ["stt", "voice"])
async def test_a_file_without_credentials_is_named(
    tmp_path: Path, stage: Stage, content: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Missing, or something else: the error tells the setting, and nothing of the file."""
    file = tmp_path / "secret.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(EngineError) as caught:
        await Channels(stage, "localhost", "", str(file)).start()
    error = caught.value
    assert (error.code, error.retryable) == (f"{stage}_unauthorized", False)
    assert "GOOGLE_APPLICATION_CREDENTIALS" in error.message
    assert f"{stage.upper()}_ENGINE" in error.action
    assert "secret" not in f"{error}{error.action}{caplog.text}"


async def test_a_folder_is_no_file_of_credentials(tmp_path: Path) -> None:
    """What the system refuses to read is named in the same way."""
    with pytest.raises(EngineError, match="stt_unauthorized"):
        await Channels("stt", "localhost", "", str(tmp_path)).start()


async def test_a_machine_without_credentials_is_told_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a file nor the application default credentials are there."""
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    with pytest.raises(EngineError) as caught:
        await Channels("stt", "localhost", "", "").start()
    assert caught.value.code == "stt_unauthorized"
    assert "GOOGLE_APPLICATION_CREDENTIALS" in caught.value.action
