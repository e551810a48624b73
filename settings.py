"""Every setting of the service, typed, read once from the environment or a ``.env`` file."""

import logging
import re
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, NoDecode, SettingsConfigDict

from errors import BadSettings

EngineChoice = Literal["auto", "google", "local", "scripted"]
TutorChoice = Literal["auto", "google", "generativeai", "openai", "local", "scripted"]
Thinking = Literal["lowest", "off", "minimal", "low", "medium", "high"]

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?")
"""Language, script and region of BCP 47 (RFC 5646, 2.1): what engines tell apart."""

HOST_AND_PORT = re.compile(r"([\w.-]+|\[[\da-fA-F:]+\]):(?P<port>\d+)")
LOCATION = re.compile(r"[a-z]+(-[a-z]+\d*)*")
ORIGIN = re.compile(r"https?://[^/\s]+", re.IGNORECASE)


def _check_tag(value: str) -> str:
    if not LANGUAGE_TAG.fullmatch(value):
        raise ValueError("should be a language tag such as en-US")
    return value


def _check_address(value: str) -> str:
    match = HOST_AND_PORT.fullmatch(value)
    if value and (match is None or int(match["port"]) > 65_535):
        raise ValueError("should be host:port, such as localhost:8085, without http://")
    return value


def _check_location(value: str) -> str:
    if value and not LOCATION.fullmatch(value):
        raise ValueError("should be a location of Google Cloud, such as europe-west4 or global")
    return value


def _check_origin(value: str) -> str:
    origin = value.rstrip("/")
    if not ORIGIN.fullmatch(origin):
        raise ValueError("should be an origin such as https://tutor.example, without a path")
    return origin


LanguageTag = Annotated[str, AfterValidator(_check_tag)]
EmulatorHost = Annotated[str, AfterValidator(_check_address)]
Location = Annotated[str, AfterValidator(_check_location)]
Origin = Annotated[str, AfterValidator(_check_origin)]
Seconds = Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]

logger = logging.getLogger(__name__)


