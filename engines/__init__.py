"""The engines, and the only place that knows one by its name.

An engine is a module of this folder with a factory for each sense it serves. Modules are imported
when they are chosen, and vendor packages when an engine starts.
"""

from importlib import import_module
from typing import cast

from engine_api import Engines, Recognizer, SpeechDetector, Tutor, Voice
from settings import EngineChoice, Settings, TutorChoice

DETECTORS: dict[EngineChoice, str] = {
    "auto": "engines.local_vad",
    "local": "engines.local_vad",
    "scripted": "engines.scripted",
}
RECOGNIZERS: dict[EngineChoice, str] = {
    "auto": "engines.local_stt",
    "local": "engines.local_stt",
    "scripted": "engines.scripted",
}
TUTORS: dict[TutorChoice, str] = {
    "auto": "engines.local_tutor",
    "local": "engines.local_tutor",
    "scripted": "engines.scripted",
}
VOICES: dict[EngineChoice, str] = {
    "auto": "engines.local_tts",
    "local": "engines.local_tts",
    "scripted": "engines.scripted",
}


def create_engines(settings: Settings) -> Engines:
    """Return the engines the settings choose, not yet started."""
    return Engines(
        detector=cast(
            SpeechDetector,
            _create(DETECTORS[settings.stt_engine], "create_detector", settings),
        ),
        recognizer=cast(
            Recognizer,
            _create(RECOGNIZERS[settings.stt_engine], "create_recognizer", settings),
        ),
        tutor=cast(Tutor, _create(TUTORS[settings.tutor_engine], "create_tutor", settings)),
        voice=cast(Voice, _create(VOICES[settings.voice_engine], "create_voice", settings)),
    )


def _create(module: str, factory: str, settings: Settings) -> object:
    return getattr(import_module(module), factory)(settings)
