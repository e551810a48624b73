"""The emulated Cloud Text-to-Speech answers Google's own client as the service does."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Any

import grpc.aio  # type: ignore[import-untyped]  # ships no type hints
import numpy as np
import pytest
from google.api_core.exceptions import (
    Aborted,
    GoogleAPICallError,
    InvalidArgument,
    ResourceExhausted,
    ServiceUnavailable,
)
from google.cloud.texttospeech_v1 import (
    AudioConfig,
    AudioEncoding,
    StreamingAudioConfig,
    StreamingSynthesisInput,
    StreamingSynthesizeConfig,
    StreamingSynthesizeRequest,
    SynthesisInput,
    SynthesizeSpeechResponse,
    TextToSpeechAsyncClient,
    VoiceSelectionParams,
)
from google.cloud.texttospeech_v1.services.text_to_speech.transports import (
    TextToSpeechGrpcAsyncIOTransport,
)

from engines.google.speaking.wav import bare_pcm
from tests.google_emulator.faults import Fault
from tests.google_emulator.process import Emulator
from tests.google_emulator.tone_words import decode_words
from tests.google_emulator.vocabulary import OTHER, find_words

TEXT = "Two plus two is four."
KORE = VoiceSelectionParams(language_code="en-US", name="en-US-Chirp3-HD-Kore")
OLDER = VoiceSelectionParams(language_code="en-US", name="en-US-Neural2-C")
PCM = StreamingAudioConfig(audio_encoding=AudioEncoding.PCM, sample_rate_hertz=24_000)


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, as new, which speaks quickly."""
    google_emulator.reset()
    google_emulator.configure(tts={"audio_speed": 100})
    return google_emulator


@pytest.fixture
async def client(emulator: Emulator) -> AsyncIterator[TextToSpeechAsyncClient]:
    """Google's client for the service."""
    async with grpc.aio.insecure_channel(emulator.tts_host) as channel:
        transport = TextToSpeechGrpcAsyncIOTransport(channel=channel)
        yield TextToSpeechAsyncClient(transport=transport)


def configure(
    voice: VoiceSelectionParams = KORE, audio: StreamingAudioConfig = PCM
) -> StreamingSynthesizeRequest:
    """Return the first message of a stream."""
    config = StreamingSynthesizeConfig(voice=voice, streaming_audio_config=audio)
    return StreamingSynthesizeRequest(streaming_config=config)


def say(text: str = TEXT) -> StreamingSynthesizeRequest:
    """Return a message with text."""
    return StreamingSynthesizeRequest(input=StreamingSynthesisInput(text=text))


async def stream(
    client: TextToSpeechAsyncClient,
    requests: Iterable[StreamingSynthesizeRequest],
    *,
    wait_s: float = 0,
) -> list[bytes]:
    """Return the messages of audio for some requests, after which the client waits."""
    over = asyncio.Event()

    async def send() -> AsyncIterator[StreamingSynthesizeRequest]:
        for request in requests:
            yield request
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await over.wait()

    try:
        answers = await client.streaming_synthesize(send(), retry=None, timeout=10)
        return [answer.audio_content async for answer in answers]
    finally:
        over.set()


async def synthesize(
    client: TextToSpeechAsyncClient, voice: VoiceSelectionParams = OLDER, **audio: Any
) -> bytes:
    """Return the audio of the text from a single request."""
    answer: SynthesizeSpeechResponse = await client.synthesize_speech(
        input=SynthesisInput(text=TEXT), voice=voice, audio_config=AudioConfig(**audio), timeout=10
    )
    return answer.audio_content


