"""The whole conversation over the wire: the app, Google's own client libraries, the emulator.

``pytest tests/test_google_conversation.py`` runs the app on uvicorn with the three Google engines
and talks to it over a real WebSocket at the pace of a person, in tone words. What the tutor says is
read back from its audio. Only the detector of speech is scripted: Silero does not take tones for a
voice.
"""

import dataclasses
import hashlib
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app import create_app
from bench.client import TalkClient, background, talk_to
from bench.exchange import Exchange, ask
from bench.speech import WINDOW_S, Recording
from engine_api import INPUT_RATE, OUTPUT_RATE
from engines import create_engines
from engines.scripted import Script, play
from messages import (
    AudioChunk,
    Config,
    Error,
    Image,
    Interrupted,
    TranscriptFinal,
    TurnMetrics,
    Welcome,
)
from settings import Settings
from tests.google_emulator.journal import Entry
from tests.google_emulator.process import Emulator
from tests.google_emulator.tone_words import decode_words, encode_words
from tests.google_emulator.vocabulary import find_words
from tests.serving import serve

QUESTION = "what is two plus two"
LONG_QUESTION = "thanks and why is that not three please tell me more"
ANSWER = "Two plus two is four. And why?"
LONG_ANSWER = "Well, " + "one and one is two, and two and two is four, and so on. " * 5
PATIENCE_S = 20.0


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, as new, with a tutor who has something to say."""
    google_emulator.reset()
    return google_emulator


@asynccontextmanager
async def conversation(emulator: Emulator) -> AsyncIterator[TalkClient]:
    """Run the app on Google's engines and talk to it, until the block ends."""
    settings = Settings(**emulator.settings, silence_timeout_ms=400)
    detector = play(Script()).detector
    engines = dataclasses.replace(create_engines(settings), detector=detector)
    async with serve(create_app(settings, engines)) as address, talk_to(address.ws) as client:
        await client.log.expect(Welcome, timeout_s=PATIENCE_S)
        yield client
        assert not client.log.received(Error)


def spoken(text: str) -> Recording:
    """Return words of the vocabulary, spoken in tones."""
    pcm = encode_words(text.split())
    return Recording(pcm, (True,) * int(len(pcm) / 2 / INPUT_RATE / WINDOW_S))


def words_of(exchange: Exchange) -> list[str]:
    """Return what the audio of an answer says."""
    assert exchange.reply is not None
    return decode_words(bytes(exchange.reply.pcm), OUTPUT_RATE)


def last_request(emulator: Emulator) -> Entry:
    """Return what Gemini was asked last."""
    return emulator.journal(service="llm", event="request")[-1]


