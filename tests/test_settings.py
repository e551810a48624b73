"""Settings: safe defaults, read from the environment, checked before anything starts."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from settings import Settings

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
    ],
)
def test_origins_are_separated_by_commas(
    value: str, origins: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spaces and empty places between the commas do not count."""
    monkeypatch.setenv("ALLOWED_ORIGINS", value)
    assert Settings().allowed_origins == origins


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
