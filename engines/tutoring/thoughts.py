"""Keeps a model's thoughts from being spoken, where its server sends them within the answer."""

OPENING, CLOSING = "<think>", "</think>"
"""What DeepSeek, Qwen and others write around their thoughts."""


class ThoughtFilter:
    """Passes on an answer without what stands between the marks, as it comes in.

    A mark may come in pieces, so the beginning of one is held back until it is known. Templates
    that open the thought themselves let the model only close it; such a mark alone is dropped.
    """

    def __init__(self) -> None:
        self._pending = ""
        self._thinking = False

    def feed(self, delta: str) -> str:
        """Return the words to speak that this delta adds.

        Args:
            delta: The next piece of the answer, of any length.
        """
        self._pending += delta
        words = []
        while mark := self._next_mark():
            before, _, self._pending = self._pending.partition(mark)
            words.append(self._spoken(before))
            self._thinking = mark == OPENING
        held = _held_back(self._pending)
        known, self._pending = self._pending[:held], self._pending[held:]
        words.append(self._spoken(known))
        return "".join(words)

    def flush(self) -> str:
        """Return what was held back and turned out to be no mark: the answer is over."""
        rest, self._pending = self._pending, ""
        return self._spoken(rest)

    def _next_mark(self) -> str | None:
        found = [mark for mark in (OPENING, CLOSING) if mark in self._pending]
        return min(found, key=self._pending.index, default=None)

    def _spoken(self, text: str) -> str:
        return "" if self._thinking else text


def _held_back(text: str) -> int:
    """Return where the end of a text may be the beginning of a mark; its length if nowhere."""
    start = text.rfind("<", -len(CLOSING))
    tail = text[start:]
    begins = start >= 0 and any(mark.startswith(tail) for mark in (OPENING, CLOSING))
    return start if begins else len(text)
