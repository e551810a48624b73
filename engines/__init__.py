"""The engines, and the only place that knows one by its name.

An engine is a module of this folder with a factory for each sense it serves. Modules are imported
when they are chosen, and vendor packages at the earliest then.
"""

import logging
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from engine_api import Engines
from engines.choosing import Choice, Machine, Name, choose
from engines.missing import MissingEngine, missing_extra
from settings import EngineChoice, Settings, TutorChoice

DETECTORS: dict[EngineChoice, str] = {
    "google": "engines.local_vad",  # Google's service tells too late, and only where it is billed
    "local": "engines.local_vad",
    "scripted": "engines.scripted",
}
RECOGNIZERS: dict[EngineChoice, str] = {
    "google": "engines.google.hearing.recognizer",
    "local": "engines.local_stt",
    "scripted": "engines.scripted",
}
TUTORS: dict[TutorChoice, str] = {
    "google": "engines.google.gemini.tutor",
    "generativeai": "engines.generativeai",
    "openai": "engines.openai_compatible",
    "local": "engines.local_tutor",
    "scripted": "engines.scripted",
}
VOICES: dict[EngineChoice, str] = {
    "google": "engines.google.speaking.voice",
    "local": "engines.local_tts",
    "scripted": "engines.scripted",
}

logger = logging.getLogger(__name__)


def create_engines(settings: Settings, machine: Machine | None = None) -> Engines:
    """Return the engines the settings choose, not yet started; the log says why these.

    Args:
        settings: The settings of the service.
        machine: Where to look for credentials that no setting names; this machine if left out.
    """
    choices = choose(settings, machine or Machine())
    engines = Engines(
        detector=_create("create_detector", DETECTORS, choices.stt, settings),
        recognizer=_create("create_recognizer", RECOGNIZERS, choices.stt, settings),
        tutor=_create("create_tutor", TUTORS, choices.tutor, settings),
        voice=_create("create_voice", VOICES, choices.voice, settings),
    )
    logger.info("stt: %s (%s)", engines.recognizer.name, choices.stt.reason)
    logger.info("tutor: %s (%s)", engines.tutor.name, choices.tutor.reason)
    logger.info("voice: %s (%s)", engines.voice.name, choices.voice.reason)
    return engines


def _create(
    factory: str, table: Mapping[Name, str], choice: Choice[Name], settings: Settings
) -> Any:
    """Return what a factory makes, or what stands in for an engine that cannot be imported."""
    if error := missing_extra(choice.engine):
        return MissingEngine(choice.engine, error)
    try:
        return getattr(import_module(table[choice.engine]), factory)(settings)
    except ImportError as failed:
        return MissingEngine(choice.engine, failed)
