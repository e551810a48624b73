"""Whether the tutor can be understood: its voice, heard again by the embedded ears."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bench.wave_files import resample, to_pcm, to_samples
from engine_api import (
    INPUT_RATE,
    OUTPUT_RATE,
    FinalTranscript,
    Recognizer,
    RecognizerOptions,
    UtteranceEnded,
    Voice,
    VoiceOptions,
)
from engines.local_stt import create_recognizer
from engines.local_tts import create_voice
from settings import Settings

PAUSE = bytes(INPUT_RATE)
"""Half a second of silence around each piece."""


@asynccontextmanager
async def ears() -> AsyncIterator[Recognizer]:
    """Give the embedded recognizer, running."""
    recognizer = create_recognizer(Settings())
    await recognizer.start()
    try:
        yield recognizer
    finally:
        await recognizer.aclose()


async def understand(recognizer: Recognizer, pieces: Sequence[bytes]) -> str:
    """Return the words in pieces of the tutor's voice, PCM16 at 24 kHz."""
    return " ".join([await _understand(recognizer, piece) for piece in pieces])


async def _understand(recognizer: Recognizer, piece: bytes) -> str:
    stream, finals = recognizer.open(RecognizerOptions()), []
    stream.push(PAUSE)
    stream.begin_utterance(1)
    stream.push(to_microphone(piece) + PAUSE)
    stream.end_utterance()
    async for event in stream.events():
        if isinstance(event, FinalTranscript):
            finals.append(event.text)
        elif isinstance(event, UtteranceEnded):
            break
    await stream.aclose()
    return " ".join(finals)


def to_microphone(pcm: bytes) -> bytes:
    """Return the tutor's voice as a microphone would hear it: at 16 kHz."""
    return to_pcm(resample(to_samples(pcm), OUTPUT_RATE, INPUT_RATE))


async def synthesize(sentences: Sequence[str]) -> list[bytes]:
    """Return the embedded voice saying each sentence, as a microphone would hear it."""
    voice = create_voice(Settings())
    await voice.start()
    try:
        return [await _say(voice, sentence) for sentence in sentences]
    finally:
        await voice.aclose()


async def _say(voice: Voice, sentence: str) -> bytes:
    async def once() -> AsyncIterator[str]:
        yield sentence

    options = VoiceOptions(asyncio.Event())
    pcm = b"".join([piece.pcm async for piece in voice.speak(once(), options)])
    return to_microphone(pcm)
