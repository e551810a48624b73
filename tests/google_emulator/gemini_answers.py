"""What Gemini answers: words that depend on the request alone, or JSON that fits its schema."""

import json
import re
from typing import Any

from tests.google_emulator.gemini_rules import Body

LONGEST_ECHO = 12
"""Words of the question that the answer repeats."""

SAMPLES: dict[str, Any] = {"STRING": "word", "INTEGER": 1, "NUMBER": 1.5, "BOOLEAN": True}


def write_answer(body: Body) -> str:
    """Return the answer to a request that was accepted."""
    config = body.get("generation_config", {})
    schema = config.get("response_schema") or config.get("response_json_schema")
    if schema:
        return json.dumps(fit(schema))
    asked = body["contents"][-1]["parts"]
    seen = sum("inline_data" in part for part in asked)
    text = next((part["text"] for part in reversed(asked) if "text" in part), "")
    words = re.findall(r"[\w']+", text)[:LONGEST_ECHO]
    said = f"You say {' '.join(words)}." if words else "Hello."
    shown = " I see your picture." if seen else ""
    return f"{said}{shown} What is the next question?"


def fit(schema: Body) -> Any:
    """Return a value that fits a schema, of OpenAPI or of JSON Schema."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = str(schema.get("type", "OBJECT")).upper()
    if kind == "OBJECT":
        return {name: fit(item) for name, item in schema.get("properties", {}).items()}
    if kind == "ARRAY":
        return [fit(schema["items"])] * int(schema.get("minItems", 1))
    return SAMPLES.get(kind)


def cut(text: str, words: int) -> list[str]:
    """Return a text in chunks of so many words, with the spaces before them."""
    found = re.findall(r"\s*\S+", text)
    return ["".join(found[at : at + words]) for at in range(0, len(found), words)]


def limit(chunks: list[str], max_tokens: int | None) -> tuple[list[str], bool]:
    """Return the chunks that fit into a limit of tokens, and whether all of them did.

    A token is four characters here.
    """
    if max_tokens is None:
        return chunks, True
    fitting: list[str] = []
    left = 4 * max_tokens
    for chunk in chunks:
        if len(chunk) > left:
            return fitting, False
        left -= len(chunk)
        fitting.append(chunk)
    return fitting, True
