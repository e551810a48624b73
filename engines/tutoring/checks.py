"""What a setting must be before a request can be made of it, checked when a tutor starts."""

from urllib.parse import urlsplit

from errors import EngineError


def check_key(setting: str, key: str) -> None:
    """Refuse a key that no header can carry.

    Args:
        setting: Name of the setting that holds it.
        key: The key; it may be empty.

    Raises:
        EngineError: It has blanks, line breaks or letters beyond ASCII.
    """
    if not (key.isascii() and all("!" <= letter <= "~" for letter in key)):
        raise EngineError(
            "tutor_unauthorized",
            f"What {setting} holds is not a key: it has blanks, line breaks or odd letters.",
            f"Put a valid key into {setting}, without quotation marks around it.",
        )


def check_url(setting: str, url: str) -> None:
    """Refuse an address that is none.

    Args:
        setting: Name of the setting that holds it.
        url: The address.

    Raises:
        EngineError: It lacks the scheme or the host.
    """
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
        good = good and parts.port != 0  # reading the port checks it
    except ValueError:
        good = False
    if not good:
        raise EngineError(
            "tutor_rejected",
            f"What {setting} holds is not an address.",
            f"Set {setting} to an address that begins with http:// or https://.",
        )


def check_model(setting: str, model: str) -> None:
    """Refuse the name of a model that is empty.

    Args:
        setting: Name of the setting that holds it.
        model: The name.

    Raises:
        EngineError: There is none.
    """
    if not model.strip():
        raise EngineError(
            "tutor_rejected", f"{setting} is empty.", f"Set {setting} to the name of a model."
        )
