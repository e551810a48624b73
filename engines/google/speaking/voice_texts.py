"""Sentences as the service accepts them: with something to say, and not too long."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

MAX_BYTES = 4_999
"""Longest text in UTF-8: the service takes 5,000 bytes in one request, of which a space that parts
it from the next is one. https://cloud.google.com/text-to-speech/quotas"""

SURROGATES = re.compile("[\ud800-\udfff]")
"""Halves of characters, which a tutor that is cut short may leave; UTF-8 has none for them."""

NATURAL_BREAKS = (". ", "; ", ", ", " ")


@dataclass(frozen=True, slots=True)
class Text:
    """A text to say, and the sentence (from 0) it is all or a part of."""

    sentence: int
    words: str


def is_speakable(text: str) -> bool:
    """Return whether there is anything to say in a text; the service refuses one without."""
    return any(map(str.isalnum, text))


def split_text(text: str, max_bytes: int = MAX_BYTES) -> list[str]:
    """Return a text in parts the service accepts, cut where a speaker would pause if possible."""
    text = SURROGATES.sub(" ", text)
    parts = []
    while len(text.encode()) > max_bytes:
        fitting = text.encode()[:max_bytes].decode(errors="ignore")
        end = _last_break(fitting)
        parts.append(text[:end].strip())
        text = text[end:]
    return [part for part in (*parts, text.strip()) if is_speakable(part)]


def _last_break(text: str) -> int:
    """Return the length of the part to cut off, at least half of the text."""
    for mark in NATURAL_BREAKS:
        at = text.rfind(mark, len(text) // 2)
        if at >= 0:
            return at + len(mark)
    return len(text)


async def number_texts(sentences: AsyncIterator[str]) -> AsyncGenerator[Text, None]:
    """Yield what there is to say of each sentence, as it comes."""
    number = 0
    async for sentence in sentences:
        for part in split_text(sentence):
            yield Text(number, part)
        number += 1


class TextQueue:
    """The texts of a reply, read from the tutor by a task of its own, at most one ahead.

    Reading cannot be given up halfway without ending the source, waiting here can.

    Args:
        sentences: What the tutor writes.
    """

    def __init__(self, sentences: AsyncIterator[str]):
        self._sentences = sentences
        self._waiting: asyncio.Queue[Text | None] = asyncio.Queue(1)
        self._returned: list[Text] = []
        self._at_end = False

    async def fill(self) -> None:
        """Read the source to its end.

        Raises:
            Exception: Whatever the source raises; the texts before it can be had all the same.
        """
        try:
            async with aclosing(number_texts(self._sentences)) as texts:
                async for text in texts:
                    await self._waiting.put(text)
        except Exception:
            await self._waiting.put(None)
            raise
        await self._waiting.put(None)

    async def get(self) -> Text | None:
        """Return the next text, ``None`` after the last; nothing is lost by a cancellation."""
        if self._returned:
            return self._returned.pop(0)
        if self._at_end:
            return None
        text = await self._waiting.get()
        self._at_end = text is None
        return text

    def put_back(self, texts: list[Text]) -> None:
        """Have texts come next once more."""
        self._returned = [*texts, *self._returned]
