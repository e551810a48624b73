"""What the page says of the engines: who they are, and what is wrong where one cannot start."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from app import create_app
from messages import Error, Welcome
from settings import Settings, TutorChoice
from tests.google_emulator.process import Emulator
from tests.learner_page import LearnerPage, visit
from tests.scripted_page import BROWSER_MARKS, launched
from tests.serving import Address, serve_in_thread

pytestmark = BROWSER_MARKS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium."""
    with launched() as browser:
        yield browser


@contextmanager
def serving(tutor: TutorChoice, *, key: str = "", base_url: str = "") -> Iterator[Address]:
    """Serve the application with scripted ears and voice, and this tutor."""
    settings = Settings(
        stt_engine="scripted",
        tutor_engine=tutor,
        voice_engine="scripted",
        gemini_api_key=key,  # type: ignore[arg-type]  # made a secret
        google_gemini_base_url=base_url,
    )
    with serve_in_thread(create_app(settings)) as address:
        yield address


def assert_key_is_asked_for(learner: LearnerPage) -> None:
    """Check that the page says which setting to change, and does not call again."""
    learner.wait_for("unserved")
    assert "Whoever runs this tutor" in learner.page.inner_text("#state-hint")
    alert = learner.page.get_by_role("alert")
    alert.get_by_text("GEMINI_API_KEY").first.wait_for()
    error = learner.last_received(Error)
    assert alert.locator("p").all_inner_texts() == [error.message, error.action]
    assert learner.page.locator("#microphone").is_disabled()
    assert learner.page.locator("#examples button:enabled").count() == 0
    assert learner.received == [error]


@pytest.mark.models
def test_the_page_names_the_engines_and_what_the_embedded_tutor_is(browser: Browser) -> None:
    """Each sense has the name of its engine, and the practice tutor is not taken for more."""
    with serving("local") as address, visit(browser, address) as learner:
        learner.wait_for("ready")
        names = learner.last_received(Welcome).engines
        shown = [learner.page.inner_text(f"#engine-{sense}") for sense in ("stt", "tutor", "voice")]
        assert shown == [names.stt, names.tutor, names.voice]
        assert "GEMINI_API_KEY" in learner.page.inner_text("#tutor-note")


def test_the_page_says_that_gemini_has_no_key(browser: Browser) -> None:
    """The alert names the setting."""
    with serving("google") as address, visit(browser, address) as learner:
        assert_key_is_asked_for(learner)


def test_the_page_says_that_the_key_is_wrong(browser: Browser, google_emulator: Emulator) -> None:
    """So does one that Gemini refuses."""
    google_emulator.reset()
    with (
        serving("google", key="wrong", base_url=google_emulator.gemini_url) as address,
        visit(browser, address) as learner,
    ):
        assert_key_is_asked_for(learner)
