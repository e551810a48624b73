"""Stands in for an engine whose module cannot be imported, usually for want of a package."""


class MissingEngine:
    """Serves no sense; says at the start what is missing.

    Args:
        name: The engine's name in the tables.
        error: What the import said.
    """

    languages: tuple[str, ...] = ()

    def __init__(self, name: str, error: ImportError):
        self.name = f"{name} (missing)"
        self._error = error

    async def start(self) -> None:
        """Say what is missing.

        Raises:
            ImportError: Always.
        """
        raise self._error

    async def aclose(self) -> None:
        """Hold nothing."""
