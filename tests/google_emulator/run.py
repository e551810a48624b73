"""Serves the app on Google's engines with the emulator in Google's place: no keys, no costs.

It hears how long somebody spoke, answers what Gemini's part of the emulator writes, and speaks in
tones.
"""

import logging
import os

from app import give_up, main
from errors import BadSettings
from settings import read_settings
from telemetry import configure_logging
from tests.google_emulator.process import run_emulator

logger = logging.getLogger(__name__)


def run() -> None:
    """Run both until the app ends. What the operator has set stands."""
    configure_logging()
    try:
        chosen = read_settings().model_fields_set
    except BadSettings as error:
        give_up(error)
    with run_emulator() as emulator:
        for name, value in emulator.settings.items():
            if name not in chosen:
                os.environ[name.upper()] = value
        kept = [name.upper() for name in emulator.settings if name in chosen]
        logger.info("an emulator stands in for Google; kept as set: %s", ", ".join(kept) or "none")
        main()


if __name__ == "__main__":
    run()
