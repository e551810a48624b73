"""Stands in for an engine whose module cannot be imported, usually for want of a package."""

from importlib.util import find_spec

from errors import EngineError

EXTRAS = {
    "generativeai": (
        "google.generativeai",
        EngineError(
            "engine_missing",
            "The package google-generativeai, which TUTOR_ENGINE asks for, is not installed here; "
            "it has an environment of its own.",
            "Make that with `make test-generativeai`, then start the service with "
            "`.venv-generativeai/bin/python app.py`; or set TUTOR_ENGINE to another engine.",
        ),
    )
}
"""Engines whose package is not installed with the others: the package, and how to get it."""


class MissingEngine:
    """Serves no sense; says at the start what is missing.

    Args:
        name: The engine's name in the tables.
        error: What the import said, or how to get what is missing.
    """

    languages: tuple[str, ...] = ()

    def __init__(self, name: str, error: ImportError | EngineError):
        self.name = f"{name} (missing)"
        self._error = error

    async def start(self) -> None:
        """Say what is missing.

        Raises:
            EngineError: It is an extra that is not installed.
            ImportError: Something else could not be imported.
        """
        raise self._error

    async def aclose(self) -> None:
        """Hold nothing."""


def missing_extra(name: str) -> EngineError | None:
    """Return how to get an engine that is an extra and not installed; ``None`` for all others."""
    if name not in EXTRAS:
        return None
    package, error = EXTRAS[name]
    try:
        return None if find_spec(package) else error
    except ModuleNotFoundError:  # nor is what it is a part of
        return error
