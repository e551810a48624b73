"""Serves the application on the Google engines, and lets a fault strike while a question is asked.

The application, the client libraries and the sockets are real; only Google is emulated.
"""

import asyncio
import dataclasses
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from app import create_app
from engines import create_engines
from engines.google.hearing.recognition_call import CallLimits
from engines.google.hearing.recognizer import GoogleRecognizer
from engines.scripted import play
from messages import Config
from settings import Settings
from tests.fault_outcomes import QUESTION
from tests.fault_scenarios import Scenario
from tests.google_emulator.behaviour import ServiceName
from tests.google_emulator.process import Emulator
from tests.quick_learner import QuickLearner, Reply, breathe
from tests.serving import Address, serve

DEADLINES_S = {"stt": 1.0, "tutor": 1.2, "voice": 1.0}
"""The time each stage has; everything within is as much shorter."""

FIRST_TOKEN_S = 0.4

LIMITS = CallLimits(open_s=0.3, stall_s=0.3, silence_s=0.6, drain_s=0.2)

FAST_VOICE = {"tts": {"audio_speed": 1_000}}

BEGUN: dict[ServiceName, tuple[str, int]] = {"stt": ("interim", 1), "tts": ("audio", 3)}
"""Which event of a service, and the how many-th, is in the middle of things."""


@asynccontextmanager
async def serving(emulator: Emulator, **settings: Any) -> AsyncIterator[Address]:
    """Serve the application, with little patience, until the block ends."""
    emulator.reset()
    deadlines = {f"{stage}_timeout_s": seconds for stage, seconds in DEADLINES_S.items()}
    deadlines["gemini_first_token_timeout_s"] = FIRST_TOKEN_S
    chosen = Settings(**{**emulator.settings, **deadlines, **settings})
    engines = dataclasses.replace(
        create_engines(chosen),
        detector=play().detector,  # Silero does not take tones for speech
        recognizer=GoogleRecognizer(chosen, LIMITS),
    )
    async with serve(create_app(chosen, engines)) as address:
        yield address


async def ask(
    learner: QuickLearner, emulator: Emulator, service: ServiceName, scenario: Scenario
) -> Reply:
    """Ask the question while the fault strikes the service; the ears are spoken to."""
    heal(emulator)
    emulator.configure(**scenario.behaviour)
    emulator.plan(*scenario.faults)
    await learner.send(Config(voice=scenario.voice))
    with _closed_port(emulator, service, scenario):
        if service == "stt":
            return await _say(learner, emulator, scenario)
        asking = learner.type(QUESTION)
        reply, _ = await asyncio.gather(asking, _strike_midway(emulator, service, scenario))
        return reply


def heal(emulator: Emulator) -> None:
    """Let everything work again."""
    emulator.reset()
    emulator.configure(**FAST_VOICE)


async def _say(learner: QuickLearner, emulator: Emulator, scenario: Scenario) -> Reply:
    async def interlude() -> None:
        await _strike_midway(emulator, "stt", scenario)
        await (asyncio.sleep(scenario.pause_s) if scenario.pause_s else breathe())

    return await learner.say(QUESTION, interlude)


async def _strike_midway(emulator: Emulator, service: ServiceName, scenario: Scenario) -> None:
    """Close the port once the service has begun to answer, where the scenario wants that."""
    if scenario.is_midway:
        event, times = BEGUN[service]
        await emulator.wait_for(event, service=service, times=times)
        emulator.close_port(service, scenario.outage_s)


@contextmanager
def _closed_port(emulator: Emulator, service: ServiceName, scenario: Scenario) -> Iterator[None]:
    """Close the port from the beginning, where the scenario wants that."""
    if scenario.outage_s and not scenario.is_midway:
        emulator.close_port(service, scenario.outage_s)
    if not scenario.is_mute:
        yield
        return
    # Connections to it are accepted by the kernel, and by nobody else.
    with socket.create_server(("127.0.0.1", emulator.ports[service])):
        yield
