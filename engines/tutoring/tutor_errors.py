"""The errors of tutors that live elsewhere: one code, one sentence and one advice for each.

The messages are for learners, the advice for whoever can follow it. Neither ever quotes what a
server said, for that may quote a learner.
"""

from errors import EngineError


def timed_out() -> EngineError:
    """Return the error of a tutor that did not begin, or stopped in the middle."""
    return EngineError(
        "tutor_timeout",
        "The tutor could not finish the answer in time.",
        "Please ask again.",
        retryable=True,
    )


def failed() -> EngineError:
    """Return the error of a tutor that cannot be reached, or broke off."""
    return EngineError(
        "tutor_failed",
        "The tutor could not finish the answer.",
        "Please ask again.",
        retryable=True,
    )


def unauthorized(setting: str) -> EngineError:
    """Return the error of a key that is missing, wrong or not allowed to do this.

    Args:
        setting: Name of the setting that holds the key.
    """
    return EngineError(
        "tutor_unauthorized",
        "The tutor's service refused the key.",
        f"Whoever runs this tutor: put a valid key into {setting}.",
    )


def over_quota() -> EngineError:
    """Return the error of a service that answers no more questions for now."""
    return EngineError(
        "tutor_quota",
        "The tutor has answered as many questions as its service allows for now.",
        "Please ask again in a minute.",
        retryable=True,
    )


def rejected(settings: str) -> EngineError:
    """Return the error of a request that the service does not understand.

    Args:
        settings: Names of the settings that may be wrong.
    """
    return EngineError(
        "tutor_rejected",
        "The tutor's service did not accept the question.",
        f"Whoever runs this tutor: check {settings}.",
    )


def blind(setting: str) -> EngineError:
    """Return the error of a model that takes no pictures.

    Args:
        setting: Name of the setting that chooses the model.
    """
    return EngineError(
        "tutor_rejected",
        "The tutor could not look at the picture.",
        f"Ask without it. Whoever runs this tutor: choose a model in {setting} that can see.",
    )


def unreadable(settings: str) -> EngineError:
    """Return the error of a question whose picture is most likely what was not accepted.

    Args:
        settings: Names of the settings that may be wrong instead.
    """
    return EngineError(
        "tutor_rejected",
        "The tutor could not read the picture.",
        f"Show another one, or ask without it. Whoever runs this tutor: check {settings}.",
    )


def blocked() -> EngineError:
    """Return the error of a service that will not talk about this."""
    return EngineError(
        "tutor_blocked",
        "The tutor's service will not answer this.",
        "Please ask about something else.",
    )


def cut_short() -> EngineError:
    """Return the error of an answer that was longer than allowed."""
    return EngineError(
        "tutor_cut_short",
        "The answer was longer than allowed and stops here.",
        "Ask the tutor to go on.",
    )


def empty() -> EngineError:
    """Return the error of an answer without a word."""
    return EngineError(
        "tutor_empty",
        "The tutor had no answer.",
        "Please ask in another way.",
        retryable=True,
    )
