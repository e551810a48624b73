"""Who asks Gemini, and where: from the settings alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from google.oauth2.credentials import Credentials

from engines.google.gemini.access import Access, find_access
from errors import EngineError
from settings import Settings

pytestmark = pytest.mark.filterwarnings(
    # Google warns of files from strangers; this one is the operator's own.
    "ignore:The load_credentials_from_file method is deprecated:DeprecationWarning"
)

VERTEX: dict[str, Any] = {"google_cloud_project": "school", "google_cloud_location": "global"}


def given(**changes: Any) -> Settings:
    """Return the settings with these changes."""
    return Settings(**changes)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("global", "https://aiplatform.googleapis.com/"),
        ("us", "https://aiplatform.us.rep.googleapis.com/"),
        ("eu", "https://aiplatform.eu.rep.googleapis.com/"),
        ("europe-west4", "https://europe-west4-aiplatform.googleapis.com/"),
    ],
)
def test_each_location_has_its_address(location: str, url: str) -> None:
    """Those of one region, and those of more."""
    assert find_access(given(**{**VERTEX, "google_cloud_location": location})).url == url


def test_a_key_has_an_address_of_its_own() -> None:
    """And goes before a project."""
    access = find_access(given(gemini_api_key="a-key", **VERTEX))
    assert access.url == "https://generativelanguage.googleapis.com/"
    assert access.load_credentials() is None


def test_credentials_come_from_the_file_that_is_set(tmp_path: Path) -> None:
    """Even where an address is set in place of the service's."""
    file = tmp_path / "credentials.json"
    user = {"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}
    file.write_text(json.dumps(user))
    settings = given(
        google_application_credentials=str(file), google_gemini_base_url="http://vertex", **VERTEX
    )
    credentials = find_access(settings).load_credentials()
    assert isinstance(credentials, Credentials)
    assert credentials.refresh_token == "c"


def test_a_file_that_is_missing_is_named() -> None:
    """The message says which setting names it."""
    access = Access(project="school", location="global", credentials_file="nowhere.json")
    with pytest.raises(EngineError, match="GOOGLE_APPLICATION_CREDENTIALS") as caught:
        access.load_credentials()
    assert caught.value.code == "tutor_unauthorized"


@pytest.mark.parametrize("key", ["“quoted”", "two\nlines", "two words"])
@pytest.mark.parametrize("setting", ["gemini_api_key", "google_api_key"])
def test_what_cannot_be_a_key_is_named(setting: str, key: str) -> None:
    """It would fail every turn, for no header can carry it."""
    with pytest.raises(EngineError, match=setting.upper()) as caught:
        find_access(given(**{setting: key}))
    assert caught.value.code == "tutor_unauthorized"
    assert key not in str(caught.value)


@pytest.mark.parametrize("url", ["gemini.school.example", "127.0.0.1:8080", "http://host:port"])
def test_what_cannot_be_an_address_is_named(url: str) -> None:
    """One without its scheme would fail every turn."""
    with pytest.raises(EngineError, match="GOOGLE_GEMINI_BASE_URL") as caught:
        find_access(given(gemini_api_key="a-key", google_gemini_base_url=url))
    assert caught.value.code == "tutor_rejected"
