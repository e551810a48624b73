"""Sets of engines of different kinds, in whole conversations over a real WebSocket."""

from typing import Any

import pytest
from websockets.asyncio.client import connect

from app import create_app
from messages import AudioChunk, AudioFrame, SpeechEnd, TranscriptFinal, TutorText, Welcome
from settings import Settings
from tests.google_emulator.process import Emulator
from tests.recordings import load_recording
from tests.serving import serve
from tests.socket_reader import receive
from websocket_protocol import encode

pytestmark = pytest.mark.models

FRAME = 640
SPEECH = load_recording("go_forward").pcm

SERVICES = {"stt_engine": "stt", "tutor_engine": "llm", "voice_engine": "tts"}
"""The service of the emulator that an engine of Google's calls."""


@pytest.mark.parametrize(
    ("ears", "tutor", "voice"),
    [
        ("local", "google", "scripted"),
        ("local", "google", "local"),
        ("google", "local", "google"),
        ("scripted", "google", "google"),
    ],
)
async def test_engines_of_different_kinds_hold_a_conversation(
    ears: str, tutor: str, voice: str, google_emulator: Emulator
) -> None:
    """A spoken question is understood, answered and spoken, each by the engine that was chosen."""
    google_emulator.reset()
    chosen: dict[str, Any] = {"stt_engine": ears, "tutor_engine": tutor, "voice_engine": voice}
    app = create_app(Settings(**google_emulator.settings | chosen))
    async with serve(app) as address, connect(address.ws) as client:
        welcome: Welcome = await receive(client, Welcome)
        for at in range(0, len(SPEECH), FRAME):
            await client.send(encode(AudioFrame(SPEECH[at : at + FRAME])))
        await client.send(encode(SpeechEnd()))
        heard: TranscriptFinal = await receive(client, TranscriptFinal)
        written: TutorText = await receive(client, TutorText)
        spoken: AudioChunk = await receive(client, AudioChunk)
    assert len({welcome.engines.stt, welcome.engines.tutor, welcome.engines.voice}) >= 2
    assert heard.text
    assert written.delta
    assert len(spoken.pcm) > 0
    called = {entry["service"] for entry in google_emulator.journal(event="opened")}
    assert called == {SERVICES[setting] for setting, name in chosen.items() if name == "google"}
