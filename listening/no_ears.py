"""Stands in for a recognizer that could not be had, until one can."""

from collections.abc import AsyncIterator

from engine_api import RecognizerEvent


class NoEars:
    """A recognizer stream that hears nothing. Utterances meanwhile end at their deadline."""

    def push(self, pcm: bytes | memoryview) -> None:
        """Hear nothing."""

    def begin_utterance(self, utterance_id: int) -> None:
        """Hear nothing."""

    def pause_utterance(self) -> None:
        """Hear nothing."""

    def resume_utterance(self) -> None:
        """Hear nothing."""

    def end_utterance(self) -> None:
        """Hear nothing."""

    async def events(self) -> AsyncIterator[RecognizerEvent]:
        """Yield nothing."""
        return
        yield

    async def aclose(self) -> None:
        """Stop hearing nothing."""
