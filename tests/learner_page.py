"""The page in a real Chromium: drives it, and tells what it sent, received and rendered."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser, Page, Playwright, WebSocket

from errors import ProtocolError
from messages import ClientMessage, ServerMessage
from tests.serving import Address
from websocket_protocol import decode, decode_server

FOLDER = Path(__file__).parent / "browser"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PATIENCE_MS = 15_000
"""Longest wait for a state of the page."""

TAP = FOLDER / "tap.js"
"""The module that a page under test finds at ``/tap.js``."""

M = TypeVar("M")


def launch(playwright: Playwright, recording: Path) -> Browser:
    """Start Chromium with a microphone that plays a recording once, from when it is opened."""
    return playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--autoplay-policy=user-gesture-required",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={recording}%noloop",
        ],
    )


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of sound without a silent sample in it; in seconds, and of full scale."""

    start: float
    end: float
    peak: float

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return self.end - self.start


@dataclass
class LearnerPage:
    """The page of one learner, and everything it did."""

    page: Page
    sent: list[ClientMessage] = field(default_factory=list)
    received: list[ServerMessage] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Take down messages, and all that the browser complains of."""
        self.page.on("websocket", self._watch_socket)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: (
                self.complaints.append(said.text) if said.type in ("error", "warning") else None
            ),
        )

    def _watch_socket(self, socket: WebSocket) -> None:
        socket.on("framesent", self._take_sent)
        socket.on("framereceived", self._take_received)

    def _take_sent(self, data: bytes | str) -> None:
        assert isinstance(data, bytes)
        self.sent += [said for said in decode(data) if not isinstance(said, ProtocolError)]

    def _take_received(self, data: bytes | str) -> None:
        assert isinstance(data, bytes)
        self.received += [said for said in decode_server(data) if isinstance(said, ServerMessage)]

    def wait_for(self, state: str) -> None:
        """Wait until the page shows a state."""
        self.page.wait_for_selector(f"body[data-state={state}]", timeout=PATIENCE_MS)

    def answer(self, index: int = -1) -> str:
        """Return the text of an answer on the page."""
        return self.page.locator(".caption.tutor .answer").nth(index).inner_text()

    def last_sent(self, kind: type[M]) -> M:
        """Return the last message of a kind that the page sent."""
        return next(message for message in reversed(self.sent) if isinstance(message, kind))

    def count_sent(self, kind: type[ClientMessage]) -> int:
        """Return how many messages of a kind the page sent."""
        return sum(isinstance(message, kind) for message in self.sent)

    def last_received(self, kind: type[M]) -> M:
        """Return the last message of a kind that the server sent."""
        return next(message for message in reversed(self.received) if isinstance(message, kind))

    def ask(self, text: str) -> None:
        """Type a question and send it."""
        self.page.fill("#text", text)
        self.page.keyboard.press("Enter")

    def sounds(self) -> list[Sound]:
        """Return what was rendered, in order."""
        self.page.wait_for_timeout(120)  # the tap posts every 48 ms
        rate = self.page.evaluate("() => spies.rate")
        return [
            Sound(sound["start"] / rate, sound["end"] / rate, sound["peak"])
            for sound in self.page.evaluate("() => spies.sounds()")
        ]

    def peaks(self) -> list[float]:
        """Return the loudest sample of each 10 ms that were rendered."""
        peaks: list[float] = self.page.evaluate("() => spies.peaks()")
        return peaks

    def moment(self, name: str | int) -> float:
        """Return when a key was last pressed or a frame type received, on the sounds' clock."""
        rate, marks = self.page.evaluate("() => [spies.rate, spies.marks]")
        seconds: float = [frame / rate for what, frame in marks if what == name][-1]
        return seconds


@contextmanager
def visit(
    browser: Browser,
    address: Address,
    *,
    microphone: str = "",
    rate: int = 0,
    **options: Any,
) -> Iterator[LearnerPage]:
    """Open the page as a learner of its own.

    Args:
        browser: The browser.
        address: Where the page is served.
        microphone: ``"tone"`` for one that sounds on demand, ``"fails"`` for one that fails with
            the exception that ``spies.failure`` names, empty for the browser's.
        rate: Rate of the loudspeaker in Hz, 0 for the device's own.
        options: More of ``Browser.new_context``.
    """
    options = {"permissions": ["microphone"], **options}
    with browser.new_context(**options) as context:
        context.add_init_script(
            f"const SPIES_RATE = {rate}, SPIES_MICROPHONE = {microphone!r};\n"
            + (FOLDER / "spies.js").read_text()
        )
        learner = LearnerPage(context.new_page())
        learner.watch()
        learner.page.goto(address.http)
        yield learner
        assert learner.complaints == []
        assert learner.page.evaluate("() => spies.violations") == []
