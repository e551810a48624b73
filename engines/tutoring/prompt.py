"""What tutors that are language models are told, and the notes that their history may hold."""

from pathlib import Path
from string import Template

BROKE_IN = "[I broke in here.]"
"""Stands in the learner's name after a remark of the tutor that was not heard to its end."""

NOTHING_SAID = "[I said nothing.]"
"""Stands for a turn without words or pictures; models refuse an empty one."""

_PROMPT = Template(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8"))


def instruct(language: str) -> str:
    """Return the system instruction for a conversation in a language (BCP 47 tag).

    All but its last line is the same for everyone, so that a service can cache it.
    """
    return _PROMPT.substitute(language=language)
