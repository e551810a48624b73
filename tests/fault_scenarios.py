"""How each row of the fault tables is brought about."""

from dataclasses import dataclass, field, replace
from typing import Any

from tests.google_emulator.faults import Fault

FOR_EVER = None
"""As ``times``: every call is struck."""

LONG = 60.0
"""Seconds that no turn lasts."""

HALF: dict[str, Any] = {"where": "seconds", "after": 0.7}
"""In the middle of the spoken question."""

FIRST_SENTENCE: dict[str, Any] = {"where": "messages", "after": 3}
"""When the tutor has written the first sentence, and the first word of the next."""

FALLBACK: dict[str, Any] = {"gemini_fallback_model": "gemini-2.5-flash"}

WITHOUT_STREAMS = "en-US-Neural2-C"
"""A voice that is asked for one sentence at a time."""

MID_SENTENCE: dict[str, Any] = {"where": "messages", "after": 3}
"""When the voice is in the first sentence."""

SENTENCE_END: dict[str, Any] = {"where": "messages", "after": 13}
"""When it has said the first sentence, of 2.44 s with the pause after it."""

SLOW_WRITER: dict[str, Any] = {"llm": {"chunk_ms": 250}, "tts": {"stop_ms": 1_000}}
"""A tutor who writes the second sentence when the first one has been said."""

