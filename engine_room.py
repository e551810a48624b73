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
    """

    def __init__(self, engines: Engines):
        self.engines = engines
        self._parts: dict[str, Engine] = {
            "detector": engines.detector,
            "stt": engines.recognizer,
            "tutor": engines.tutor,
            "voice": engines.voice,
        }
        self.fault: EngineError | None = None
        """Why no session can be served: the first engine's error; ``None`` where all run."""

    async def start(self) -> None:
        """Start them all; the log names each one that cannot, and the setting to change."""
        for sense, engine in self._parts.items():
            try:
                await engine.start()
            except EngineError as error:
                self._note(sense, error)
            except ImportError as error:
                self._note(sense, missing(sense, error))
        if self.fault is None:
            logger.info("ready: %s", ", ".join(engine.name for engine in self._parts.values()))

    def _note(self, sense: str, error: EngineError) -> None:
        logger.error("%s cannot start: %s %s", sense, error.message, error.action)
        self.fault = self.fault or error

    async def aclose(self) -> None:
        """Stop them all."""
        for engine in reversed(self._parts.values()):
            await engine.aclose()

    def report(self) -> dict[str, Any]:
        """Return what an operator should know: whether they run, and what each one counted."""
        report: dict[str, Any] = {"status": "ok", "engines": {}}
        if self.fault is not None:
            fault = {"code": self.fault.code, "message": self.fault.message}
            report |= {"status": "misconfigured", "error": {**fault, "action": self.fault.action}}
        for sense, engine in self._parts.items():
            counts = {"counts": dict(engine.counts)} if isinstance(engine, Counting) else {}
            report["engines"][sense] = {"name": engine.name, **counts}
        return report


def missing(sense: str, error: ImportError) -> EngineError:
    """Return the error of an engine of which something is not installed."""
    setting = SETTINGS[sense]
    return EngineError(
        "engine_missing",
        f"The engine that {setting} chooses is not installed: {error}.",
        f"Install what is missing, or set {setting} to another engine.",
    )
