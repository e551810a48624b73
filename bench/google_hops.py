"""Where a reply's time went, from the emulator's journal: our own part of it, hop by hop.

A hop goes from what a service sent to what it makes us send. So the delays of the emulator are
left out, and the loopback network and the emulator's own work are in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench.google_learner import Asked
from bench.learner import Order
from bench.questions import SENTENCE_WORDS, first_sentence
from tests.google_emulator.behaviour import ServiceName
from tests.google_emulator.journal import Entry

CHUNK_WORDS = 3
SENTENCE_CHUNK = -(-SENTENCE_WORDS // CHUNK_WORDS)
"""Number of the tutor's chunk that completes the first sentence, with so many words in a chunk."""

COINCIDENCE_S = 0.02
"""An end of turn and a final transcript so close together tell neither order's time."""


Call = tuple[int, ServiceName]
"""Number and service of a call."""


@dataclass(slots=True)
class Moments:
    """When what came of a question, on the emulator's side."""

    transcribed: float | None = None
    """The final transcript was sent."""
    requested: float | None = None
    """The request to the tutor was read."""
    written: float | None = None
    """The chunk that completes the first sentence was sent."""
    ordered: float | None = None
    """The first text for the voice was read."""
    voiced: float | None = None
    """The first audio was sent."""


@dataclass(slots=True)
class Hops:
    """Milliseconds from what a service sent to what it made us send."""

    request: dict[Order, list[float]] = field(
        default_factory=lambda: {"end first": [], "final first": []}
    )
    """From the final transcript or the end of the turn, whichever comes later, to the request to
    the tutor."""
    order: list[float] = field(default_factory=list)
    """From the first sentence to its order to the voice."""
    audio: list[float] = field(default_factory=list)
    """From the first audio to the client's ``AUDIO_CHUNK``."""


def measure_hops(entries: Sequence[Entry], asked: Sequence[Asked]) -> Hops:
    """Return the hops of the questions that were answered, as far as the journal has them."""
    moments = find_moments(entries, (question.question for question in asked))
    hops = Hops()
    for question in asked:
        _add(hops, question, moments[question.question])
    return hops


def find_calls(entries: Iterable[Entry], questions: Iterable[str]) -> dict[Call, str]:
    """Return the calls of tutor and voice that were made for each question."""
    asked = set(questions)
    sentences = {first_sentence(question): question for question in asked}
    calls: dict[Call, str] = {}
    for entry in entries:
        match entry:
            case {"service": "llm", "event": "request", "contents": [*_, {"texts": [*_, text]}]}:
                if text in asked:
                    calls[entry["call"], "llm"] = text
            case {"service": "tts", "event": "input", "text": text} if text.strip() in sentences:
                calls[entry["call"], "tts"] = sentences[text.strip()]
    return calls


def find_moments(entries: Sequence[Entry], questions: Iterable[str]) -> dict[str, Moments]:
    """Return what the journal tells of each question."""
    moments = {question: Moments() for question in questions}
    calls = find_calls(entries, moments)
    for entry in entries:
        if entry["event"] == "final" and entry["text"] in moments:
            moments[entry["text"]].transcribed = entry["at"]
        elif question := calls.get((entry["call"], entry["service"])):
            _note(moments[question], entry)
    return moments


def _note(moments: Moments, entry: Entry) -> None:
    match entry:
        case {"service": "llm", "event": "read"}:
            moments.requested = entry["at"]
        case {"service": "llm", "event": "chunk", "number": int(number)}:
            if number == SENTENCE_CHUNK:
                moments.written = entry["at"]
        case {"service": "tts", "event": "input"} if moments.ordered is None:
            moments.ordered = entry["at"]
        case {"service": "tts", "event": "audio"} if moments.voiced is None:
            moments.voiced = entry["at"]


def _add(hops: Hops, asked: Asked, moments: Moments) -> None:
    if moments.transcribed is not None and moments.requested is not None:
        lead = moments.transcribed - asked.ended
        later = max(moments.transcribed, asked.ended)
        if abs(lead) > COINCIDENCE_S:
            order: Order = "end first" if lead > 0 else "final first"
            hops.request[order].append((moments.requested - later) * 1_000)
    if moments.written is not None and moments.ordered is not None:
        hops.order.append((moments.ordered - moments.written) * 1_000)
    if moments.voiced is not None:
        hops.audio.append((asked.first_audio - moments.voiced) * 1_000)