async def test_stream_says_what_it_is_sent(
    client: TextToSpeechAsyncClient, emulator: Emulator
) -> None:
    """Texts come back as tone words, in order, in pieces, without a header."""
    audio = await stream(client, [configure(), say(f"{TEXT} "), say("Try again.")])
    assert decode_words(b"".join(audio), 24_000) == find_words(f"{TEXT} Try again.")
    assert len(audio) > 5
    events = [entry["event"] for entry in emulator.journal(method="stream")]
    assert events[:2] == ["opened", "config"]
    assert events[-1] == "ended"
    assert {"input", "audio", "half_closed"} <= set(events)


async def test_inputs_of_a_stream_are_one_text(client: TextToSpeechAsyncClient) -> None:
    """Words are glued together where no space stands between two inputs."""
    audio = await stream(client, [configure(), say("Two plus"), say("two is "), say("four.")])
    assert decode_words(b"".join(audio), 24_000) == ["two", "plus", OTHER, "is", "four"]


async def test_stream_is_given_up_without_input(
    client: TextToSpeechAsyncClient, emulator: Emulator
) -> None:
    """A stream that is open but gets no text is aborted in the service's words."""
    emulator.configure(tts={"idle_limit_s": 0.2})
    with pytest.raises(Aborted, match="Input must be sent continuously, at least every 5s"):
        await stream(client, [configure(), say()], wait_s=5)


@pytest.mark.parametrize(
    "requests",
    [
        [say()],
        [configure(), configure()],
        [configure(OLDER), say()],
        [configure(VoiceSelectionParams(language_code="en-US", name="Nobody")), say()],
        [configure(VoiceSelectionParams(language_code="de-DE", name=KORE.name)), say()],
        [configure(audio=StreamingAudioConfig(audio_encoding=AudioEncoding.LINEAR16)), say()],
        [configure(audio=StreamingAudioConfig(audio_encoding=AudioEncoding.MP3)), say()],
        [configure(audio=StreamingAudioConfig(audio_encoding=7, speaking_rate=3)), say()],
        [configure(), say(" ")],
        [configure(), say("a" * 5_001)],
    ],
    ids=[
        "no configuration", "two configurations", "voice that cannot stream", "unknown voice",
        "other language", "LINEAR16", "MP3", "too fast", "nothing to say", "too long",
    ],
)  # fmt: skip
async def test_stream_refuses(
    client: TextToSpeechAsyncClient, requests: list[StreamingSynthesizeRequest]
) -> None:
    """What the service does not accept ends the stream."""
    with pytest.raises(InvalidArgument):
        await stream(client, requests, wait_s=1)


@pytest.mark.parametrize("encoding", [AudioEncoding.LINEAR16, AudioEncoding.PCM])
async def test_request_gets_a_header_with_linear16_only(
    client: TextToSpeechAsyncClient, encoding: AudioEncoding
) -> None:
    """LINEAR16 is a WAV file, PCM bare samples; both say the text."""
    audio = await synthesize(client, audio_encoding=encoding, sample_rate_hertz=24_000)
    assert audio.startswith(b"RIFF") is (encoding is AudioEncoding.LINEAR16)
    assert decode_words(bare_pcm(audio), 24_000) == find_words(TEXT)


@pytest.mark.parametrize("encoding", [AudioEncoding.ALAW, AudioEncoding.MULAW])
async def test_companded_audio_is_the_same_speech(
    client: TextToSpeechAsyncClient, encoding: AudioEncoding
) -> None:
    """A byte a sample, with a header in a single request and without one in a stream."""
    audio = await synthesize(client, KORE, audio_encoding=encoding)
    config = StreamingAudioConfig(audio_encoding=encoding)
    streamed = b"".join(await stream(client, [configure(audio=config), say()]))
    assert bare_pcm(audio) == streamed
    expand = _expand_a_law if encoding is AudioEncoding.ALAW else _expand_mu_law
    assert decode_words(expand(streamed), 24_000) == find_words(TEXT)


