"""The page served with scripted engines, and a Chromium whose microphone plays a recording."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.responses import FileResponse
from playwright.sync_api import Browser, sync_playwright

from app import create_app
from engines.scripted import Script, play
from settings import Settings
from tests.learner_page import CHROMIUM, TAP, launch
from tests.recordings import FOLDER as RECORDINGS
from tests.serving import Address, serve_in_thread

BROWSER_MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="LEFT OUT: the tests that talk to the page, for want of Chromium (Debian: chromium)",
    ),
]
"""Marks of a module that drives the page."""

RECORDING = RECORDINGS / "go_forward.wav"

SCRIPT = Script(
    utterances=("Go forward ten metres.", "No, wait."),
    replies=(
        "Here 3000 words would not be enough. So there are a few more of them to be heard.",
        "Now 6000 words follow, as many as it takes.",
    ),
    final_ms=20,
    first_word_ms=20,
    word_ms=1,
    first_audio_ms=20,
    audio_speed=20,
    spoken_word_ms=120,
)
"""Two answers whose samples are all 3,000 and all 6,000; the first lasts 2.2 s."""


@contextmanager
def launched() -> Iterator[Browser]:
    """Run a Chromium whose microphone plays recorded speech."""
    with sync_playwright() as playwright:
        browser = launch(playwright, RECORDING)
        yield browser
        browser.close()


@contextmanager
def serving(script: Script = SCRIPT) -> Iterator[Address]:
    """Serve the application with scripted engines."""
    settings = Settings(silence_timeout_ms=300)
    app = create_app(settings, play(script))
    app.get("/tap.js")(lambda: FileResponse(TAP))
    with serve_in_thread(app) as address:
        yield address
