"""Engines around engines, which let the load generator look inside a server without changing it."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from struct import pack

from bench.stamps import DelayCounts, age_ms
from engine_api import (
    Counting,
    Recognizer,
    RecognizerEvent,
    RecognizerOptions,
    RecognizerStream,
    SpokenAudio,
    Voice,
    VoiceOptions,
)

LAST_NUMBER = 32_767


class ObservedRecognizer:
    """A recognizer that counts how long each frame took to reach it."""

    def __init__(self, inner: Recognizer, delays: DelayCounts):
        self._inner = inner
        self._delays = delays

    @property
    def name(self) -> str:
        """Name of the recognizer inside."""
        return self._inner.name

    @property
    def languages(self) -> Sequence[str]:
        """Languages of the recognizer inside."""
        return self._inner.languages

    @property
    def counts(self) -> Mapping[str, int]:
        """What the recognizer inside counts."""
        return self._inner.counts if isinstance(self._inner, Counting) else {}

    async def start(self) -> None:
        """Start the recognizer inside."""
        await self._inner.start()

    async def aclose(self) -> None:
        """Close the recognizer inside."""
        await self._inner.aclose()

    def open(self, options: RecognizerOptions) -> RecognizerStream:
        """Return observed ears."""
        return _ObservedStream(self._inner.open(options), self._delays)


class _ObservedStream:
    def __init__(self, inner: RecognizerStream, delays: DelayCounts):
        self._inner = inner
        self._delays = delays
        self.begin_utterance = inner.begin_utterance
        self.pause_utterance = inner.pause_utterance
        self.resume_utterance = inner.resume_utterance
        self.end_utterance = inner.end_utterance
        self.aclose = inner.aclose

    def push(self, pcm: bytes | memoryview) -> None:
        self._delays.add(age_ms(pcm))
        self._inner.push(pcm)

    def events(self) -> AsyncIterator[RecognizerEvent]:
        return self._inner.events()


class NumberedVoice:
    """A voice whose every sample is the number of the reply, so that stale audio gives itself away.

    A client that trusts a header cannot tell stale audio with a wrong header.
    """

    def __init__(self, inner: Voice):
        self._inner = inner
        self._number = 0

    @property
    def name(self) -> str:
        """Name of the voice inside."""
        return self._inner.name

    @property
    def languages(self) -> Sequence[str]:
        """Languages of the voice inside."""
        return self._inner.languages

    async def start(self) -> None:
        """Start the voice inside."""
        await self._inner.start()

    async def aclose(self) -> None:
        """Close the voice inside."""
        await self._inner.aclose()

    async def speak(
        self, sentences: AsyncIterator[str], options: VoiceOptions
    ) -> AsyncGenerator[SpokenAudio, None]:
        """Speak as the voice inside does, in numbers."""
        self._number = self._number % LAST_NUMBER + 1
        sample = pack("<h", self._number)
        async with aclosing(self._inner.speak(sentences, options)) as pieces:
            async for piece in pieces:
                yield SpokenAudio(piece.sentence, sample * (len(piece.pcm) // len(sample)))
