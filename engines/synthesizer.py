"""Text to speech in pieces, blocking: what a worker thread of the embedded voice runs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engines.mastering import Master
from engines.phonemes import Phonemizer, load_phonemizer
from engines.vits import VitsModel, load_model

if TYPE_CHECKING:
    from onnxruntime import RunOptions  # type: ignore[import-untyped]

PAUSE_MS = 150
"""Silence after each phrase. The voice itself trails off for some 190 ms before it."""

SLOWEST, FASTEST = 0.5, 2.0
"""Speaking rates beyond which the voice is no longer understood."""

WARM_UP = "Hello! One, two, three: this sentence wakes the dictionary and the voice."


class Synthesizer:
    """Speaks text. May be called from several threads, each with an iterator of its own."""

    def __init__(self, phonemizer: Phonemizer, model: VitsModel):
        self._phonemizer = phonemizer
        self._model = model

    def new_run(self) -> "RunOptions":
        """Return the handle that stops the work of one reply: set its ``terminate``."""
        from onnxruntime import RunOptions

        return RunOptions()

    def speak(self, text: str, rate: float, run: "RunOptions") -> Iterator[bytes]:
        """Yield the speech of ``text``, PCM16 at 24 kHz, a piece at a time; maybe none at all.

        Args:
            text: One sentence, more or less.
            rate: Speaking rate, 1 is the voice's own.
            run: From :meth:`new_run`; setting its ``terminate`` in another thread stops the work.
        """
        rate = min(max(rate, SLOWEST), FASTEST)
        for phrase in self._phonemizer.phrases(text):
            master = Master(self._model.sample_rate)
            for samples in self._model.decode(self._model.encode(phrase, rate, run), run):
                if piece := master.push(samples):
                    yield piece
            yield master.end(PAUSE_MS)


def load_synthesizer(threads: int) -> Synthesizer:
    """Load the voice and speak a sentence with it, for the first time is slow. Blocks for seconds.

    Args:
        threads: How many threads one run of the model may use.

    Raises:
        ImportError: A package of the voice is not installed.
    """
    synthesizer = Synthesizer(load_phonemizer(), load_model(threads))
    for _ in synthesizer.speak(WARM_UP, 1.0, synthesizer.new_run()):
        pass
    return synthesizer
