"""What a voice should say of a text that was written for the eye.

Tutors write Markdown, formulas and emoji however often they are asked not to. Every function here
takes one sentence, so a mark whose partner stands in another sentence must go as well.
"""

# ruff: noqa: RUF001  # the marks of other scripts are meant

import re
from collections.abc import Callable

Replacement = str | Callable[[re.Match[str]], str]

_COMMANDS = {
    "times": " times ",
    "cdot": " times ",
    "div": " divided by ",
    "pm": " plus or minus ",
    "leq": " is at most ",
    "le": " is at most ",
    "geq": " is at least ",
    "ge": " is at least ",
    "neq": " is not ",
    "ne": " is not ",
    "approx": " is about ",
    "infty": " infinity ",
    "sqrt": " the square root of ",
    "left": "",
    "right": "",
    "text": "",
    "mathrm": "",
    "mathbf": "",
}
"""LaTeX commands in words; another one is said by its name, which suits Greek letters."""

_LAYOUT: tuple[tuple[str, Replacement], ...] = (
    (r"^\s*(```|~~~).*$", ""),
    (r"^[\s>]*(?:#{1,6}\s+|[-*+•]\s+(?:\[[ xX]\]\s+)?)", ""),
    (r"^\s*>\s*", ""),
    (r"^[\s|:*_=-]+$", ""),
    (r"^\s*\|\s*|\s*\|\s*$", ""),
    (r"\s+\|\s+", ", "),
    (r"</?(?:br|b|i|em|strong|u|p|sub|sup|code)\s*/?>", " "),
    (r"!?\[([^\]]*)\]\([^)\s]*\)?", r"\1"),
    (r"https?://(?:www\.)?([\w.-]*\w)(?:[/?#:][^\s)>]*[^\s)>.,;!?])?/?", r"\1"),
)
_FORMULAS: tuple[tuple[str, Replacement], ...] = (
    (r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1 over \2"),
    (r"\\([A-Za-z]+)", lambda command: _COMMANDS.get(command[1], f" {command[1]} ")),
    (r"\\[()\[\],;! ]", " "),
    (r"\^\{?2\}?(?!\d)", " squared"),
    (r"\^\{?3\}?(?!\d)", " cubed"),
    (r"(?<=[\w)])\^\{?(-?\w+)\}?", r" to the power of \1"),
    (r"\$\$", " "),
    (r"\$(?!\s)([^$]*[^$\s])\$(?!\d)", r"\1"),
    (r"\$(?!\d)", ""),
    (r"(?<=\d)\s*\*\s*(?=\d)", " times "),
    (r"(?<=\w)_\{?(\w+)\}?(?=\W|$)", r" \1"),
    (r"[{}\\]", " "),
)
_MARKS: tuple[tuple[str, Replacement], ...] = (
    (r"[*`|]|~~|(?<!\w)_+|_+(?!\w)", ""),
    (r"_", " "),
    (
        "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\ufe0f\u20e3"
        "\U000e0020-\U000e007f]\u200d?",
        "",
    ),
    (r"\s+", " "),
    (r"\s+([,.;:!?](?:\s|$))", r"\1"),
    (r"^[\s,;:!?…)\]}”»。！？，、]+", ""),
)
_RULES = [
    (re.compile(pattern, re.MULTILINE), replacement)
    for pattern, replacement in _LAYOUT + _FORMULAS + _MARKS
]


def speakable(sentence: str) -> str:
    """Return a sentence as it is spoken: no Markdown, LaTeX or emoji; white space collapsed.

    Returns:
        Plain text; empty where there is nothing to say.
    """
    for pattern, replacement in _RULES:
        sentence = pattern.sub(replacement, sentence)
    return sentence.strip() if any(map(str.isalnum, sentence)) else ""
