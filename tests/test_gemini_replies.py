"""What a chunk of Gemini's stream says."""

from typing import Any

import pytest
from google.genai import types

from engines.google.gemini.replies import Ending, Piece, read_chunk


def chunk(**fields: Any) -> types.GenerateContentResponse:
    """Return a chunk with these fields of the wire."""
    return types.GenerateContentResponse.model_validate(fields)


def says(*parts: dict[str, Any], **fields: Any) -> types.GenerateContentResponse:
    """Return a chunk with a candidate of these parts."""
    return chunk(candidates=[{"content": {"role": "model", "parts": list(parts)}, **fields}])


def test_words_are_spoken() -> None:
    """The texts of all parts, in order."""
    assert read_chunk(says({"text": "Two "}, {"text": "words"})) == Piece("Two words")


def test_thoughts_are_not_spoken() -> None:
    """What the model thinks is no part of the answer."""
    assert read_chunk(says({"text": "Hm.", "thought": True}, {"text": "Yes"})) == Piece("Yes")


@pytest.mark.parametrize(
    "empty",
    [
        chunk(),
        chunk(candidates=[]),
        chunk(candidates=[{}]),
        chunk(candidates=[{"content": {}}]),
        chunk(usageMetadata={"promptTokenCount": 8}),
        says({"thoughtSignature": "c2lnbmVk"}),
    ],
)
def test_a_chunk_may_say_nothing(empty: types.GenerateContentResponse) -> None:
    """No candidate, no content, no text: no word, and the answer goes on."""
    assert read_chunk(empty) == Piece("")


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        ("STOP", Ending.COMPLETE),
        ("MAX_TOKENS", Ending.CUT_SHORT),
        ("SAFETY", Ending.BLOCKED),
        ("RECITATION", Ending.BLOCKED),
        ("PROHIBITED_CONTENT", Ending.BLOCKED),
        ("LANGUAGE", Ending.BROKEN),
        ("MALFORMED_RESPONSE", Ending.BROKEN),
        ("OTHER", Ending.BROKEN),
        ("CONTINUATION", Ending.BROKEN),
    ],
)
def test_an_answer_ends_for_a_reason(reason: str, ending: Ending) -> None:
    """The last chunk tells why, and may hold words."""
    piece = read_chunk(says({"text": "Done."}, finishReason=reason))
    assert piece == Piece("Done.", ending, reason)


@pytest.mark.filterwarnings("ignore:.* is not a valid FinishReason")
def test_a_reason_that_is_new_breaks_the_answer() -> None:
    """A reason nobody knows yet is no success."""
    assert read_chunk(says(finishReason="SOMETHING_NEW")).ending is Ending.BROKEN


@pytest.mark.parametrize("reason", ["SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "OTHER"])
def test_a_refused_question_is_blocked(reason: str) -> None:
    """Whatever the reason: there will be no answer to this question."""
    assert read_chunk(chunk(promptFeedback={"blockReason": reason})) == Piece(
        "", Ending.BLOCKED, reason
    )
