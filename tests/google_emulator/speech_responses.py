"""The responses of a stream, as Cloud Speech words them; and those it never should send.

Languages come back in lower case (``"en-us"``), and every text after the first result begins with
a space, as with the real service.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from google.cloud.speech_v1 import types

from tests.google_emulator.behaviour import SpeechBehaviour
from tests.google_emulator.transcriber import Guess, Result

Response = types.StreamingRecognizeResponse.pb()
EventType = types.StreamingRecognizeResponse.SpeechEventType
STABLE = 0.9
UNSTABLE = 0.01
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A response, the journal entry it makes, and the time it takes."""

    response: Any
    event: str
    details: dict[str, Any]
    delay_ms: float = 0


class Responses:
    """Words the responses of one stream.

    Args:
        language: The language heard.
        behaviour: How long they take.
    """

    def __init__(self, language: str, behaviour: SpeechBehaviour):
        self._language = language
        self._behaviour = behaviour
        self._begin = ""

    def interim(self, guess: Guess) -> Outgoing:
        """Return a response with the stable part and the tail of a guess."""
        response = Response()
        tail = f" {guess.tail}" if guess.stable else guess.tail
        begin = self._begin
        for text, stability in ((guess.stable, STABLE), (tail, UNSTABLE)):
            if text:
                result = self._add(response, begin + text, guess.end_ms)
                result.stability = stability
                begin = ""
        details = {"text": f"{guess.stable}{tail}", "end_ms": guess.end_ms}
        return Outgoing(response, "interim", details, self._behaviour.interim_ms)

    def final(self, result: Result) -> Outgoing:
        """Return a response with a final result."""
        response = Response()
        final = self._add(response, self._begin + result.text, result.end_ms)
        final.is_final = True
        final.alternatives[0].confidence = CONFIDENCE
        self._begin = " "
        details = {"text": result.text, "end_ms": result.end_ms, "language": self._language}
        return Outgoing(response, "final", details, self._behaviour.final_ms)

    def _add(self, response: Any, text: str, end_ms: float) -> Any:
        result = response.results.add(language_code=self._language.lower())
        result.alternatives.add(transcript=text)
        result.result_end_time.FromTimedelta(timedelta(milliseconds=end_ms))
        return result


def activity(event: int, at_ms: int) -> Outgoing:
    """Return a response that tells of voice activity."""
    response = Response(speech_event_type=event)
    response.speech_event_time.FromTimedelta(timedelta(milliseconds=at_ms))
    return Outgoing(response, "activity", {"type": EventType(event).name, "at_ms": at_ms})


def billed(audio_ms: int) -> Outgoing:
    """Return the last response of a stream that ends well."""
    response = Response()
    response.total_billed_time.FromTimedelta(timedelta(milliseconds=audio_ms))
    return Outgoing(response, "billed", {"audio_ms": audio_ms})


def garbage(names: list[str]) -> list[Outgoing]:
    """Return responses that no client should trip over.

    Args:
        names: Which of them, by their names in ``GARBAGE``; empty for all.
    """
    return [_garble(name) for name in names or GARBAGE]


def _garble(name: str) -> Outgoing:
    response = Response()
    for fields in GARBAGE[name]:
        result = response.results.add(**{key: fields[key] for key in fields if key in PLAIN})
        if "text" in fields:
            result.alternatives.add(transcript=fields["text"])
        result.result_end_time.FromTimedelta(timedelta(seconds=fields.get("end_s", 0)))
    return Outgoing(response, "garbage", {"name": name})


PLAIN = ("is_final", "stability")
GARBAGE: dict[str, list[dict[str, Any]]] = {
    "no_results": [],
    "no_alternatives": [{"is_final": True}],
    "empty_final": [{"is_final": True, "text": "", "end_s": 0}],
    "empty_final_ahead": [{"is_final": True, "text": "", "end_s": 10_000}],
    "blank_interim": [{"text": "  ", "stability": 0.9}],
    "past_interim": [{"text": "", "stability": 0.9, "end_s": -5}],
    "odd_stability": [{"text": "", "stability": float("nan"), "end_s": 10_000}],
}
"""What is wrong, and the results of such a response."""
