"""Every setting of the service, typed, read once from the environment or a ``.env`` file."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

EngineChoice = Literal["auto", "local", "scripted"]


class Settings(BaseSettings):
    """Settings with safe defaults. The environment variable is the field's name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", frozen=True, extra="ignore", env_ignore_empty=True
    )

    host: str = "127.0.0.1"
    """Address to listen on. Loopback unless told otherwise: a tutor is not public by accident."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins besides the page's own that may open a WebSocket, separated by commas."""
    max_sessions: Annotated[int, Field(ge=1)] = 64
    """Sessions one process serves at a time; a further one is refused with 1013."""

    stt_engine: EngineChoice = "auto"
    tutor_engine: EngineChoice = "auto"
    voice_engine: EngineChoice = "auto"
    default_language: str = "en-US"
    """Language of a new session (BCP 47). ``LANGUAGE`` alone is gettext's."""

    silence_timeout_ms: Annotated[int, Field(ge=200, le=5_000)] = 800
    """Silence after which an utterance is over."""
    max_utterance_ms: Annotated[int, Field(ge=1_000)] = 30_000
    """Longest utterance; then the turn is taken, so that audio kept in memory is bounded."""
    max_queue_size: Annotated[int, Field(ge=1)] = 100
    """Audio frames waiting to be heard; beyond it the oldest is dropped and counted."""
    chunk_samples: Annotated[int, Field(ge=240)] = 4_800
    """Samples of a tutor audio chunk at 24 kHz (200 ms); the first of a reply may be shorter."""
    lead_ms: Annotated[int, Field(ge=200)] = 2_000
    """How far ahead of the learner's playback the server sends."""
    max_history: Annotated[int, Field(ge=2)] = 40
    """Remarks of the conversation kept for the tutor."""

    max_message_bytes: int = 65_536
    """Largest WebSocket message, save one that carries a picture."""
    max_image_bytes: int = 1_048_576
    """Largest picture in an IMAGE frame."""

    stt_timeout_s: Annotated[float, Field(gt=0)] = 6.0
    """Longest wait for the final transcript after the end of an utterance."""
    tutor_timeout_s: Annotated[float, Field(gt=0)] = 10.0
    """Longest wait for the tutor's first words, and between any two."""
    voice_timeout_s: Annotated[float, Field(gt=0)] = 10.0
    """Longest wait for the voice once it has a sentence, and between two pieces of audio."""

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(origin.strip() for origin in value.split(",") if origin.strip())
        return value
