"""The page in a real Chromium, with a real server, over the real wire."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from messages import AudioComplete, BargeIn, Playback, TextMessage, TurnMetrics
from tests.learner_page import visit
from tests.scripted_page import BROWSER_MARKS, SCRIPT, launched, serving
from tests.serving import Address

pytestmark = BROWSER_MARKS

INTERRUPTED = 0x18
FULL_SCALE = 32_768
FIRST, SECOND = 3_000 / FULL_SCALE, 6_000 / FULL_SCALE


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


def test_the_page_hears_speech_and_answers_in_sound(browser: Browser, address: Address) -> None:
    """From the microphone's recording to a transcript, a written answer and its sound."""
    with visit(browser, address) as learner:
        learner.wait_for("ready")
        assert learner.page.inner_text("#engine-voice") == "Scripted"
        learner.page.click("#microphone")
        for state in ("listening", "hearing", "speaking", "listening"):
            learner.wait_for(state)
        assert learner.page.locator(".caption.learner p").inner_text() == SCRIPT.utterances[0]
        assert learner.answer() == SCRIPT.replies[0]
        [sound] = learner.sounds()
        total = learner.last_received(AudioComplete).total_samples
        assert sound.seconds == pytest.approx(total / 24_000, abs=0.002)
        assert learner.last_sent(Playback) == Playback(1, total, done=True)
        seconds = (learner.last_received(TurnMetrics).total_ms or 0) / 1_000
        assert learner.page.inner_text("#latency-total") == f"{seconds:.2f} s"


def test_a_typed_question_is_answered_in_sound_without_a_microphone(
    browser: Browser, address: Address
) -> None:
    """Text in, voice and text out; and the text runs with the voice."""
    with visit(browser, address) as learner:
        learner.wait_for("ready")
        learner.ask("What is it?")
        learner.wait_for("speaking")
        spoken = []
        while learner.page.get_attribute("body", "data-state") == "speaking":
            spoken.append(learner.page.locator(".spoken").inner_text())
            learner.page.wait_for_timeout(200)
        assert learner.last_sent(TextMessage).text == "What is it?"
        assert learner.answer() == SCRIPT.replies[0]
        assert len(learner.sounds()) == 1
        assert len(set(spoken)) > 5
        assert all(SCRIPT.replies[0].startswith(part) for part in spoken)


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_escape_silences_the_tutor_at_once(browser: Browser, address: Address, rate: int) -> None:
    """From the key to silence it takes 8 ms of fade, and the server learns what was heard."""
    with visit(browser, address, rate=rate) as learner:
        learner.wait_for("ready")
        learner.ask("What is it?")
        learner.wait_for("speaking")
        learner.page.wait_for_timeout(700)
        learner.page.keyboard.press("Escape")
        learner.wait_for("ready")
        learner.page.wait_for_timeout(300)
        [sound] = learner.sounds()
        assert sound.end - learner.moment("Escape") < 0.05
        played = learner.last_sent(BargeIn).played_samples or 0
        latency = learner.page.evaluate("() => spies.latency()")
        assert played / 24_000 + latency == pytest.approx(sound.seconds, abs=0.02)
        assert learner.page.locator("del.unheard").count() == 1


def test_talking_over_the_tutor_lowers_it_and_then_silences_it(
    browser: Browser, address: Address
) -> None:
    """After INTERRUPTED no sample of the old answer is rendered, and the new one is whole."""
    with visit(browser, address, microphone="tone") as learner:
        learner.wait_for("ready")
        learner.page.click("#microphone")
        learner.wait_for("listening")
        learner.ask("What is it?")
        learner.wait_for("speaking")
        learner.page.wait_for_timeout(500)
        learner.page.evaluate("() => spies.speak(1)")
        for state in ("ducked", "hearing", "speaking", "listening"):
            learner.wait_for(state)
        old, new = learner.sounds()
        assert old.peak == pytest.approx(FIRST, rel=0.2)
        assert old.end - learner.moment(INTERRUPTED) < 0.05
        assert new.peak == pytest.approx(SECOND, rel=0.2)
        total = learner.last_received(AudioComplete).total_samples
        assert new.seconds == pytest.approx(total / 24_000, abs=0.002)


