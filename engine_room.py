"""Starts the engines before the first session, stops them after the last, and tells how they do."""

import logging
from typing import Any

from engine_api import Counting, Engine, Engines
from errors import EngineError

SETTINGS = {
    "detector": "STT_ENGINE",
    "stt": "STT_ENGINE",
    "tutor": "TUTOR_ENGINE",
    "voice": "VOICE_ENGINE",
}
"""The setting that chooses the engine of each sense."""

logger = logging.getLogger(__name__)


class EngineRoom:
    """The engines of one service, while it runs.

    An engine that cannot start does not keep the service from running: whoever calls can then be
    told what is wrong, which a process that has ended could not do.

    Args:
        engines: The engines, not yet started.
        language: The language of a session that asks for none (BCP 47).
    """

    def __init__(self, engines: Engines, language: str):
        self.engines = engines
        self._language = language
        self._parts: dict[str, Engine] = {
            "detector": engines.detector,
            "stt": engines.recognizer,
            "tutor": engines.tutor,
            "voice": engines.voice,
        }
        self._faults: list[EngineError] = []

    @property
    def fault(self) -> EngineError | None:
        """Why no session can be served: the first thing that went wrong; ``None`` if nothing."""
        return self._faults[0] if self._faults else None

    async def start(self) -> None:
        """Start them all; the log names each one that cannot, and the setting to change."""
        for sense, engine in self._parts.items():
            if error := await _start(sense, engine):
                self._note(error, f"{sense} cannot start: ")
        if not self.engines.serve(self._language):
            self._note(_speechless(self.engines))
        if not self._faults:
            logger.info("ready: %s", ", ".join(engine.name for engine in self._parts.values()))

    def _note(self, error: EngineError, where: str = "") -> None:
        logger.error("%s%s %s", where, error.message, error.action)
        self._faults.append(error)

    async def aclose(self) -> None:
        """Stop them all; one that cannot keeps no other from it."""
        for sense, engine in reversed(self._parts.items()):
            try:
                await engine.aclose()
            except Exception as error:
                logger.error("%s did not stop cleanly: %s", sense, type(error).__name__)

    def report(self) -> dict[str, Any]:
        """Return what an operator should know: whether they run, and what each one counted."""
        report: dict[str, Any] = {"status": "ok", "engines": {}}
        if self._faults:
            faults = [
                {"code": fault.code, "message": fault.message, "action": fault.action}
                for fault in self._faults
            ]
            report |= {"status": "misconfigured", "errors": faults}
        for sense, engine in self._parts.items():
            counts = {"counts": dict(engine.counts)} if isinstance(engine, Counting) else {}
            report["engines"][sense] = {"name": engine.name, **counts}
        return report


async def _start(sense: str, engine: Engine) -> EngineError | None:
    """Start an engine, and return why it cannot where it cannot."""
    try:
        await engine.start()
    except EngineError as error:
        return error
    except ImportError as error:
        return missing(sense, error)
    except Exception as error:
        logger.warning("%s failed at its start: %s", engine.name, type(error).__name__)
        return _broken(sense)
    return None


def missing(sense: str, error: ImportError) -> EngineError:
    """Return the error of an engine of which something is not installed."""
    setting = SETTINGS[sense]
    return EngineError(
        "engine_missing",
        f"The engine that {setting} chooses is not installed: {error}.",
        f"Install what is missing, or set {setting} to another engine.",
    )


def _broken(sense: str) -> EngineError:
    """Return the error of an engine that failed in a way it does not know itself."""
    setting = SETTINGS[sense]
    return EngineError(
        "engine_broken",
        f"The engine that {setting} chooses failed at its start.",
        f"Check its settings and files, or set {setting} to another engine.",
    )


def _speechless(engines: Engines) -> EngineError:
    """Return the error of engines that do not all serve the language of a new session."""
    action = "Choose other engines with STT_ENGINE, TUTOR_ENGINE and VOICE_ENGINE."
    if engines.languages:
        action = f"Set it to one of {', '.join(engines.languages)}, or choose other engines."
    return EngineError(
        "unsupported_language",
        "The engines in use do not all serve the language of DEFAULT_LANGUAGE.",
        action,
    )
