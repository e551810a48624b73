"""Logs: what the service did, never what a learner said or showed."""

import logging

FORMAT = "%(levelname)s:     %(message)s (%(name)s)"


def configure_logging() -> None:
    """Show the service's own log lines, unless whoever embeds it has set up logging already."""
    logging.basicConfig(level=logging.INFO, format=FORMAT)
