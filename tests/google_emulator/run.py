"""Serves the app on Google's engines with the emulator in Google's place: no keys, no costs.

It hears how long somebody spoke, answers what Gemini's part of the emulator writes, and speaks in
tones.
"""

import os

from app import main
from tests.google_emulator.process import run_emulator


def run() -> None:
    """Run both until the app ends; it listens where ``HOST`` and ``PORT`` say."""
    with run_emulator() as emulator:
        os.environ.update({name.upper(): value for name, value in emulator.settings.items()})
        main()


if __name__ == "__main__":
    run()
