"""The voice activity events of a stream. Their timeouts count audio, not the clock."""

from typing import Any

from tests.google_emulator.speech_responses import EventType, Outgoing, activity
from tests.google_emulator.transcriber import Heard, SpeechBegan, SpeechEnded


class VoiceActivity:
    """Tells of speech that begins and ends, where the client asked for that.

    Args:
        config: The ``StreamingRecognitionConfig`` of the stream.
    """

    def __init__(self, config: Any):
        timeouts = config.voice_activity_timeout
        self._wanted = config.enable_voice_activity_events
        self._start_ms = timeouts.speech_start_timeout.ToMilliseconds()
        self._end_ms = timeouts.speech_end_timeout.ToMilliseconds()
        self._quiet_since_ms = 0
        self._limit_ms = self._start_ms

    def tell(self, heard: Heard) -> list[Outgoing]:
        """Return the event for what was heard, if it is one."""
        match heard:
            case SpeechBegan(at_ms):
                self._limit_ms = 0
                return self._send(EventType.SPEECH_ACTIVITY_BEGIN, at_ms)
            case SpeechEnded(at_ms):
                self._quiet_since_ms = at_ms
                self._limit_ms = self._end_ms
                return self._send(EventType.SPEECH_ACTIVITY_END, at_ms)
        return []

    def time_out(self, now_ms: int) -> list[Outgoing]:
        """Return the event of a silence that has become too long, once."""
        if not self._limit_ms or now_ms - self._quiet_since_ms < self._limit_ms:
            return []
        self._limit_ms = 0
        return self._send(EventType.SPEECH_ACTIVITY_TIMEOUT, now_ms)

    def _send(self, event: int, at_ms: int) -> list[Outgoing]:
        return [activity(event, at_ms)] if self._wanted else []