class Settings(BaseSettings):
    """Settings with safe defaults. The environment variable is the field's name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", frozen=True, extra="ignore", env_ignore_empty=True
    )

    host: str = "127.0.0.1"
    """Address to listen on. Loopback unless told otherwise: a tutor is not public by accident."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    allowed_origins: Annotated[tuple[Origin, ...], NoDecode] = ()
    """Origins besides the page's own that may open a WebSocket, separated by commas."""
    max_sessions: Annotated[int, Field(ge=1, le=100_000)] = 64
    """Sessions one process serves at a time; a further one is refused with 1013."""

    stt_engine: EngineChoice = "auto"
    tutor_engine: TutorChoice = "auto"
    voice_engine: EngineChoice = "auto"
    default_language: LanguageTag = "en-US"
    """Language of a new session (BCP 47). ``LANGUAGE`` alone is gettext's."""

    silence_timeout_ms: Annotated[int, Field(ge=200, le=5_000)] = 800
    """Silence after which an utterance is over."""
    max_utterance_ms: Annotated[int, Field(ge=1_000, le=300_000)] = 30_000
    """Longest utterance; then the turn is taken, so that audio kept in memory is bounded."""
    max_queue_size: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Audio frames waiting to be heard; beyond it the oldest is dropped and counted."""
    chunk_samples: Annotated[int, Field(ge=240, le=24_000)] = 4_800
    """Samples of a tutor audio chunk at 24 kHz (200 ms); the first of a reply may be shorter."""
    lead_ms: Annotated[int, Field(ge=200, le=60_000)] = 2_000
    """How far ahead of the learner's playback the server sends."""
    max_history: Annotated[int, Field(ge=2, le=10_000)] = 40
    """Remarks of the conversation kept for the tutor."""

    max_message_bytes: Annotated[int, Field(ge=8_192, le=16_777_216)] = 65_536
    """Largest WebSocket message, save one that carries a picture."""
    max_image_bytes: Annotated[int, Field(ge=1_024, le=16_777_216)] = 1_048_576
    """Largest picture in an IMAGE frame."""

    stt_timeout_s: Seconds = 6.0
    """Longest wait for the final transcript after the end of an utterance."""
    tutor_timeout_s: Seconds = 10.0
    """Longest wait for the tutor's first words, and between any two."""
    voice_timeout_s: Seconds = 10.0
    """Longest wait for the voice once it has a sentence, and between two pieces of audio."""

    alternative_languages: Annotated[tuple[LanguageTag, ...], NoDecode, Field(max_length=3)] = ()
    """Other languages the learner may fall into (BCP 47), separated by commas; at most three."""
    phrase_hints: Annotated[tuple[str, ...], NoDecode] = ()
    """Words the recognizer should expect, separated by commas."""

    google_application_credentials: str = ""
    """File with the credentials for Google Cloud Speech and Text-to-Speech."""
    google_cloud_project: str = ""
    """Project of Vertex AI; with ``google_cloud_location`` it serves Gemini without a key."""
    google_cloud_location: Location = ""
    google_stt_model: str = "latest_long"
    google_voice: str = "Kore"
    """A Chirp 3 HD voice by its own name, the same in each language, or a voice's full name."""
    speech_emulator_host: EmulatorHost = ""
    """``host:port`` of an emulator to use in place of Google Cloud Speech."""
    tts_emulator_host: EmulatorHost = ""
    """``host:port`` of an emulator to use in place of Google Cloud Text-to-Speech."""

    gemini_api_key: SecretStr = SecretStr("")
    google_api_key: SecretStr = SecretStr("")
    """A key for Gemini under its other usual name; ``gemini_api_key`` goes first."""
    google_gemini_base_url: str = ""
    """Address to use in place of the Gemini API's."""
    gemini_model: str = "gemini-3.5-flash-lite"
    gemini_fallback_model: str = ""
    """Model that answers where the first one failed twice; empty for none."""
    gemini_thinking: Thinking = "lowest"
    """How much to think before the answer; ``lowest`` is what the model's family accepts."""
    gemini_temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = None
    """Left to the model where empty, as Google advises for Gemini 3."""
    gemini_max_output_tokens: Annotated[int, Field(ge=64, le=65_536)] = 2_048
    gemini_first_token_timeout_s: Seconds = 3.0
    """Longest wait for an attempt's first words; then the next attempt begins."""

    openai_base_url: str = "http://127.0.0.1:11434/v1"
    """A server with OpenAI's chat completions. The default is where Ollama listens."""
    openai_model: str = ""
    openai_api_key: SecretStr = SecretStr("")

    @field_validator("gemini_api_key", "google_api_key", "openai_api_key", mode="before")
    @classmethod
    def _strip(cls, value: object) -> object:
        return value.strip() if isinstance(value, str) else value

    @field_validator("allowed_origins", "alternative_languages", "phrase_hints", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value


def read_settings() -> Settings:
    """Return the settings of the environment and of ``.env``.

    Raises:
        BadSettings: A value cannot be; the message names its variable and what is allowed.
    """
    _warn_of_slips()
    try:
        return Settings()
    except ValidationError as error:
        problems = (
            f"{str(problem['loc'][0]).upper()}: {problem['msg'].removeprefix('Value error, ')}"
            # What was read is left out, for it may be a secret under the wrong name.
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise BadSettings(
            "bad_settings",
            "; ".join(dict.fromkeys(problems)) + ".",
            "Correct it in the environment or in the file .env.",
        ) from None


def _warn_of_slips() -> None:
    """Log which names in ``.env`` are nearly those of settings; others may be of other programs."""
    for name in DotEnvSettingsSource(Settings).env_vars:
        if name not in Settings.model_fields:
            for meant in get_close_matches(name, Settings.model_fields, n=1, cutoff=0.85):
                logger.warning(
                    ".env names %s, which is no setting; is it %s?", name.upper(), meant.upper()
                )
