"""Which engine serves each sense: the one that was named, or what the credentials allow.

``auto`` takes Google where there are credentials for it, else an engine of this machine. Nothing
here asks the network, so a start never waits for it, and no reason holds a secret.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from settings import EngineChoice, Settings, TutorChoice

Name = TypeVar("Name", bound=str)

GCLOUD_LOGIN = Path(".config/gcloud/application_default_credentials.json")
"""Where ``gcloud auth application-default login`` leaves its credentials, below the home folder."""

PRODUCT_NAME = Path("/sys/class/dmi/id/product_name")
"""Begins with "Google" on a machine of Google Cloud; its client libraries look there too."""

NO_TUTOR = (
    "none of GEMINI_API_KEY, GOOGLE_API_KEY, OPENAI_MODEL, "
    "nor GOOGLE_CLOUD_PROJECT with GOOGLE_CLOUD_LOCATION, is set"
)
"""Why the tutor of this machine answers where nobody asked for one."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[Name]):
    """An engine by its name in the tables, and why it is the one."""

    engine: Name
    reason: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The engine of each sense."""

    stt: Choice[EngineChoice]
    tutor: Choice[TutorChoice]
    voice: Choice[EngineChoice]


@dataclass(frozen=True, slots=True)
class Machine:
    """Where this machine may keep credentials that no setting names.

    Args:
        home: The home folder of who runs the service; found out where left out.
        product_name: The file with the product name of the machine.
    """

    home: Path | None = None
    product_name: Path = PRODUCT_NAME

    def has_gcloud_login(self) -> bool:
        """Return whether somebody has logged in with gcloud for applications."""
        try:
            return ((self.home or Path.home()) / GCLOUD_LOGIN).is_file()
        except (OSError, RuntimeError):  # no home, or none that may be read
            return False

    def is_googles(self) -> bool:
        """Return whether this is a machine of Google Cloud, which may have a service account."""
        try:
            return self.product_name.read_text(errors="replace").startswith("Google")
        except OSError:
            return False


def choose(settings: Settings, machine: Machine) -> Choices:
    """Return the engines to run on, none of them ``auto``."""
    cloud = find_cloud_credentials(settings, machine)
    return Choices(
        stt=_choose_speech(
            "STT_ENGINE",
            settings.stt_engine,
            "SPEECH_EMULATOR_HOST is set" if settings.speech_emulator_host else cloud,
        ),
        tutor=_choose_tutor(settings),
        voice=_choose_speech(
            "VOICE_ENGINE",
            settings.voice_engine,
            "TTS_EMULATOR_HOST is set" if settings.tts_emulator_host else cloud,
        ),
    )


def find_cloud_credentials(settings: Settings, machine: Machine) -> str:
    """Return where credentials for Google Cloud were found, in words; empty for nowhere.

    A machine of Google alone is none: its account often has no right to these services, and the
    project shows that somebody means to use them.
    """
    if settings.google_application_credentials:
        return "GOOGLE_APPLICATION_CREDENTIALS is set"
    if machine.has_gcloud_login():
        return "gcloud is logged in for applications"
    if settings.google_cloud_project and machine.is_googles():
        return "GOOGLE_CLOUD_PROJECT is set on a machine of Google Cloud"
    return ""


def _choose_speech(setting: str, asked: EngineChoice, why_google: str) -> Choice[EngineChoice]:
    if asked != "auto":
        return Choice(asked, f"{setting} is {asked}")
    if why_google:
        return Choice("google", why_google)
    return Choice("local", "no credentials for Google Cloud were found")


def _choose_tutor(settings: Settings) -> Choice[TutorChoice]:
    asked = settings.tutor_engine
    if asked != "auto":
        return Choice(asked, f"TUTOR_ENGINE is {asked}")
    if settings.gemini_api_key:
        return Choice("google", "GEMINI_API_KEY is set")
    if settings.google_api_key:
        return Choice("google", "GOOGLE_API_KEY is set")
    if settings.google_cloud_project and settings.google_cloud_location:
        return Choice("google", "GOOGLE_CLOUD_PROJECT and GOOGLE_CLOUD_LOCATION are set")
    if settings.openai_model:
        return Choice("openai", "OPENAI_MODEL is set")
    return Choice("local", NO_TUTOR)
