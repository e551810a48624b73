"""How fast the services answer and what they allow; a test changes it while they run.

Each service has a class of its own here, whose fields default to what Google does. Delays are in
milliseconds, limits in the unit of their name.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, PrivateAttr

ServiceName = Literal["stt", "llm", "tts"]


class _Behaviour(BaseModel):
    """Refuses a field it does not know, so that a misspelt change fails."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)


class SpeechBehaviour(_Behaviour):
    """Of Cloud Speech."""

    interim_ms: float = 0
    """Time an interim result takes."""
    final_ms: float = 0
    """Time a final result takes."""
    interim_every_ms: int = 300
    """Audio between two interim results."""
    endpoint_ms: int = 500
    """Silence in the audio after which a result is final."""
    longest_result_s: float = 15
    """Speech after which a result is final at the next gap between words."""
    stream_limit_s: float = 305
    """Longest stream, by the clock and by its audio."""
    audio_timeout_s: float = 10
    """Longest wait for audio."""
    max_audio_bytes: int = 25_600
    """Longest audio in one message."""
    max_pace: float = 0
    """How many times faster than spoken audio may come; 0 is any."""
    detected_language: str = ""
    """The language that is heard, where a client names it or offers it as an alternative."""
    journal_audio: bool = True
    """Whether each audio message becomes a journal entry."""


class GeminiBehaviour(_Behaviour):
    """Of Gemini."""

    first_chunk_ms: float = 0
    """Time until the first chunk of an answer."""
    chunk_ms: float = 0
    """Time between two chunks."""
    chunk_words: int = 3
    """Words in a chunk."""
    replies: tuple[str, ...] = ()
    """Answers to the next requests, in order; after them it makes up its own."""
    thoughts: str = ""
    """A thought that comes before each answer."""
    _replied: int = PrivateAttr(0)

    def next_reply(self) -> str:
        """Return the next of the answers set, empty where there is none left."""
        self._replied += 1
        return next(iter(self.replies[self._replied - 1 :]), "")


class VoiceBehaviour(_Behaviour):
    """Of Cloud Text-to-Speech."""

    first_audio_ms: float = 0
    """Time from the first text of a stream to its first audio."""
    unary_ms: float = 0
    """Time SynthesizeSpeech takes."""
    audio_speed: float = 10
    """How much faster than it plays audio is made."""
    piece_ms: float = 200
    """Audio in one message of a stream."""
    comma_ms: float = 150
    """Pause within a sentence."""
    stop_ms: float = 350
    """Pause after a sentence."""
    idle_limit_s: float = 5
    """Longest wait for the next text of a stream."""
    max_streams: int = 100
    """Streams at a time."""
    requests_per_minute: int | None = None
    """Google allows 200 for these voices; not counted by default, for tests make more."""


class Behaviour(_Behaviour):
    """Of all three."""

    stt: SpeechBehaviour = SpeechBehaviour()
    llm: GeminiBehaviour = GeminiBehaviour()
    tts: VoiceBehaviour = VoiceBehaviour()

    def change(self, service: ServiceName, changes: dict[str, Any]) -> None:
        """Change some fields of a service at once.

        Raises:
            ValueError: There is no such field, or not with such a value.
        """
        present = getattr(self, service)
        setattr(self, service, type(present).model_validate({**present.model_dump(), **changes}))
