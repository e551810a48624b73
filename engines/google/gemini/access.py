"""Who asks Gemini: whoever holds a key, or a project on Vertex AI with its credentials."""

from dataclasses import dataclass

import google.auth
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError
from google.oauth2.credentials import Credentials as TokenCredentials

from engines.tutoring.checks import check_key, check_url
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

KEY_SETTING = "GEMINI_API_KEY"
OTHER_KEY_SETTING = "GOOGLE_API_KEY"
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
        key_setting: Name of the setting that holds the key.
    """

    key: str = ""
    project: str = ""
    location: str = ""
    base_url: str = ""
    credentials_file: str = ""
    key_setting: str = KEY_SETTING

    @property
    def setting(self) -> str:
        """Name of the setting that says who asks."""
        return self.key_setting if self.key else CREDENTIALS_SETTING

    @property
    def url(self) -> str:
        """The service's address."""
        if self.base_url or self.key:
            return self.base_url or GEMINI_URL
        return VERTEX_URLS.get(self.location, VERTEX_URL).format(location=self.location)

    def load_credentials(self) -> Credentials | None:
        """Return the credentials for Vertex AI, ``None`` for a key.

        Reads files, and may ask the machine's metadata server.

        Raises:
            EngineError: There are none, or they cannot be read.
        """
        try:
            return None if self.key else self._load()
        except (GoogleAuthError, OSError, ValueError, AttributeError, TypeError):
            # The last two where the file is JSON of another shape.
            raise EngineError(
                "tutor_unauthorized",
                f"There are no credentials for Vertex AI, or {CREDENTIALS_SETTING} cannot be read.",
                f"Set {CREDENTIALS_SETTING} to a file of credentials, or {KEY_SETTING} to a key.",
            ) from None

    def _load(self) -> Credentials:
        credentials: Credentials
        if self.credentials_file:
            load = google.auth.load_credentials_from_file
            credentials, _ = load(self.credentials_file, scopes=[SCOPE])  # type: ignore[no-untyped-call]
        elif self.base_url:
            credentials = TokenCredentials("none")  # type: ignore[no-untyped-call]  # for emulators
        else:
            credentials, _ = google.auth.default(scopes=[SCOPE])
        return credentials


def find_access(settings: Settings) -> Access:
    """Return who asks Gemini; a key goes before a project.

    Raises:
        EngineError: The settings name neither, or hold what is no key or no address.
    """
    base_url = settings.google_gemini_base_url
    if base_url:
        check_url("GOOGLE_GEMINI_BASE_URL", base_url)
    keys = {KEY_SETTING: settings.gemini_api_key, OTHER_KEY_SETTING: settings.google_api_key}
    for setting, key in keys.items():
        if key:
            check_key(setting, key.get_secret_value())
            return Access(key.get_secret_value(), base_url=base_url, key_setting=setting)
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
