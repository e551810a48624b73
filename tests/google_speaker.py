"""A tutor that writes for Google's voices, and a listener who reads their tones back."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

from engine_api import OUTPUT_RATE, SpokenAudio, VoiceOptions
from engines.google.speaking.voice import GoogleVoice
from engines.google.speaking.voice_reply import IDLE_S
from errors import EngineError
from settings import Settings
from tests.google_emulator.process import Emulator
from tests.google_emulator.tone_words import decode_words
from tests.google_emulator.vocabulary import find_words

SENTENCES = (
    "Two plus two is four.",
    "And three plus three, is six.",
    "Now you try it again please.",
    "What is five plus five?",
)

PATIENCE_S = 20.0
"""Longest wait for anything, on a machine that has other work."""


@asynccontextmanager
async def google_voice(
    emulator: Emulator, idle_s: float = IDLE_S, **settings: Any
) -> AsyncIterator[GoogleVoice]:
    """Run the voice against the emulator, on settings that differ from the defaults so."""
    voice = GoogleVoice(Settings(**{**emulator.settings, **settings}), idle_s)
    await voice.start()
    try:
        yield voice
    finally:
        await voice.aclose()


async def write(sentences: Sequence[str], every_s: float = 0) -> AsyncGenerator[str, None]:
    """Yield sentences as a tutor does, who needs a time for each."""
    for sentence in sentences:
        await asyncio.sleep(every_s)
        yield sentence


def options(**wanted: Any) -> VoiceOptions:
    """Return options with an event of their own."""
    return VoiceOptions(asyncio.Event(), **wanted)


class Heard:
    """What a listener heard of a reply."""

    def __init__(self) -> None:
        self.pieces: list[SpokenAudio] = []
        self.error: EngineError | None = None
        self.took_s = 0.0

    @property
    def numbers(self) -> list[int]:
        """The sentences of the pieces, each time another one begins."""
        numbers = [piece.sentence for piece in self.pieces]
        return [n for at, n in enumerate(numbers) if at == 0 or n != numbers[at - 1]]

    @property
    def words(self) -> list[str]:
        """All words."""
        return decode_words(b"".join(piece.pcm for piece in self.pieces), OUTPUT_RATE)

    @property
    def code(self) -> str:
        """The code of the error that ended it, if one did."""
        return self.error.code if self.error else ""

    def words_of(self, sentence: int) -> list[str]:
        """The words of the pieces that are said to be of a sentence."""
        pcm = b"".join(piece.pcm for piece in self.pieces if piece.sentence == sentence)
        return decode_words(pcm, OUTPUT_RATE)

    def seconds(self) -> float:
        """How long it was."""
        return sum(len(piece.pcm) for piece in self.pieces) / 2 / OUTPUT_RATE


async def hear(
    voice: GoogleVoice, sentences: AsyncIterator[str], wanted: VoiceOptions | None = None
) -> Heard:
    """Listen to a reply until it ends, well or not."""
    heard, loop = Heard(), asyncio.get_running_loop()
    began = loop.time()
    try:
        async with (
            asyncio.timeout(PATIENCE_S),
            aclosing(voice.speak(sentences, wanted or options())) as pieces,
        ):
            async for piece in pieces:
                heard.pieces.append(piece)
    except EngineError as error:
        heard.error = error
    heard.took_s = loop.time() - began
    return heard


def words_of(*sentences: str) -> list[str]:
    """Return the words that tones say for sentences."""
    return find_words(" ".join(sentences))
