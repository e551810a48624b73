"""The client of Gemini and its connections.

Everything the client library would otherwise take from the environment is set here, since what it
finds there changes how it behaves.
"""

import asyncio
import ssl

import httpx2
from google.genai import Client, types

from engines.google.gemini.access import Access
from engines.google.gemini.tokens import Tokens

LIMITS = httpx2.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=120.0)
"""A connection is one answer under way. One kept for the next turn saves its handshake."""

TIMEOUT_MS = 120_000
"""Longest wait for any one thing of the network. The tutor's own clocks are far shorter; the
service takes this for the longest answer."""

REHEARSED_ANSWER = (
    'data: {"candidates": [{"content": {"parts": [{"text": "."}]}, "finishReason": "STOP"}]}\n\n'
)


class Connection:
    """The client of Gemini and the connections it keeps; belongs to the loop it is opened in.

    Args:
        client: The client; it is kept whole, for one that is dropped closes its connections.
        http: The HTTP client it works with.
        tokens: Keeps its token fresh.
    """

    def __init__(self, client: Client, http: httpx2.AsyncClient, tokens: Tokens):
        self._client = client
        self._http = http
        self._tokens = tokens
        self.models = client.aio.models

    async def renew_token(self) -> None:
        """See that the next request finds a token that is good; to be called before each.

        Raises:
            GoogleAuthError: None can be had.
        """
        await self._tokens.renew()

    async def aclose(self) -> None:
        """Close the connections."""
        self._tokens.close()
        await self._client.aio.aclose()
        self._client.close()
        await self._http.aclose()


async def connect(access: Access) -> Connection:
    """Return a client that is ready for its first request; nothing is sent yet.

    Raises:
        EngineError: There are no credentials, or they cannot be read.
    """
    await asyncio.to_thread(_rehearse)
    return await asyncio.to_thread(_connect_securely, access)


def _rehearse() -> None:
    """Make a request that goes nowhere, in a thread.

    The client builds what it needs at its first request, which would stop the event loop for 60 ms.
    """
    asyncio.run(_ask_nobody())


async def _ask_nobody() -> None:
    answer = httpx2.Response(200, text=REHEARSED_ANSWER)
    nobody = httpx2.MockTransport(lambda _: answer)
    connection = _connect(Access(key="none"), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), nobody)
    config: types.GenerateContentConfigDict = {"system_instruction": ".", "max_output_tokens": 1}
    async for _ in await connection.models.generate_content_stream(
        model="none", contents=".", config=config
    ):
        pass
    await connection.aclose()


def _connect_securely(access: Access) -> Connection:
    tls = httpx2.create_ssl_context()
    return _connect(access, tls, httpx2.AsyncHTTPTransport(verify=tls, limits=LIMITS))


def _connect(
    access: Access, tls: ssl.SSLContext, transport: httpx2.AsyncBaseTransport
) -> Connection:
    credentials = access.load_credentials()
    # An HTTP client of our own, or the library takes aiohttp's where that is installed, which
    # behaves otherwise.
    http = httpx2.AsyncClient(transport=transport, verify=tls)
    options = types.HttpOptions(
        api_version="v1beta" if access.key else "v1beta1",
        base_url=access.url,
        timeout=TIMEOUT_MS,
        httpx_async_client=http,
        client_args={"verify": tls},
        async_client_args={"verify": tls, "ssl": tls},
    )
    if access.key:
        client = Client(vertexai=False, api_key=access.key, http_options=options)
    else:
        client = Client(
            vertexai=True,
            project=access.project,
            location=access.location,
            credentials=credentials,
            http_options=options,
        )
    return Connection(client, http, Tokens(credentials))
