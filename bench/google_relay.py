"""The least a client of Google's services can do: hand on what comes, and nothing else.

``python -m bench.google_relay`` says a question to the ears, sends the transcript to the tutor,
the tutor's first sentence to the voice, and takes its first audio; then again, until the time is
over. No WebSocket, no session, no endpointing, no watchdog. What our service takes longer than
this is its own; the rest belongs to gRPC, HTTP, the emulator and the machine.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from time import monotonic

import grpc.aio  # type: ignore[import-untyped]  # ships no type hints
import uvloop

from bench.google_learner import ASKERS, Asked
from bench.questions import first_sentence, number_questions, say
from engine_api import RecognizerOptions
from engines.google.hearing.speech_messages import (
    MAX_AUDIO_BYTES,
    METHOD,
    finals_in,
    parse_response,
    request_audio,
    request_config,
)
from engines.google.speaking.voice_messages import open_stream, streaming_config, streaming_input
from engines.google.speaking.voice_names import VoiceChoice

REST_S = 0.1
"""From one question to the next."""

PATIENCE_S = 30.0
MODEL = "gemini-3.5-flash-lite"
VOICE = VoiceChoice("en-US", "en-US-Chirp3-HD-Kore")


class Relay:
    """Asks one question after the other.

    Args:
        ears: Channel to the recognizer.
        tutor: ``host:port`` of the tutor.
        voice: Channel to the voice.
    """

    def __init__(self, ears: grpc.aio.Channel, tutor: str, voice: grpc.aio.Channel):
        self._ears = ears
        self._host, _, self._port = tutor.partition(":")
        self._voice = voice
        self._config = request_config(RecognizerOptions(), "latest_long")

    async def ask(self, question: str) -> Asked:
        """Ask a question, and return when what came of it."""
        call = self._ears.stream_stream(METHOD, None, parse_response)(timeout=PATIENCE_S)
        await call.write(self._config)
        for message in _audio_messages(say(question)):
            await call.write(message)
        await call.done_writing()
        ended = monotonic()
        async with self._connect() as (reader, writer):
            while not (finals := finals_in(await call.read())):
                pass
            writer.write(self._request(finals[0].text))
            await _read_until(reader, f"{question.split()[-1]}.")
            heard = await self._speak(first_sentence(question))
            call.cancel()
            await reader.readuntil(b"\r\n0\r\n\r\n")
        return Asked(question, ended, heard)

    async def _speak(self, sentence: str) -> float:
        call = open_stream(self._voice, PATIENCE_S)
        await call.write(streaming_config(VOICE, 1.0))
        await call.write(streaming_input(sentence))
        await call.read()
        heard = monotonic()
        call.cancel()
        return heard

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection(self._host, int(self._port))
        try:
            yield reader, writer
        finally:
            writer.close()

    def _request(self, text: str) -> bytes:
        body = json.dumps({"contents": [{"role": "user", "parts": [{"text": text}]}]})
        head = (
            f"POST /v1beta/models/{MODEL}:streamGenerateContent?alt=sse HTTP/1.1",
            f"Host: {self._host}:{self._port}",
            "x-goog-api-key: emulated",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        )
        return "\r\n".join([*head, "", body]).encode()


def _audio_messages(pcm: bytes) -> Iterator[bytes]:
    for at in range(0, len(pcm), MAX_AUDIO_BYTES):
        yield request_audio(pcm[at : at + MAX_AUDIO_BYTES])


async def _read_until(reader: asyncio.StreamReader, end: str) -> None:
    """Read events until the text so far has that end."""
    text = ""
    while not text.endswith(end):
        line = await reader.readline()
        if line.startswith(b"data: "):
            content = json.loads(line[6:])["candidates"][0].get("content", {"parts": []})
            text += "".join(part["text"] for part in content["parts"])


async def run(options: argparse.Namespace) -> list[Asked]:
    """Ask until the time is over."""
    deadline = monotonic() + options.seconds
    questions = number_questions(ASKERS - 1, ASKERS)
    asked = []
    async with (
        grpc.aio.insecure_channel(options.ears) as ears,
        grpc.aio.insecure_channel(options.voice) as voice,
    ):
        relay = Relay(ears, options.tutor, voice)
        while monotonic() < deadline:
            asked.append(await relay.ask(next(questions)))
            await asyncio.sleep(REST_S)
    return asked


def main() -> None:
    """Run the command; it prints the questions as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.google_relay", description=__doc__)
    for name in ("ears", "tutor", "voice"):
        parser.add_argument(f"--{name}", required=True, metavar="HOST:PORT")
    parser.add_argument("--seconds", type=float, required=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        asked = runner.run(run(parser.parse_args()))
    print(json.dumps([asdict(question) for question in asked]))


if __name__ == "__main__":
    main()
