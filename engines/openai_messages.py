"""A question as the messages of a chat completion.

Source: https://platform.openai.com/docs/api-reference/chat/create
"""

from base64 import b64encode
from typing import Any

from engine_api import Picture, Question
from engines.tutoring.dialogue import Line, Part, write_dialogue
from engines.tutoring.prompt import instruct

ROLES = {"learner": "user", "tutor": "assistant"}

Message = dict[str, Any]


def write_messages(question: Question, max_remarks: int) -> list[Message]:
    """Return the messages: what the tutor is told, the history as it was heard, the question.

    Args:
        question: What the learner asks now.
        max_remarks: How many of the latest remarks to send.
    """
    system = {"role": "system", "content": instruct(question.language)}
    return [system, *map(_write, write_dialogue(question, max_remarks))]


def _write(line: Line) -> Message:
    if any(isinstance(part, Picture) for part in line.parts):
        return {"role": ROLES[line.speaker], "content": [_show(part) for part in line.parts]}
    # Servers of models without eyes often take nothing but a string.
    return {"role": ROLES[line.speaker], "content": "\n".join(map(str, line.parts))}


def _show(part: Part) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    data = b64encode(part.data).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:{part.media_type};base64,{data}"}}
