"""Gemini over HTTP."""

from starlette.applications import Starlette

from tests.google_emulator.state import EmulatorState


def create_app(state: EmulatorState) -> Starlette:  # noqa: ARG001 - its routes are to come
    """Return the application with the routes of Gemini."""
    return Starlette()
