"""What can be said over the wire: one frozen message per frame type, with its fields and bounds.

The names are the protocol's own: the JSON fields of a message are the attributes below. Their
numbers stand in ``frame_types``; how they become bytes is ``websocket_protocol``.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

PROTOCOL_VERSION = 1

MAX_TEXT_CHARS = 4_000
"""Longest typed message."""

MIN_FRAME_MS = 10
MAX_FRAME_MS = 200
"""Shortest and longest frame of microphone audio."""

Phase = Literal["listening", "hearing", "thinking", "speaking"]
BargeInMode = Literal["auto", "tap", "hold"]
Count = Annotated[int, Field(ge=0, lt=2**32)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
Tag = Annotated[str, Field(min_length=2, max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$")]

# --- client to server ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """Microphone audio: PCM16 LE, 16 kHz, mono; 20 ms usual, 10-200 ms accepted."""

    pcm: bytes | memoryview


@dataclass(frozen=True, slots=True)
class Config:
    """Settings a learner may change, at any time; what is left out stays as it is."""

    language: Tag | None = None
    voice: Annotated[str, Field(max_length=80)] | None = None
    speaking_rate: Annotated[float, Field(ge=0.5, le=2.0)] | None = None
    silence_timeout_ms: Annotated[int, Field(ge=200, le=5_000)] | None = None
    barge_in: BargeInMode | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A small picture to talk about: JPEG, PNG or WebP, at most 1 MiB."""

    data: bytes


@dataclass(frozen=True, slots=True)
class TextMessage:
    """Something the learner typed instead of saying it."""

    text: Text


@dataclass(frozen=True, slots=True)
class Hello:
    """Introduces a client; may be left out where access is open."""

    version: int = PROTOCOL_VERSION
    ticket: Annotated[str, Field(max_length=4_096)] | None = None
    resume: Annotated[str, Field(max_length=256)] | None = None


@dataclass(frozen=True, slots=True)
class SpeechStart:
    """The client noticed that the learner began to speak."""


@dataclass(frozen=True, slots=True)
class SpeechEnd:
    """The learner's utterance ends now."""


@dataclass(frozen=True, slots=True)
class BargeIn:
    """Stop the tutor now. The fields tell how much of it was played, if the client knows."""

    generation_id: Count | None = None
    played_samples: Count | None = None


@dataclass(frozen=True, slots=True)
class Playback:
    """How far the player has come in a generation, about every 100 ms; ``done`` at its end."""

    generation_id: Count
    played_samples: Count
    done: bool = False


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a ``Pong`` with the same bytes, at most 125 of them."""

    data: bytes = b""


ClientMessage = (
    AudioFrame
    | Config
    | Image
    | TextMessage
    | Hello
    | SpeechStart
    | SpeechEnd
    | BargeIn
    | Playback
    | Ping
)

# --- server to client ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EngineNames:
    """Which engines hear, think and speak in this session, in words for a person."""

    stt: str
    tutor: str
    voice: str


@dataclass(frozen=True, slots=True)
class AudioFormats:
    """Audio in both directions: PCM16 LE mono at these rates; chunk length in samples."""

    input_rate: int = 16_000
    output_rate: int = 24_000
    chunk_samples: int = 4_800


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client must stay within, and how far ahead of its playback the server sends."""

    max_message_bytes: int
    max_image_bytes: int
    max_text_chars: int
    min_frame_ms: int
    max_frame_ms: int
    max_queue_size: int
    lead_ms: int


@dataclass(frozen=True, slots=True)
class Welcome:
    """Opens a session, and answers ``Hello``."""

    version: int
    session_id: str
    resume_token: str
    resumed: bool
    engines: EngineNames
    languages: tuple[str, ...]
    settings: Config
    limits: Limits
    formats: AudioFormats = field(default_factory=AudioFormats)


@dataclass(frozen=True, slots=True)
class TranscriptInterim:
    """The utterance as understood so far; replaces the one before."""

    utterance_id: Count
    text: str
    stability: float


@dataclass(frozen=True, slots=True)
class TranscriptFinal:
    """The utterance as it goes to the tutor."""

    utterance_id: Count
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """Tutor audio: PCM16 LE, 24 kHz, mono; 4,800 samples, fewer in the first and the last."""

    generation_id: Count
    first_sample: Count
    pcm: bytes | memoryview


@dataclass(frozen=True, slots=True)
class AudioComplete:
    """All audio of the generation has been sent."""

    generation_id: Count
    total_samples: Count


@dataclass(frozen=True, slots=True)
class TutorText:
    """The next piece of the answer, and the sample at which the voice begins to say it."""

    generation_id: Count
    delta: str
    first_sample: Count


@dataclass(frozen=True, slots=True)
class TutorNotes:
    """The lesson notes so far, as Markdown; a higher revision replaces a lower one."""

    revision: Count
    markdown: str


@dataclass(frozen=True, slots=True)
class State:
    """Where the conversation stands; ``barge_in`` asks the player to duck or to come back up."""

    phase: Phase
    generation_id: Count
    barge_in: Literal["maybe", "rejected"] | None = None


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The generation ended early; no byte of it follows. Heard by the learner up to here."""

    generation_id: Count
    heard_samples: Count


@dataclass(frozen=True, slots=True)
class Error:
    """Something went wrong: what, and what to do. After a fatal one the server closes."""

    code: str
    message: str
    action: str = ""
    retryable: bool = False
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class TurnMetrics:
    """Stage times of a finished turn in milliseconds; ``None`` where a stage did not happen.

    ``endpointing_ms``: end of speech to end of turn. ``stt_ms``: end of turn to final transcript.
    ``llm_ms``: final transcript to first sentence. ``tts_ms``: first sentence to first audio.
    ``total_ms``: end of speech to first audio.
    """

    generation_id: Count
    endpointing_ms: float | None
    stt_ms: float | None
    llm_ms: float | None
    tts_ms: float | None
    total_ms: float | None
    dropped_frames: Count = 0


@dataclass(frozen=True, slots=True)
class Pong:
    """Answers a ``Ping`` with its bytes."""

    data: bytes = b""


@dataclass(frozen=True, slots=True)
class GoAway:
    """The server will close the connection within ``deadline_ms``; reconnect and resume."""

    reason: str
    deadline_ms: Count


ServerMessage = (
    Welcome
    | TranscriptInterim
    | TranscriptFinal
    | AudioChunk
    | AudioComplete
    | TutorText
    | TutorNotes
    | State
    | Interrupted
    | Error
    | TurnMetrics
    | Pong
    | GoAway
)

Message = ClientMessage | ServerMessage
