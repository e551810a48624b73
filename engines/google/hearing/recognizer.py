"""Google Cloud Speech as a recognizer, for every session of the process."""

from collections import Counter
from collections.abc import Mapping

from engine_api import Recognizer, RecognizerOptions
from engines.google.channels import Channels
from engines.google.hearing.ledger import BYTES_PER_MS
from engines.google.hearing.recognition_call import CallLimits
from engines.google.hearing.recognizer_stream import GoogleStream
from engines.google.hearing.utterance_recognition import SpeechService
from errors import EngineError
from settings import Settings

HOST = "speech.googleapis.com"

SPARE_MS = 5_000
"""Audio kept beyond the longest utterance: its beginning, and the time it takes to end it."""

SPARE_S = 0.5
"""How much sooner than its deadline a failure is told, so that it is told by its own name."""


def create_recognizer(settings: Settings) -> Recognizer:
    """Return the ears by Google, not yet started."""
    return GoogleRecognizer(settings)


class GoogleRecognizer:
    """Cloud Speech v1, streaming.

    Args:
        settings: For credentials, emulator, model and how long things may take.
        limits: How long a call may take for what.
    """

    name = "Google Cloud Speech"
    languages: tuple[str, ...] = ()

    def __init__(self, settings: Settings, limits: CallLimits | None = None):
        self._settings = settings
        self._limits = limits or CallLimits()
        self._counts: Counter[str] = Counter()
        self._service: SpeechService | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """Calls, rotations, restarts, audio sent again (ms) and errors by their code."""
        return self._counts

    @property
    def calls(self) -> int:
        """Calls under way."""
        return self._service.channels.calls if self._service else 0

    async def start(self) -> None:
        """Load the credentials and connect.

        Raises:
            EngineError: There are no credentials, or they cannot be read.
        """
        settings = self._settings
        channels = Channels(
            "stt", HOST, settings.speech_emulator_host, settings.google_application_credentials
        )
        await channels.start()
        final_within_s = settings.stt_timeout_s - min(SPARE_S, settings.stt_timeout_s / 4)
        self._service = SpeechService(channels, self._limits, final_within_s, self._counts)

    async def aclose(self) -> None:
        """Close the connections."""
        service, self._service = self._service, None
        if service is not None:
            await service.channels.aclose()

    def open(self, options: RecognizerOptions) -> GoogleStream:
        """Return the ears for one session.

        Raises:
            EngineError: The recognizer is not running.
        """
        if self._service is None:
            raise EngineError("stt_closed", "The speech recognizer is not running.")
        max_bytes = (self._settings.max_utterance_ms + SPARE_MS) * BYTES_PER_MS
        model = self._settings.google_stt_model
        return GoogleStream(options, model, self._service, max_bytes)
