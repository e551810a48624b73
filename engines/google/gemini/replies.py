"""What a chunk of Gemini's stream says: words to speak, and whether and why it ends."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

MAX_TOKENS = "MAX_TOKENS"

REFUSALS = frozenset(
    {
        "BLOCKLIST",
        "ESCALATION",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "IMAGE_SAFETY",
        "JAILBREAK",
        "MODEL_ARMOR",
        "PROHIBITED_CONTENT",
        "RECITATION",
        "SAFETY",
        "SPII",
    }
)
"""Reasons to end that concern what was asked or answered; asking again changes none of them.

Source: FinishReason and BlockedReason in ai.google.dev/api/generate-content.
"""


class Ending(Enum):
    """How an answer ends."""

    COMPLETE = "complete"
    CUT_SHORT = "cut_short"
    BLOCKED = "blocked"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk, without what is not spoken.

    Args:
        text: Words of the answer; thoughts are no part of it.
        ending: How the answer ends with this chunk, ``None`` while it goes on.
        reason: The service's name for the ending.
    """

    text: str
    ending: Ending | None = None
    reason: str = ""


def read_chunk(chunk: Any) -> Piece:
    """Return what a ``GenerateContentResponse`` says; one may hold nothing at all."""
    feedback = chunk.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        return Piece("", Ending.BLOCKED, _name(feedback.block_reason))
    if not chunk.candidates:
        return Piece("")
    candidate = chunk.candidates[0]
    reason = _name(candidate.finish_reason)
    return Piece(_spoken_text(candidate.content), _ending(reason), reason)


def _spoken_text(content: Any) -> str:
    parts = (content.parts if content is not None else None) or ()
    return "".join(part.text for part in parts if part.text and not part.thought)


def _ending(reason: str) -> Ending | None:
    if reason in ("", "FINISH_REASON_UNSPECIFIED"):
        return None
    if reason == "STOP":
        return Ending.COMPLETE
    if reason == MAX_TOKENS:
        return Ending.CUT_SHORT
    return Ending.BLOCKED if reason in REFUSALS else Ending.BROKEN


def _name(reason: Any) -> str:
    return "" if reason is None else str(getattr(reason, "value", reason))