def test_an_echo_lowers_the_tutor_and_gives_it_back(browser: Browser) -> None:
    """A barge-in that was none costs no sample of the answer."""
    utterances = ("Here words would not be enough.",)
    echo = replace(SCRIPT, utterances=utterances, spoken_word_ms=250)
    with (
        serving(echo) as address,
        visit(browser, address, microphone="tone") as learner,
    ):
        learner.wait_for("ready")
        learner.page.click("#microphone")
        learner.wait_for("listening")
        learner.ask("What is it?")
        learner.wait_for("speaking")
        learner.page.wait_for_timeout(500)
        learner.page.evaluate("() => spies.speak(0.12)")
        for state in ("ducked", "speaking", "listening"):
            learner.wait_for(state)
        [sound] = learner.sounds()
        total = learner.last_received(AudioComplete).total_samples
        assert sound.seconds == pytest.approx(total / 24_000, abs=0.002)
        peaks = [peak / FIRST for peak in learner.peaks() if peak > 0]
        assert min(peaks[5:-5]) == pytest.approx(0.158, rel=0.05)
        assert peaks[-5] == pytest.approx(1, rel=0.05)


def test_answers_are_read_out_only_where_there_is_no_voice(
    browser: Browser, address: Address
) -> None:
    """A screen reader reads the conversation until the tutor has a voice of its own."""
    with visit(browser, address) as learner:
        learner.wait_for("ready")
        log = learner.page.get_by_role("log")
        assert log.get_attribute("aria-live") == "polite"
        learner.ask("What is it?")
        learner.wait_for("speaking")
        assert log.get_attribute("aria-live") == "off"


def test_the_page_comes_back_when_the_connection_breaks(browser: Browser, address: Address) -> None:
    """It reconnects by itself, keeps the conversation, and says that the tutor starts afresh."""
    with visit(browser, address) as learner:
        learner.wait_for("ready")
        learner.ask("What is it?")
        learner.wait_for("speaking")
        learner.page.evaluate("() => spies.socket.close(4000)")
        learner.wait_for("reconnecting")
        learner.wait_for("ready")
        learner.page.locator("#notice.shown", has_text="afresh").wait_for()
        assert learner.page.locator(".caption").count() == 2
        learner.ask("And now?")
        learner.wait_for("speaking")


def test_words_are_never_markup(browser: Browser) -> None:
    """What a model or a person writes is shown as it is written."""
    markup = "<img src=x onerror=alert(1)> 3000 <b>bold</b>."
    with (
        serving(replace(SCRIPT, replies=(markup,))) as address,
        visit(browser, address) as learner,
    ):
        learner.wait_for("ready")
        learner.ask("<i>Why?</i>")
        learner.wait_for("speaking")
        assert learner.page.locator(".caption.learner p").inner_text() == "<i>Why?</i>"
        assert learner.page.locator("#captions :is(img, b, i)").count() == 0


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_moves_while_the_learner_talks(
    browser: Browser, address: Address, width: int
) -> None:
    """At any width the page neither scrolls sideways nor shifts under the learner's eyes."""
    viewport = {"width": width, "height": 700}
    with visit(browser, address, microphone="tone", viewport=viewport) as learner:
        learner.wait_for("ready")
        before = learner.page.locator(".dock").bounding_box()
        learner.page.evaluate("() => { spies.shift = 0; }")
        learner.page.click("#microphone")
        learner.wait_for("listening")
        learner.page.evaluate("() => spies.speak(0.3)")
        for state in ("hearing", "speaking"):
            learner.wait_for(state)
        learner.page.keyboard.press("Escape")
        learner.wait_for("listening")
        assert learner.page.locator(".dock").bounding_box() == before
        assert learner.page.evaluate("() => spies.shift") < 0.01
        assert learner.page.evaluate("() => document.documentElement.scrollWidth") == width
