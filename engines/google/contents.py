"""A question and its history as the contents that Gemini takes: plain dicts, roles in turn.

Plain dicts take the client library half the time of its own types, and all of it is spent on the
event loop.
"""

from collections.abc import Sequence
from typing import Any

from engine_api import Picture, Question, Remark
from engines.tutor_prompt import BROKE_IN, NOTHING_SAID

MAX_REMARKS = 40
"""Twenty turns; each further one costs 0.2 ms of the event loop in every request."""

Part = dict[str, Any]
Content = dict[str, Any]

ROLES = {"learner": "user", "tutor": "model"}


def write_contents(question: Question, max_remarks: int = MAX_REMARKS) -> list[Content]:
    """Return the contents of a request: the history as it was heard, then the question.

    The first content is the learner's, roles alternate, and no part is empty.

    Args:
        question: What the learner asks now.
        max_remarks: How many of the latest remarks to send, ``MAX_REMARKS`` at most.
    """
    contents: list[Content] = []
    for remark in _latest(question.history, min(max_remarks, MAX_REMARKS)):
        _add(contents, ROLES[remark.speaker], {"text": remark.text})
        if remark.interrupted and remark.speaker == "tutor":
            _add(contents, "user", {"text": BROKE_IN})
    for part in _ask(question):
        _add(contents, "user", part)
    return contents


def _latest(history: Sequence[Remark], count: int) -> list[Remark]:
    """Return the last remarks that hold words, from one of the learner's on."""
    remarks = [remark for remark in history[-count:] if remark.text.strip()] if count else []
    first = next((n for n, remark in enumerate(remarks) if remark.speaker == "learner"), None)
    return [] if first is None else remarks[first:]


def _ask(question: Question) -> list[Part]:
    """Return the parts of the question: the pictures, then the words about them."""
    parts = [_show(picture) for picture in question.pictures]
    if question.text.strip():
        parts.append({"text": question.text})
    return parts or [{"text": NOTHING_SAID}]


def _show(picture: Picture) -> Part:
    return {"inline_data": {"data": picture.data, "mime_type": picture.media_type}}


def _add(contents: list[Content], role: str, part: Part) -> None:
    if contents and contents[-1]["role"] == role:
        contents[-1]["parts"].append(part)
    else:
        contents.append({"role": role, "parts": [part]})
