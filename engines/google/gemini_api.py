"""The way to Gemini: by a key, or by the credentials of a project on Vertex AI.

Everything the client library would otherwise take from the environment is set here, since what it
finds there changes how it behaves.
"""

import asyncio
from dataclasses import dataclass

import google.auth
import httpx2
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError
from google.genai import Client, types
from google.oauth2.credentials import Credentials as TokenCredentials

from errors import EngineError
from settings import Settings

GEMINI_URL = "https://generativelanguage.googleapis.com/"
VERTEX_URL = "https://{location}-aiplatform.googleapis.com/"
VERTEX_URLS = {
    "global": "https://aiplatform.googleapis.com/",
    "us": "https://aiplatform.us.rep.googleapis.com/",
    "eu": "https://aiplatform.eu.rep.googleapis.com/",
}
"""Addresses of the locations that are more than one region."""

SCOPE = "https://www.googleapis.com/auth/cloud-platform"

LIMITS = httpx2.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=120.0)
"""A connection is one answer under way. One kept for the next turn saves its handshake."""

TIMEOUT_MS = 120_000
"""Longest wait for any one thing of the network. The tutor's own clocks are far shorter; the
service takes this for the longest answer."""

KEY_SETTING = "GEMINI_API_KEY"
CREDENTIALS_SETTING = "GOOGLE_APPLICATION_CREDENTIALS"


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks Gemini: whoever holds the key, or a project on Vertex AI.

    Args:
        key: The key; empty for Vertex AI.
        project: The project on Vertex AI.
        location: Where it runs, for example ``europe-west4`` or ``global``.
        base_url: Address to use in place of the service's.
        credentials_file: File with the project's credentials; empty for those of the machine.
    """

    key: str = ""
    project: str = ""
    location: str = ""
    base_url: str = ""
    credentials_file: str = ""

    @property
    def setting(self) -> str:
        """Name of the setting that says who asks."""
        return KEY_SETTING if self.key else CREDENTIALS_SETTING


def find_access(settings: Settings) -> Access:
    """Return who asks Gemini; a key goes before a project.

    Raises:
        EngineError: The settings name neither.
    """
    base_url = settings.google_gemini_base_url
    key = (settings.gemini_api_key or settings.google_api_key).get_secret_value().strip()
    if key:
        return Access(key=key, base_url=base_url)
    project, location = settings.google_cloud_project, settings.google_cloud_location
    if project and location:
        file = settings.google_application_credentials
        return Access("", project, location, base_url, file)
    raise EngineError(
        "tutor_unauthorized",
        f"{KEY_SETTING} is not set, and Gemini answers nobody without a key.",
        f"Put a key into {KEY_SETTING}, or name a project of Vertex AI in GOOGLE_CLOUD_PROJECT"
        " and GOOGLE_CLOUD_LOCATION.",
    )


class Connection:
    """The client of Gemini and the connections it keeps; belongs to the loop it is opened in.

    Args:
        client: The client; it is kept whole, for one that is dropped closes its connections.
        http: The HTTP client it works with.
    """

    def __init__(self, client: Client, http: httpx2.AsyncClient):
        self._client = client
        self._http = http
        self.models = client.aio.models

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aio.aclose()
        self._client.close()
        await self._http.aclose()


async def connect(access: Access) -> Connection:
    """Return a client that is ready for its first request; nothing is sent yet.

    Raises:
        EngineError: There are no credentials for Vertex AI, or they cannot be read.
    """
    try:
        credentials = None if access.key else await asyncio.to_thread(_load_credentials, access)
    except (GoogleAuthError, OSError, ValueError):
        raise EngineError(
            "tutor_unauthorized",
            f"There are no credentials for Vertex AI, or {CREDENTIALS_SETTING} cannot be read.",
            f"Set {CREDENTIALS_SETTING} to a file of credentials, or {KEY_SETTING} to a key.",
        ) from None
    await asyncio.to_thread(_build_types)
    # An HTTP client of our own, or the library takes aiohttp's where that is installed, which
    # behaves otherwise.
    http = httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(limits=LIMITS))
    return Connection(_create_client(access, credentials, http), http)


def _build_types() -> None:
    """Build what the client builds at its first use, which would stop the event loop for 60 ms."""
    for model in (types.Content, types.GenerateContentConfig, types.GenerateContentResponse):
        model.model_rebuild()


def _create_client(
    access: Access, credentials: Credentials | None, http: httpx2.AsyncClient
) -> Client:
    options = types.HttpOptions(
        api_version="v1beta" if access.key else "v1beta1",
        base_url=_base_url(access),
        timeout=TIMEOUT_MS,
        httpx_async_client=http,
    )
    if access.key:
        return Client(vertexai=False, api_key=access.key, http_options=options)
    return Client(
        vertexai=True,
        project=access.project,
        location=access.location,
        credentials=credentials,
        http_options=options,
    )


def _base_url(access: Access) -> str:
    if access.base_url or access.key:
        return access.base_url or GEMINI_URL
    return VERTEX_URLS.get(access.location, VERTEX_URL).format(location=access.location)


def _load_credentials(access: Access) -> Credentials:
    """Return the credentials for Vertex AI; reads files, and may ask the metadata server."""
    credentials: Credentials
    if access.credentials_file:
        load = google.auth.load_credentials_from_file
        credentials, _ = load(access.credentials_file, scopes=[SCOPE])  # type: ignore[no-untyped-call]
    elif access.base_url:
        credentials = TokenCredentials("none")  # type: ignore[no-untyped-call]  # for emulators
    else:
        credentials, _ = google.auth.default(scopes=[SCOPE])
    return credentials
