"""Stands in for an engine whose module cannot be imported, usually for want of its package."""

from errors import EngineError


class MissingEngine:
    """Serves no sense; says at the start what is missing.

    Args:
        setting: The setting that chose the engine.
        engine: The engine's name in the tables.
        error: What the import said.
    """

    languages: tuple[str, ...] = ()

    def __init__(self, setting: str, engine: str, error: ImportError):
        self.name = f"{engine} (missing)"
        self._setting = setting
        self._engine = engine
        self._error = error

    async def start(self) -> None:
        """Say what is missing.

        Raises:
            EngineError: Always.
        """
        raise EngineError(
            "engine_missing",
            f"{self._setting} is {self._engine}, which cannot be loaded: {self._error}.",
            f"Install what is missing, or set {self._setting} to another engine.",
        )

    async def aclose(self) -> None:
        """Hold nothing."""
