"""The voice model decodes in chunks what it would decode at once, and stops when told."""
# ruff: noqa: RUF001 - letters of IPA look like others

import asyncio
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnxruntime import RunOptions  # type: ignore[import-untyped]

from engines import vits
from engines.vits import FIRST_CHUNK, LONGEST_CHUNK, Latent, VitsModel, chunk_bounds, load_model

PHRASE = "plˈænts tˈɜːn lˈaɪt ænd wˈɔːɾɚ ˌɪntʊ ʃˈʊɡɚ."


@pytest.fixture(scope="module")
def model() -> VitsModel:
    """The embedded voice, loaded once."""
    return load_model(threads=1)


@pytest.fixture(scope="module")
def latent(model: VitsModel) -> Latent:
    """A phrase with its noise and rhythm fixed."""
    return model.encode(PHRASE, 1.0, RunOptions())


@given(st.integers(0, 5_000))
def test_chunks_cover_every_frame_once(frames: int) -> None:
    """Chunks follow each other without gap or overlap up to the last frame."""
    bounds = [(0, 0), *chunk_bounds(frames)]
    assert all(end == start for (_, end), (start, _) in pairwise(bounds))
    assert bounds[-1][1] == frames


def test_chunks_grow_from_small_to_long() -> None:
    """The first audio comes soon, later chunks waste little on their overlap."""
    sizes = [end - start for start, end in chunk_bounds(600)]
    assert sizes[0] == FIRST_CHUNK
    assert sizes[:5] == [24, 48, 96, 192, 192]
    assert max(sizes) == LONGEST_CHUNK


@pytest.mark.models
def test_chunks_join_into_what_one_run_gives(
    model: VitsModel, latent: Latent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamed audio differs from whole audio by less than a step of PCM16, at seams too."""
    streamed = np.concatenate(list(model.decode(latent, RunOptions())))
    monkeypatch.setattr(vits, "FIRST_CHUNK", latent.shape[2])
    (whole,) = model.decode(latent, RunOptions())
    assert streamed.shape == whole.shape
    assert np.abs(streamed - whole).max() < 1 / 32_768


@pytest.mark.models
def test_a_frame_is_256_samples(model: VitsModel, latent: Latent) -> None:
    """Audio is as long as the encoder decided: 256 samples at 22,050 Hz a frame."""
    assert model.sample_rate == 22_050
    assert sum(map(len, model.decode(latent, RunOptions()))) == latent.shape[2] * 256


@pytest.mark.models
def test_rate_changes_the_length(model: VitsModel) -> None:
    """Four times the rate is much shorter; the exact rhythm is a matter of chance."""
    slow, fast = (model.encode(PHRASE, rate, RunOptions()).shape[2] for rate in (0.5, 2.0))
    assert slow > 2 * fast


@pytest.mark.models
def test_unknown_signs_are_skipped(model: VitsModel) -> None:
    """A sign the voice was not trained on does no harm."""
    assert model.encode("ʘ你hˈaɪ✓.", 1.0, RunOptions()).shape[2] > 0


@pytest.mark.models
async def test_a_run_that_is_terminated_stops_at_once(model: VitsModel, latent: Latent) -> None:
    """A decode of 20 s of audio, told to stop from another thread, ends within milliseconds."""
    run, loop = RunOptions(), asyncio.get_running_loop()
    long = np.tile(latent, (1, 1, 10))[:, :, : LONGEST_CHUNK * 4]
    decoding = loop.run_in_executor(None, model._run_decoder, long, run)
    await asyncio.sleep(0.05)
    began = loop.time()
    run.terminate = True
    with pytest.raises(Exception, match="terminate flag"):
        await decoding
    assert loop.time() - began < 0.1
