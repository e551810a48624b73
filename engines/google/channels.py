"""Connections to one Google service, shared by all sessions."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import google.auth
import grpc.aio  # type: ignore[import-untyped]  # ships no type hints
from google.api_core.grpc_helpers_async import create_channel
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError

from engines.google.faults import CREDENTIALS, Stage
from errors import EngineError

CALLS_PER_CONNECTION = 80
"""Calls on a connection before another one is opened. Google allows 100 streams on each; one more
would wait without a word, or fail."""

MAX_CONNECTIONS = 16
"""Connections at most; beyond their calls the least busy takes more."""

WARM_UP_S = 2.0
"""Longest wait for the first connection at the start; one that is late serves all the same."""

SCOPE = "https://www.googleapis.com/auth/cloud-platform"

OPTIONS = (
    # Channels of one target share a connection otherwise, with its limit of streams.
    ("grpc.use_local_subchannel_pool", 1),
    # A dead connection is noticed after 40 s; not by pings without a call, which servers punish.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # Calls fail at once between two attempts to connect. That time grows to two minutes unless
    # told otherwise, long after the service is back; an attempt itself may take five seconds.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    # Each caller knows better than gRPC what it may send again.
    ("grpc.enable_retries", 0),
)

PLUGIN_LOGGER = logging.getLogger("grpc._plugin_wrapping")
"""Logs a traceback of a hundred lines for each call that gets no token; we log one line of it."""

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Connection:
    """One HTTP/2 connection and how busy it is."""

    channel: grpc.aio.Channel
    calls: int = 0
    is_suspect: bool = False
    """Whether it swallowed a call without a word; it gets no further ones."""


class Channels:
    """A bounded pool of connections, of which the least busy takes the next call.

    Args:
        stage: Begins the codes of the errors.
        host: The service, for example ``"speech.googleapis.com"``.
        emulator_host: ``host:port`` to use in its place, without encryption or credentials.
        credentials_file: Any file Google's libraries understand; empty for the application
            default credentials of the machine.
    """

    def __init__(self, stage: Stage, host: str, emulator_host: str, credentials_file: str):
        self._stage = stage
        self._host = host
        self._emulator_host = emulator_host
        self._credentials_file = credentials_file
        self._credentials: Credentials | None = None
        self._connections: list[Connection] = []

    @property
    def calls(self) -> int:
        """Calls under way."""
        return sum(connection.calls for connection in self._connections)

    @property
    def connections(self) -> int:
        """Connections held."""
        return len(self._connections)

    async def start(self) -> None:
        """Load the credentials and connect; a service that cannot be reached yet is no error.

        Raises:
            EngineError: There are no credentials, or they cannot be read.
        """
        PLUGIN_LOGGER.addFilter(_drop)
        if not self._emulator_host:
            self._credentials = await asyncio.to_thread(self._load_credentials)
        connection = self._connect()
        try:
            async with asyncio.timeout(WARM_UP_S):
                await connection.channel.channel_ready()
        except TimeoutError:
            logger.warning("%s cannot be reached yet", self._emulator_host or self._host)

    async def aclose(self) -> None:
        """Close the connections and with them the calls under way."""
        connections, self._connections = self._connections, []
        for connection in connections:
            await connection.channel.close()

    @contextmanager
    def lease(self, avoided: Connection | None = None) -> Iterator[Connection]:
        """Lend a connection for one call.

        Its channel is bound to the running loop; the call must be over when the block ends.

        Args:
            avoided: One that may be dead; another is lent as long as there may be more.
        """
        connection = self._least_busy(avoided)
        connection.calls += 1
        try:
            yield connection
        finally:
            connection.calls -= 1
            if connection.is_suspect:
                # Without a reference left, the channel closes by itself.
                with suppress(ValueError):
                    self._connections.remove(connection)

    def _least_busy(self, avoided: Connection | None) -> Connection:
        trusted = [each for each in self._connections if not each.is_suspect and each != avoided]
        least = min(trusted, key=lambda connection: connection.calls, default=None)
        if least is None:
            return self._connect()
        if least.calls >= CALLS_PER_CONNECTION and len(self._connections) < MAX_CONNECTIONS:
            return self._connect()
        return least

    def _connect(self) -> Connection:
        if self._emulator_host:
            channel = grpc.aio.insecure_channel(self._emulator_host, options=OPTIONS)
        else:
            channel = create_channel(
                f"{self._host}:443",
                credentials=self._credentials,
                default_scopes=[SCOPE],
                default_host=self._host,
                options=OPTIONS,
            )
        connection = Connection(channel)
        self._connections.append(connection)
        return connection

    def _load_credentials(self) -> Credentials:
        """Return the credentials; reads files, and may ask the machine's metadata server."""
        try:
            if self._credentials_file:
                return _load_file(self._credentials_file)
            credentials, _ = google.auth.default(default_scopes=[SCOPE])
        except (GoogleAuthError, OSError, ValueError, AttributeError, TypeError) as error:
            # The last two where the file is JSON of another shape.
            raise self._explain(error) from error
        else:
            return credentials

    def _explain(self, error: Exception) -> EngineError:
        logger.warning("no credentials for the %s engine: %s", self._stage, type(error).__name__)
        code, choice = f"{self._stage}_unauthorized", f"{self._stage.upper()}_ENGINE"
        if self._credentials_file:
            message = f"The file that {CREDENTIALS} names holds no credentials or cannot be read."
        else:
            message = "There are no credentials for Google Cloud."
        action = f"Set {CREDENTIALS} to a file of credentials, or choose another {choice}."
        return EngineError(code, message, action)


def _drop(_: logging.LogRecord) -> bool:
    """Keep a record out of the log."""
    return False


def hang_up(call: grpc.aio.Call) -> None:
    """End a call, also one that a failed write has ended for grpc.aio alone.

    Its core would keep that one, and a task with it, until the deadline if answers are unread
    (https://github.com/grpc/grpc/issues/36066); and only its core can be told.
    """
    if not call.cancel():
        call._cython_call.cancel("hung up")


def _load_file(path: str) -> Credentials:
    load = google.auth.load_credentials_from_file
    credentials: Credentials
    credentials, _ = load(path, default_scopes=[SCOPE])  # type: ignore[no-untyped-call]
    return credentials
