"""Joins pieces of text that were said one after the other."""

import re

_UNSPACED = (
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uf900-\ufaff\uff00-\uff9f]"
)
"""A character of a script that puts no space between words: Thai, Lao, Burmese, Khmer, Chinese
and Japanese, with their punctuation. Korean does put one."""

_SEAM = re.compile(rf"(?<={_UNSPACED})\x00|\x00(?={_UNSPACED})")


def join(*pieces: str) -> str:
    """Return the pieces as one text, with a space between them where their script has one."""
    text = "\x00".join(filter(None, (piece.replace("\x00", "").strip() for piece in pieces)))
    return _SEAM.sub("", text).replace("\x00", " ")