async def test_rate_changes_how_long_it_takes(client: TextToSpeechAsyncClient) -> None:
    """Slow speech has longer gaps, fast speech is squeezed."""
    lengths = [
        len(await synthesize(client, audio_encoding=AudioEncoding.PCM, speaking_rate=rate))
        for rate in (0.5, 1.0, 2.0)
    ]
    assert lengths[0] == pytest.approx(2 * lengths[1], rel=0.05)
    assert lengths[2] == pytest.approx(lengths[1] / 2, rel=0.05)


async def test_voices_are_listed_by_language(client: TextToSpeechAsyncClient) -> None:
    """All of them, or those of a language."""
    everything = (await client.list_voices()).voices
    german = (await client.list_voices(language_code="de-DE")).voices
    assert len(everything) > len(german) > 1
    assert {voice.language_codes[0] for voice in german} == {"de-DE"}
    assert "de-DE-Chirp3-HD-Kore" in {voice.name for voice in german}


async def test_quota_refuses_what_is_too_much(
    client: TextToSpeechAsyncClient, emulator: Emulator
) -> None:
    """Streams at a time and requests of a minute are limited, over both methods."""
    emulator.configure(tts={"max_streams": 0})
    with pytest.raises(ResourceExhausted):
        await stream(client, [configure()], wait_s=1)
    emulator.configure(tts={"max_streams": 1, "requests_per_minute": 0})
    with pytest.raises(ResourceExhausted):
        await synthesize(client, audio_encoding=AudioEncoding.PCM)


async def test_client_that_hangs_up_is_noticed_at_once(
    client: TextToSpeechAsyncClient, emulator: Emulator
) -> None:
    """The journal tells the moment, and no audio after it."""
    emulator.configure(tts={"audio_speed": 1})

    async def send() -> AsyncIterator[StreamingSynthesizeRequest]:
        for request in (configure(), say(), say()):
            yield request

    answers: Any = await client.streaming_synthesize(send(), retry=None, timeout=10)
    await anext(aiter(answers))
    answers.cancel()
    await emulator.wait_for("cancelled", service="tts", timeout_s=1)
    assert emulator.journal(method="stream")[-1]["event"] == "cancelled"


@pytest.mark.parametrize(
    "fault",
    [
        {"where": "open"},
        {"where": "messages", "after": 2},
        {"where": "bytes", "after": 9_600},
        {"where": "seconds", "after": 0.4},
    ],
    ids=lambda fault: fault["where"],
)
async def test_fault_strikes_where_it_is_planned(
    client: TextToSpeechAsyncClient, emulator: Emulator, fault: dict[str, Any]
) -> None:
    """A stream ends with the planned status, after as much audio as was planned."""
    planned = {"service": "tts", "kind": "status", "status": "UNAVAILABLE", **fault}
    emulator.plan(Fault.model_validate(planned))
    with pytest.raises((ServiceUnavailable, GoogleAPICallError)):
        await stream(client, [configure(), say()])
    messages = {"open": 0, "bytes": 1}.get(fault["where"], 2)
    assert len(emulator.journal(event="audio", method="stream")) == messages
    (ended,) = emulator.journal(event="ended", method="stream")
    assert ended["status"] == "UNAVAILABLE"
    assert await stream(client, [configure(), say()])


def _expand_mu_law(data: bytes) -> bytes:
    """Return the PCM16 of G.711 mu-law."""
    code = ~np.frombuffer(data, np.uint8).astype(np.int32) & 0xFF
    level = (((code & 0x0F) << 3) + 132 << ((code >> 4) & 7)) - 132
    return np.where(code & 0x80, -level, level).astype("<i2").tobytes()


def _expand_a_law(data: bytes) -> bytes:
    """Return the PCM16 of G.711 A-law."""
    code = np.frombuffer(data, np.uint8).astype(np.int32) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 0x0F
    level = (mantissa << 4) + 8
    level = np.where(exponent > 0, (level + 0x100) << np.maximum(exponent - 1, 0), level)
    return np.where(code & 0x80, level, -level).astype("<i2").tobytes()
