"""The emulator's Gemini: it accepts, refuses and answers as the real one does."""

import base64
import json
from typing import Any

import httpx
import pytest

from tests.google_emulator.faults import Fault
from tests.google_emulator.process import Emulator

MODEL = "gemini-3.5-flash-lite"
HELLO: list[dict[str, Any]] = [{"role": "user", "parts": [{"text": "Hello you"}]}]


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, as if it had just been started."""
    google_emulator.reset()
    return google_emulator


def post(
    emulator: Emulator, method: str = "generateContent", model: str = MODEL, **body: Any
) -> httpx.Response:
    """Send a request for content with these fields."""
    return httpx.post(
        f"{emulator.gemini_url}/v1beta/models/{model}:{method}",
        headers={"x-goog-api-key": "any"},
        json={"contents": HELLO, **body},
        trust_env=False,
    )


def text_of(answer: dict[str, Any]) -> str:
    """Return the text of an answer or of one of its chunks."""
    parts = answer["candidates"][0].get("content", {}).get("parts", [])
    return "".join(part["text"] for part in parts)


def turn(role: str, text: str = "Hello") -> dict[str, Any]:
    """Return a content with one part."""
    return {"role": role, "parts": [{"text": text}]}


def test_content_comes_in_one_piece_or_as_events(emulator: Emulator) -> None:
    """Both say the same, in the words of the question."""
    whole = post(emulator).json()
    stream = post(emulator, "streamGenerateContent?alt=sse")
    assert stream.headers["content-type"] == "text/event-stream"
    chunks = [json.loads(line[6:]) for line in stream.text.splitlines() if line]
    assert text_of(whole) == "".join(map(text_of, chunks))
    assert text_of(whole).startswith("You say Hello you.")
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"


@pytest.mark.parametrize("spelling", ["generationConfig", "generation_config"])
def test_fields_may_be_spelt_both_ways(emulator: Emulator, spelling: str) -> None:
    """The client mixes camel case and snake case."""
    body: dict[str, Any] = {spelling: {"maxOutputTokens": 4, "stop_sequences": []}}
    answer = post(emulator, **body).json()
    assert answer["candidates"][0]["finishReason"] == "MAX_TOKENS"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"contents": []}, "contents is not specified"),
        ({"contents": [turn("tutor")]}, "valid role"),
        ({"contents": [turn("model")]}, "alternate"),
        ({"contents": [turn("user"), turn("user")]}, "alternate"),
        ({"contents": [turn("user"), turn("model")]}, "end with a user role"),
        ({"contents": [{"role": "user", "parts": []}]}, "must not be empty"),
        ({"contents": [turn("user", "")]}, "one initialized field"),
        ({"words": "Hello"}, "Unknown name"),
        ({"generationConfig": {"words": 3}}, "Unknown name"),
        ({"generationConfig": {"thinkingConfig": {"depth": 3}}}, "Unknown name"),
        ({"contents": [{"role": "user", "parts": [{"text": "Hi", "mood": 1}]}]}, "Unknown name"),
        ({"systemInstruction": {"words": "Hello"}}, "Unknown name"),
        ({"safetySettings": [{"category": "NOISE", "threshold": "OFF"}]}, "category"),
        ({"generationConfig": {"temperature": 3}}, "temperature"),
        ({"generationConfig": {"maxOutputTokens": 0}}, "max_output_tokens"),
    ],
)
def test_what_is_wrong_is_refused(emulator: Emulator, body: dict[str, Any], message: str) -> None:
    """With status 400, and in words that say what."""
    answer = post(emulator, **body)
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
    assert message in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("model", "thinking", "message"),
    [
        ("gemini-3.7-flash", {"thinkingLevel": "MINIMAL"}, "MINIMAL is not supported"),
        ("gemini-3.8-flash", {"thinkingLevel": "MINIMAL"}, "MINIMAL is not supported"),
        ("gemini-2.5-flash", {"thinkingLevel": "LOW"}, "level is not supported"),
        ("gemini-3.8-flash", {"thinkingLevel": "LOW", "thinkingBudget": 0}, "only set one"),
        ("gemini-2.5-pro", {"thinkingBudget": 0}, "only works in thinking mode"),
        ("gemini-2.5-pro", {"thinkingBudget": 1}, "from 128"),
        ("gemini-2.5-flash-lite", {"thinkingBudget": 5}, "from 512"),
        ("gemini-2.5-flash", {"thinkingBudget": 30_000}, "to 24576"),
        ("gemini-3.6-flash", {"thinkingLevel": "DEEP"}, "Invalid value"),
    ],
)
def test_each_family_thinks_in_its_own_way(
    emulator: Emulator, model: str, thinking: dict[str, Any], message: str
) -> None:
    """What it cannot do is refused."""
    answer = post(emulator, model=model, generationConfig={"thinkingConfig": thinking})
    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("key", "status"), [("", 403), ("wrong", 400), ("forbidden", 403), ("unauthenticated", 401)]
)
def test_a_key_that_is_wrong_is_refused(emulator: Emulator, key: str, status: int) -> None:
    """With the statuses of the real service."""
    headers = {"x-goog-api-key": key}
    address = f"{emulator.gemini_url}/v1beta/models/{MODEL}"
    answer = httpx.get(address, headers=headers, trust_env=False)
    assert answer.status_code == status
    assert ("API_KEY_INVALID" in answer.text) == (key == "wrong")


def test_a_model_that_does_not_exist_is_not_found(emulator: Emulator) -> None:
    """It has neither a description nor answers."""
    assert post(emulator, model="gemini-9-abacus").status_code == 404


def test_a_schema_is_answered_in_json(emulator: Emulator) -> None:
    """Every field it asks for, of the type it asks for."""
    schema = {
        "type": "OBJECT",
        "properties": {
            "answer": {"type": "STRING"},
            "points": {"type": "INTEGER"},
            "right": {"type": "BOOLEAN"},
            "steps": {"type": "ARRAY", "items": {"type": "STRING", "enum": ["add", "carry"]}},
        },
    }
    config = {"responseMimeType": "application/json", "responseSchema": schema}
    answer = json.loads(text_of(post(emulator, generationConfig=config).json()))
    assert answer == {"answer": "word", "points": 1, "right": True, "steps": ["add"]}


@pytest.mark.parametrize(
    ("mime_type", "data", "status"),
    [
        ("image/png", b"\x89PNG...", 200),
        ("image/jpeg", b"\xff\xd8...", 200),
        ("image/png", b"no picture", 400),
        ("text/plain", b"words", 400),
    ],
)
def test_pictures_are_looked_at(
    emulator: Emulator, mime_type: str, data: bytes, status: int
) -> None:
    """Only what is a picture of a known type is taken."""
    blob = {"mimeType": mime_type, "data": base64.b64encode(data).decode()}
    contents = [{"role": "user", "parts": [{"inlineData": blob}]}]
    assert post(emulator, contents=contents).status_code == status


def test_answers_can_be_set(emulator: Emulator) -> None:
    """In order; after the last one it makes up its own again."""
    emulator.configure(llm={"replies": ["One.", "Two."]})
    assert [text_of(post(emulator).json()) for _ in range(3)][:2] == ["One.", "Two."]


def test_a_quota_tells_when_to_come_back(emulator: Emulator) -> None:
    """As a detail of the error."""
    details = {"retry_delay": "7s"}
    emulator.plan(Fault(service="llm", kind="status", status="429", details=details))
    answer = post(emulator)
    assert answer.status_code == 429
    assert answer.json()["error"]["details"][0]["retryDelay"] == "7s"
