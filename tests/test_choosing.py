"""Which engines a service runs on: a table of settings and credentials, and what the log says."""

import json
import logging
from pathlib import Path
from typing import Any, get_args

import pytest

from engines import DETECTORS, RECOGNIZERS, TUTORS, VOICES, create_engines
from engines.choosing import GCLOUD_LOGIN, NO_TUTOR, Machine, choose
from settings import EngineChoice, Settings, TutorChoice

SECRET = "AIza-not-to-be-seen"
PROJECT = {"google_cloud_project": "school"}
VERTEX = PROJECT | {"google_cloud_location": "europe-west4"}

LOCAL = ("local", "local", "local")


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    """A machine without any credentials."""
    return Machine(tmp_path, tmp_path / "product_name")


def settings_with(values: dict[str, Any]) -> Settings:
    """Return settings with these values."""
    return Settings(**values)


def chosen(settings: Settings, machine: Machine) -> tuple[str, str, str]:
    """Return the names of the engines that hear, think and speak."""
    choices = choose(settings, machine)
    return choices.stt.engine, choices.tutor.engine, choices.voice.engine


def log_in(machine: Machine) -> None:
    """Leave what gcloud leaves."""
    assert machine.home is not None
    login = machine.home / GCLOUD_LOGIN
    login.parent.mkdir(parents=True)
    login.write_text("{}")


@pytest.mark.parametrize(
    ("values", "engines"),
    [
        ({}, LOCAL),
        ({"google_application_credentials": "key.json"}, ("google", "local", "google")),
        ({"speech_emulator_host": "localhost:1"}, ("google", "local", "local")),
        ({"tts_emulator_host": "localhost:1"}, ("local", "local", "google")),
        ({"gemini_api_key": SECRET}, ("local", "google", "local")),
        ({"google_api_key": SECRET}, ("local", "google", "local")),
        ({"google_gemini_base_url": "http://localhost:1"}, LOCAL),
        (PROJECT, LOCAL),
        ({"google_cloud_location": "europe-west4"}, LOCAL),
        (VERTEX, ("local", "google", "local")),
        ({"openai_model": "llama"}, ("local", "openai", "local")),
        ({"openai_model": "llama", "gemini_api_key": SECRET}, ("local", "google", "local")),
        (
            {"google_application_credentials": "key.json", "gemini_api_key": SECRET},
            ("google", "google", "google"),
        ),
        (
            {"google_application_credentials": "key.json", "stt_engine": "local"},
            ("local", "local", "google"),
        ),
        ({"gemini_api_key": SECRET, "tutor_engine": "local"}, LOCAL),
        ({"tutor_engine": "google"}, ("local", "google", "local")),
        ({"tutor_engine": "generativeai"}, ("local", "generativeai", "local")),
        (
            {"stt_engine": "local", "tutor_engine": "openai", "voice_engine": "scripted"},
            ("local", "openai", "scripted"),
        ),
    ],
)
def test_settings_choose_the_engines(
    values: dict[str, Any], engines: tuple[str, str, str], bare: Machine
) -> None:
    """An engine that is named is taken; ``auto`` takes whom the settings have credentials for."""
    assert chosen(settings_with(values), bare) == engines


def test_a_login_of_gcloud_serves_speech_and_voice(bare: Machine) -> None:
    """Application default credentials are found where gcloud leaves them; Gemini wants a key."""
    log_in(bare)
    assert chosen(Settings(), bare) == ("google", "local", "google")


@pytest.mark.parametrize(
    ("product", "values", "engines"),
    [
        ("Google Compute Engine\n", PROJECT, ("google", "local", "google")),
        ("Google Compute Engine\n", {}, LOCAL),
        ("Standard PC\n", PROJECT, LOCAL),
    ],
)
def test_a_machine_of_google_serves_with_its_project(
    product: str, values: dict[str, Any], engines: tuple[str, str, str], bare: Machine
) -> None:
    """Its service account is used where a project says so; a rented machine alone says nothing."""
    bare.product_name.write_text(product)
    assert chosen(settings_with(values), bare) == engines


def test_a_machine_without_a_home_has_no_login() -> None:
    """A service that runs for nobody starts all the same."""
    assert not Machine(Path("/nowhere"), Path("/nowhere")).has_gcloud_login()


@pytest.mark.parametrize(
    ("values", "reasons"),
    [
        (
            {"gemini_api_key": SECRET, "google_application_credentials": "key.json"},
            ["GOOGLE_APPLICATION_CREDENTIALS", "GEMINI_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS"],
        ),
        (
            {"tutor_engine": "scripted", "voice_engine": "scripted"},
            ["no credentials", "TUTOR_ENGINE", "VOICE_ENGINE"],
        ),
        (
            VERTEX | {"speech_emulator_host": "localhost:1"},
            ["SPEECH_EMULATOR_HOST", "GOOGLE_CLOUD_LOCATION", "no credentials"],
        ),
    ],
)
def test_a_choice_names_the_setting_that_made_it(
    values: dict[str, Any], reasons: list[str], bare: Machine
) -> None:
    """Whoever wonders learns what to change, and never sees a secret."""
    choices = choose(settings_with(values), bare)
    told = [choice.reason for choice in (choices.stt, choices.tutor, choices.voice)]
    assert all(part in reason for part, reason in zip(reasons, told, strict=True))
    assert SECRET not in json.dumps(told)


def test_the_log_tells_who_hears_thinks_and_speaks(
    caplog: pytest.LogCaptureFixture, bare: Machine
) -> None:
    """One line for each sense: the engine's name, and why it was taken."""
    caplog.set_level(logging.INFO)
    settings = Settings(stt_engine="scripted", voice_engine="scripted")
    engines = create_engines(settings, bare)
    assert caplog.messages == [
        "stt: Scripted (STT_ENGINE is scripted)",
        f"tutor: {engines.tutor.name} ({NO_TUTOR})",
        "voice: Scripted (VOICE_ENGINE is scripted)",
    ]


def test_who_has_no_tutor_reads_every_setting_that_brings_one(bare: Machine) -> None:
    """The last reason names all that was looked for."""
    reason = choose(Settings(), bare).tutor.reason
    names = "GEMINI_API_KEY GOOGLE_API_KEY OPENAI_MODEL GOOGLE_CLOUD_PROJECT GOOGLE_CLOUD_LOCATION"
    assert all(name in reason for name in names.split())


def test_every_name_a_setting_allows_is_in_the_tables() -> None:
    """There is an engine for each name but ``auto``, and a name for each engine."""
    for table in (DETECTORS, RECOGNIZERS, VOICES):
        assert {"auto", *table} == set(get_args(EngineChoice))
    assert {"auto", *TUTORS} == set(get_args(TutorChoice))
