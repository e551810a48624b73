"""Logs: what the service did, never what a learner said or showed."""

import logging

CHATTY = ("google_genai", "httpx", "httpx2", "openai")
"""Libraries that log each request; two lines a turn would bury what the service says."""

FORMAT = "%(levelname)s:     %(message)s (%(name)s)"


def configure_logging() -> None:
    """Show the service's own log lines, unless whoever embeds it has set up logging already."""
    if logging.root.handlers:
        return
    logging.basicConfig(level=logging.INFO, format=FORMAT)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
