"""The microphone of the page in a real Chromium: refused, lost, muted."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from messages import AudioFrame
from tests.learner_page import visit
from tests.scripted_page import BROWSER_MARKS, launched, serving
from tests.serving import Address

pytestmark = BROWSER_MARKS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium whose microphone plays recorded speech."""
    with launched() as browser:
        yield browser


@pytest.fixture
def address() -> Iterator[Address]:
    """Where the application is served."""
    with serving() as address:
        yield address


def test_each_failure_of_the_microphone_has_its_own_words(
    browser: Browser, address: Address
) -> None:
    """The page says what is wrong and what to do, and goes on without."""
    failures = {
        "NotAllowedError": "The microphone was refused.",
        "NotFoundError": "No microphone was found.",
        "NotReadableError": "The microphone is in use by another program.",
        "AbortError": "The microphone could not be opened.",
    }
    with visit(browser, address, microphone="fails") as learner:
        for exception, words in failures.items():
            learner.wait_for("ready")
            learner.page.evaluate(f"() => {{ spies.failure = '{exception}'; }}")
            learner.page.click("#microphone")
            learner.page.locator("#notice.shown", has_text=words).wait_for()
            assert "type" in learner.page.inner_text("#notice-action")


def test_a_learner_who_refuses_the_microphone_can_type(browser: Browser, address: Address) -> None:
    """The browser's own refusal leaves the rest of the page at work."""
    with visit(browser, address, permissions=[]) as learner:
        learner.wait_for("ready")
        learner.page.click("#microphone")
        learner.page.locator("#notice.shown", has_text="refused").wait_for()
        learner.ask("What is it?")
        learner.wait_for("speaking")
        learner.page.keyboard.press("Escape")


def test_a_lost_microphone_can_be_replaced(browser: Browser, address: Address) -> None:
    """The page says that it went away, hears nothing more from it, and takes another one."""
    with visit(browser, address, microphone="tone") as learner:
        learner.wait_for("ready")
        learner.page.click("#microphone")
        learner.wait_for("listening")
        learner.page.evaluate("() => spies.unplug()")
        learner.page.locator("#notice.shown", has_text="went away").wait_for()
        learner.wait_for("ready")
        learner.page.click("#microphone")
        learner.wait_for("listening")
        assert learner.page.locator("#notice.shown").count() == 0
        before = learner.count_sent(AudioFrame)
        learner.page.wait_for_timeout(1_000)
        assert learner.count_sent(AudioFrame) - before < 60


def test_muting_sends_nothing_more(browser: Browser, address: Address) -> None:
    """M mutes and unmutes, in word and in deed: no audio leaves the page meanwhile."""
    with visit(browser, address, microphone="tone") as learner:
        learner.wait_for("ready")
        learner.page.click("#microphone")
        learner.wait_for("listening")
        learner.page.keyboard.press("m")
        learner.wait_for("muted")
        sent = learner.count_sent(AudioFrame)
        learner.page.wait_for_timeout(200)
        assert learner.count_sent(AudioFrame) == sent
        learner.page.keyboard.press("m")
        learner.wait_for("listening")
        learner.page.wait_for_timeout(200)
        assert learner.count_sent(AudioFrame) > sent