SHORT: dict[str, Any] = {"gemini_max_output_tokens": 64}
"""Longest answer: 512 characters, whatever they are."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What goes wrong.

    Args:
        faults: Planned in the emulator while the first question is asked.
        settings: Of the service, beside those that all rows share.
        behaviour: Of the emulated services, by their names.
        outage_s: How long the port of the row's service is closed.
        is_midway: Whether it is closed in the middle of the question or the audio, not before.
        is_mute: Whether something listens there meanwhile that never says a word.
        voice: The voice the learner chose.
        pause_s: How long the microphone sends nothing in the middle of the question.
    """

    faults: tuple[Fault, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    behaviour: dict[str, dict[str, Any]] = field(default_factory=dict)
    outage_s: float = 0.0
    is_midway: bool = False
    is_mute: bool = False
    voice: str = ""
    pause_s: float = 0.0


def _stt(kind: str, status: str = "", **more: Any) -> Scenario:
    return Scenario((Fault(service="stt", kind=kind, status=status, **more),))


def _speaking(pause_s: float, status: str, **more: Any) -> Scenario:
    """Return a status that arrives while the learner pauses within the question."""
    struck = _stt("status", status, where="seconds", after=0.4, **more)
    return replace(struck, pause_s=pause_s)


def _tutor(kind: str, status: str = "", *, settings: Any = None, **more: Any) -> Scenario:
    fault = Fault(service="llm", method="streamGenerateContent", kind=kind, status=status, **more)
    return Scenario((fault,), settings=settings or {})


def _voice(kind: str, status: str = "", *, behaviour: Any = None, **more: Any) -> Scenario:
    fault = Fault(service="tts", method="stream", kind=kind, status=status, **more)
    return Scenario((fault,), behaviour=behaviour or {})


def _request(kind: str, status: str = "", **more: Any) -> Scenario:
    fault = Fault(service="tts", method="unary", kind=kind, status=status, **more)
    return Scenario((fault,), voice=WITHOUT_STREAMS)


def _quota(delay: str, **more: Any) -> Scenario:
    return _tutor("status", "429", details={"retry_delay": delay}, **more)


RECOGNIZER = {
    "stt-refused-briefly": Scenario(outage_s=0.3),
    "stt-refused": Scenario(outage_s=LONG),
    "stt-mute": Scenario(outage_s=LONG, is_mute=True),
    "stt-unavailable": _stt("status", "UNAVAILABLE"),
    "stt-unavailable-lasting": _stt("status", "UNAVAILABLE", times=FOR_EVER),
    "stt-unavailable-midway": _stt("status", "UNAVAILABLE", **HALF),
    "stt-internal-midway": _stt("status", "INTERNAL", **HALF),
    "stt-reset-midway": Scenario(outage_s=0.1, is_midway=True),
    "stt-ended-midway": _speaking(0.3, "OK"),
    "stt-lost-after-words": Scenario(outage_s=LONG, is_midway=True),
    "stt-stall": _stt("stall"),
    "stt-stall-midway": _stt("stall", **HALF),
    "stt-stall-lasting": _stt("stall", times=FOR_EVER),
    "stt-slow": _stt("slow", details={"ms": 300}),
    "stt-quota": _stt("status", "RESOURCE_EXHAUSTED", times=FOR_EVER),
    "stt-quota-midway": _speaking(0.6, "RESOURCE_EXHAUSTED", times=FOR_EVER),
    "stt-unauthenticated": _stt("status", "UNAUTHENTICATED", times=FOR_EVER),
    "stt-permission-denied": _stt("status", "PERMISSION_DENIED", times=FOR_EVER),
    "stt-invalid-argument": _stt("status", "INVALID_ARGUMENT", times=FOR_EVER),
    "stt-bad-model": Scenario(settings={"google_stt_model": "chirp_3"}),
    "stt-bad-language": Scenario(settings={"alternative_languages": ("iu-CA",)}),
    "stt-not-found": _stt("status", "NOT_FOUND", times=FOR_EVER),
    "stt-stream-limit": _stt("status", "OUT_OF_RANGE", **HALF),
    "stt-aborted": _stt("status", "ABORTED", **HALF),
    "stt-audio-timeout": Scenario(behaviour={"stt": {"audio_timeout_s": 0.2}}, pause_s=0.5),
    "stt-garbage": _stt("garbage", where="messages", after=1),
}

TUTOR = {
    "tutor-refused": Scenario(outage_s=LONG),
    "tutor-mute": Scenario(outage_s=LONG, is_mute=True),
    "tutor-unavailable": _tutor("status", "503"),
    "tutor-unavailable-lasting": _tutor("status", "503", times=FOR_EVER),
    "tutor-unavailable-fallback": _tutor("status", "503", times=2, settings=FALLBACK),
    "tutor-internal": _tutor("status", "500"),
    "tutor-reset": _tutor("reset"),
    "tutor-reset-midway": _tutor("reset", **FIRST_SENTENCE),
    "tutor-stall": _tutor("stall"),
    "tutor-stall-lasting": _tutor("stall", times=FOR_EVER),
    "tutor-stall-midway": _tutor("stall", **FIRST_SENTENCE),
    "tutor-slow": Scenario(behaviour={"llm": {"first_chunk_ms": 100, "chunk_ms": 100}}),
    "tutor-endless": _tutor("drip", settings=SHORT, details={"ms": 1}),
    "tutor-huge": _tutor("huge", settings=SHORT),
    "tutor-thoughts": _tutor("thoughts", times=FOR_EVER),
    "tutor-quota": _tutor("status", "429", times=FOR_EVER),
    "tutor-quota-soon": _quota("0.2s"),
    "tutor-quota-later": _quota("7s", times=FOR_EVER),
    "tutor-quota-fallback": _quota("7s", settings=FALLBACK),
    "tutor-quota-midway": _tutor("status", "429", **FIRST_SENTENCE),
    "tutor-unauthenticated": _tutor("status", "401", times=FOR_EVER),
    "tutor-permission-denied": _tutor("status", "403", times=FOR_EVER),
    "tutor-bad-request": _tutor("status", "400", times=FOR_EVER),
    "tutor-not-found": _tutor("status", "404", times=FOR_EVER),
    "tutor-blocked-question": _tutor("block", "SAFETY", times=FOR_EVER),
    "tutor-blocked-answer": _tutor("finish", "SAFETY", times=FOR_EVER),
    "tutor-blocked-midway": _tutor("finish", "SAFETY", **FIRST_SENTENCE),
    "tutor-max-tokens": _tutor("finish", "MAX_TOKENS", **FIRST_SENTENCE),
    "tutor-max-tokens-wordless": _tutor("finish", "MAX_TOKENS", times=FOR_EVER),
    "tutor-empty": _tutor("close"),
    "tutor-empty-lasting": _tutor("close", times=FOR_EVER),
    "tutor-closed-midway": _tutor("close", **FIRST_SENTENCE),
    "tutor-garbage": _tutor("garbage"),
    "tutor-garbage-midway": _tutor("garbage", **FIRST_SENTENCE),
    "tutor-error-in-stream": _tutor("status", "503", where="messages"),
    "tutor-error-midway": _tutor("status", "503", **FIRST_SENTENCE),
}

VOICE = {
    "voice-refused-briefly": Scenario(outage_s=0.15, settings={"voice_timeout_s": 3.0}),
    "voice-refused": Scenario(outage_s=LONG),
    "voice-mute": Scenario(outage_s=LONG, is_mute=True),
    "voice-unavailable": _voice("status", "UNAVAILABLE"),
    "voice-unavailable-lasting": _voice("status", "UNAVAILABLE", times=FOR_EVER),
    "voice-unavailable-midway": _voice("status", "UNAVAILABLE", **MID_SENTENCE),
    "voice-unavailable-between": _voice(
        "status", "UNAVAILABLE", behaviour=SLOW_WRITER, **SENTENCE_END
    ),
    "voice-internal-midway": _voice("status", "INTERNAL", **MID_SENTENCE),
    "voice-reset-midway": Scenario(
        behaviour={"tts": {"audio_speed": 2}}, outage_s=LONG, is_midway=True
    ),
    "voice-ended-midway": _voice("early_end", **MID_SENTENCE),
    "voice-stall": _voice("stall"),
    "voice-stall-lasting": _voice("stall", times=FOR_EVER),
    "voice-stall-midway": _voice("stall", **MID_SENTENCE),
    "voice-slow": _voice("slow", details={"audio_speed": 8}),
    "voice-quota": _voice("status", "RESOURCE_EXHAUSTED", times=FOR_EVER),
    "voice-quota-midway": _voice("status", "RESOURCE_EXHAUSTED", times=FOR_EVER, **MID_SENTENCE),
    "voice-streams-taken": Scenario(behaviour={"tts": {"max_streams": 0}}),
    "voice-unauthenticated": _voice("status", "UNAUTHENTICATED", times=FOR_EVER),
    "voice-permission-denied": _voice("status", "PERMISSION_DENIED", times=FOR_EVER),
    "voice-invalid-argument": _voice("status", "INVALID_ARGUMENT", times=FOR_EVER),
    "voice-not-found": _voice("status", "NOT_FOUND", times=FOR_EVER),
    "voice-idle": Scenario(
        behaviour={"tts": {"idle_limit_s": 0.3, "stop_ms": 1_000}, "llm": {"chunk_ms": 250}}
    ),
    "voice-odd-bytes": _voice("odd"),
    "voice-wav-header": _voice("header"),
    "voice-empty-audio": _voice("empty"),
    "voice-request-unavailable": _request("status", "UNAVAILABLE"),
    "voice-request-unavailable-lasting": _request("status", "UNAVAILABLE", times=FOR_EVER),
    "voice-request-stall": _request("stall"),
    "voice-request-stall-lasting": _request("stall", times=FOR_EVER),
    "voice-request-quota": _request("status", "RESOURCE_EXHAUSTED", times=FOR_EVER),
    "voice-request-unauthenticated": _request("status", "UNAUTHENTICATED", times=FOR_EVER),
    "voice-request-not-found": _request("status", "NOT_FOUND", times=FOR_EVER),
    "voice-request-odd-bytes": _request("odd"),
    "voice-request-wav-header": _request("header"),
    "voice-request-empty-audio": _request("empty"),
    "voice-request-empty-lasting": _request("empty", times=FOR_EVER),
}

SCENARIOS = {**RECOGNIZER, **TUTOR, **VOICE}
