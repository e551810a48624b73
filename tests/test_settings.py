"""Settings: safe defaults, read from the environment, checked before anything starts."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from settings import Settings, read_settings

DEFAULTS = {
    "silence_timeout_ms": 800,
    "max_queue_size": 100,
    "chunk_samples": 4_800,
    "lead_ms": 2_000,
    "max_message_bytes": 65_536,
}


def test_it_listens_on_loopback_unless_told_otherwise() -> None:
    """A tutor is not public by accident."""
    assert (Settings().host, Settings().port) == ("127.0.0.1", 8000)


@pytest.mark.parametrize(("name", "value"), DEFAULTS.items())
def test_the_prescribed_defaults_hold(name: str, value: int) -> None:
    """The figures that the specification names are the defaults."""
    assert getattr(Settings(), name) == value


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is the field's name in capitals."""
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("SILENCE_TIMEOUT_MS", "500")
    settings = Settings()
    assert (settings.port, settings.silence_timeout_ms) == (9000, 500)


def test_an_env_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in the file counts, and the environment overrules it."""
    (tmp_path / "settings.env").write_text("PORT=9000\nDEFAULT_LANGUAGE=de-DE\n")
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / "settings.env")
    monkeypatch.setenv("PORT", "9001")
    settings = Settings()
    assert (settings.port, settings.default_language) == (9001, "de-DE")


def test_an_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """``PORT=`` in a file or a shell does not break the start."""
    monkeypatch.setenv("PORT", "")
    assert Settings().port == 8000


def test_a_stranger_in_the_env_file_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file may hold variables of other programs."""
    (tmp_path / "settings.env").write_text("SOMETHING_ELSE=1\n")
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / "settings.env")
    assert Settings().port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "65536"),
        ("max_sessions", "0"),
        ("silence_timeout_ms", "100"),
        ("max_queue_size", "0"),
        ("stt_engine", "nonsense"),
        ("max_message_bytes", "-5"),
        ("max_image_bytes", "-1"),
        ("lead_ms", "999999999"),
        ("chunk_samples", "2400000"),
        ("max_utterance_ms", "999999999"),
        ("stt_timeout_s", "inf"),
        ("tutor_timeout_s", "nan"),
        ("gemini_temperature", "nan"),
        ("default_language", "xx-XX-"),
        ("default_language", "english"),
        ("alternative_languages", "de-DE,french"),
        ("speech_emulator_host", "http://localhost:8085"),
        ("tts_emulator_host", "localhost"),
        ("tts_emulator_host", "localhost:99999"),
        ("google_cloud_location", "Europe West"),
        ("allowed_origins", "https://a.example/page"),
        ("allowed_origins", "a.example"),
    ],
)
def test_a_value_out_of_range_names_its_setting(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake stops the start and says where it is."""
    monkeypatch.setenv(name.upper(), value)
    with pytest.raises(ValidationError, match=name):
        Settings()


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("https://a.example", ("https://a.example",)),
        (" https://a.example , https://b.example ,", ("https://a.example", "https://b.example")),
        (",", ()),
        ("https://a.example/", ("https://a.example",)),
    ],
)
def test_origins_are_separated_by_commas(
    value: str, origins: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spaces and empty places between the commas do not count."""
    monkeypatch.setenv("ALLOWED_ORIGINS", value)
    assert Settings().allowed_origins == origins


@pytest.mark.parametrize("tag", ["en", "en-US", "es-419", "zh-Hans-CN", "cmn-CN"])
def test_languages_go_by_their_tags(tag: str) -> None:
    """A script and a region may stand in them."""
    assert Settings(default_language=tag).default_language == tag


@pytest.mark.parametrize(
    "host", ["localhost:8085", "127.0.0.1:1", "[::1]:8085", "stt.a-b.example:9"]
)
def test_an_emulator_has_host_and_port(host: str) -> None:
    """Names and addresses of both kinds will do."""
    assert Settings(speech_emulator_host=host, tts_emulator_host=host).tts_emulator_host == host


def test_every_number_has_a_limit() -> None:
    """No setting makes what is kept or waited for endless."""
    numbers = [
        field for field in Settings.model_fields.values() if field.annotation in (int, float)
    ]
    assert len(numbers) >= 15
    assert all(any(hasattr(rule, "le") for rule in field.metadata) for field in numbers)


@pytest.mark.parametrize(
    ("line", "warnings"),
    [
        (
            "GEMINI_APIKEY=x",
            [".env names GEMINI_APIKEY, which is no setting; is it GEMINI_API_KEY?"],
        ),
        ("SOMETHING_ELSE=x", []),
        ("GEMINI_API_KEY=x", []),
    ],
)
def test_a_setting_that_is_nearly_one_is_warned_of(
    line: str,
    warnings: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A slip in the file would be passed over in silence; its value is not shown."""
    (tmp_path / ".env").write_text(f"{line}\n")
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    read_settings()
    assert caplog.messages == warnings


@pytest.mark.parametrize("name", ["gemini_api_key", "google_api_key", "openai_api_key"])
def test_a_key_of_spaces_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spaces around a key that was pasted do not count, and a key is never shown."""
    monkeypatch.setenv(name.upper(), "  ")
    assert not getattr(Settings(), name)
    monkeypatch.setenv(name.upper(), " secret\t")
    assert getattr(Settings(), name).get_secret_value() == "secret"
    assert "secret" not in repr(Settings())


def test_settings_do_not_change() -> None:
    """They are read once; what runs can rely on them."""
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1