def picture() -> bytes:
    """Return a PNG of one grey pixel."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


async def test_a_spoken_question_is_answered_in_speech(emulator: Emulator) -> None:
    """Each word of the question reaches Gemini, and each word of its answer is spoken."""
    emulator.configure(llm={"replies": [ANSWER]})
    async with conversation(emulator) as client:
        exchange = await ask(client, spoken(QUESTION))
    assert exchange.interims
    assert exchange.heard == QUESTION
    assert last_request(emulator)["contents"][-1] == {"role": "user", "texts": [QUESTION]}
    assert exchange.answer == ANSWER
    assert words_of(exchange) == find_words(ANSWER)


async def test_breaking_in_stops_gemini_and_the_voice(emulator: Emulator) -> None:
    """A barge-in ends both calls, nothing stale follows, and the history ends where it ended."""
    emulator.configure(llm={"replies": [LONG_ANSWER, ANSWER], "chunk_ms": 100})
    async with conversation(emulator) as client:
        cut = await ask(client, spoken(QUESTION), interrupt_after_s=1.5)
        assert cut.barged_in is not None
        assert cut.barged_in.stale_after_interrupted == 0
        for service in ("llm", "tts"):
            await emulator.wait_for("cancelled", service=service)
        exchange = await ask(client, spoken("why"))
    assert exchange.answer == ANSWER
    question, heard, _ = last_request(emulator)["contents"]
    assert question["texts"] == [QUESTION]
    assert heard["role"] == "model"
    (remark,) = heard["texts"]
    assert remark.startswith("Well, one")
    assert len(remark) < len(LONG_ANSWER) / 2


async def test_talking_over_the_tutor_is_a_barge_in(emulator: Emulator) -> None:
    """Who simply speaks interrupts, and is answered without a word lost."""
    emulator.configure(llm={"replies": [LONG_ANSWER, ANSWER]})
    async with conversation(emulator) as client:
        async with background(microphone=_say_and_wait(client, QUESTION)):
            await client.log.expect(AudioChunk, timeout_s=PATIENCE_S)
        async with background(microphone=_say_and_wait(client, "wait tell me more please")):
            await client.log.expect(Interrupted, timeout_s=PATIENCE_S)
            await client.log.expect(TranscriptFinal, timeout_s=PATIENCE_S)
            await client.log.expect(
                TurnMetrics, timeout_s=PATIENCE_S, where=lambda r: r.message.stt_ms is not None
            )
    assert last_request(emulator)["contents"][-1]["texts"][-1] == "wait tell me more please"


async def _say_and_wait(client: TalkClient, text: str) -> None:
    await client.speak(spoken(text).pcm)
    await client.keep_silent()


async def test_another_language(emulator: Emulator) -> None:
    """A new language reaches the ears, the tutor and the voice alike."""
    emulator.configure(llm={"replies": ["Cuatro."]})
    async with conversation(emulator) as client:
        await client.send(Config(language="es-ES"))
        exchange = await ask(client, spoken("hola cuanto es dos mas dos"))
    assert [final.message.language for final in exchange.finals] == ["es-ES"]
    assert emulator.journal(service="stt", event="config")[-1]["language"] == "es-ES"
    assert "es-ES" in last_request(emulator)["instruction"]
    voice = emulator.journal(service="tts", event="config")[-1]
    assert voice["language"] == "es-ES"
    assert voice["voice"].startswith("es-ES-Chirp3-HD-")
    assert words_of(exchange) == ["cuatro"]


async def test_a_picture_is_shown_to_gemini(emulator: Emulator) -> None:
    """A picture goes with the next question, byte for byte."""
    image = picture()
    emulator.configure(llm={"replies": [ANSWER]})
    async with conversation(emulator) as client:
        await client.send(Image(image))
        exchange = await ask(client, spoken("what is this shape"))
    assert last_request(emulator)["pictures"] == [
        {
            "mime_type": "image/png",
            "bytes": len(image),
            "sha256": hashlib.sha256(image).hexdigest(),
        }
    ]
    assert exchange.answer == ANSWER


async def test_the_whole_conversation(emulator: Emulator) -> None:
    """One session: a question, a barge-in, the next turn, another language, a picture.

    Cloud Speech ends a stream after two seconds meanwhile, in the middle of the third question.
    """
    emulator.configure(
        stt={"stream_limit_s": 2, "longest_result_s": 1},
        llm={"replies": [ANSWER, LONG_ANSWER, ANSWER, "Cuatro.", "Es un triangle."]},
    )
    async with conversation(emulator) as client:
        first = await ask(client, spoken(QUESTION))
        second = await ask(client, spoken("explain it please"), interrupt_after_s=0.8)
        third = await ask(client, spoken(LONG_QUESTION))
        await client.send(Config(language="es-ES"))
        fourth = await ask(client, spoken("hola cuanto es dos mas dos"))
        await client.send(Image(picture()))
        fifth = await ask(client, spoken("es uno triangle"))
    assert [each.heard for each in (first, second, third, fourth, fifth)] == [
        QUESTION,
        "explain it please",
        LONG_QUESTION,
        "hola cuanto es dos mas dos",
        "es uno triangle",
    ]
    assert [words_of(each) for each in (first, third, fourth, fifth)] == [
        find_words(ANSWER),
        find_words(ANSWER),
        find_words("Cuatro."),
        find_words("Es un triangle."),
    ]
    assert emulator.journal(service="stt", event="ended", status="OUT_OF_RANGE")
    request = last_request(emulator)
    assert len(request["pictures"]) == 1
    assert [content["role"] for content in request["contents"]] == ["user", "model"] * 4 + ["user"]
