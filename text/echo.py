"""Telling the learner's words from the tutor's own: a microphone hears both."""

import re

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
"""A word; in scripts written without spaces, a character."""


def is_echo(heard: str, spoken: str, share: float) -> bool:
    """Return whether what was heard may be nothing but the tutor.

    Args:
        heard: An interim transcript.
        spoken: What the tutor said in the last few seconds.
        share: Share of the words that must be the tutor's for it to be an echo.
    """
    words = _TOKEN.findall(heard.casefold())
    known = set(_TOKEN.findall(spoken.casefold()))
    contained = sum(word in known for word in words)
    return contained == len(words) or contained >= share * len(words)
