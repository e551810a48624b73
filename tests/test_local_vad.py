"""The embedded speech detector tells speech from silence and noise."""

import numpy as np
import pytest

from engine_api import DETECTOR_WINDOW, INPUT_RATE, SpeechDetector
from engines.local_vad import create_detector
from errors import EngineError
from settings import Settings
from tests.recordings import load_recording, load_recordings

WINDOW_BYTES = 2 * DETECTOR_WINDOW

pytestmark = pytest.mark.models


async def start() -> SpeechDetector:
    """Return a detector that has started."""
    detector = create_detector(Settings())
    await detector.start()
    return detector


async def test_people_are_speech() -> None:
    """Most of every recording is taken for speech."""
    detector = await start()
    for recording in load_recordings():
        scores = detector.open().score(recording.pcm)
        assert np.mean(np.array(scores) > 0.5) > 0.4, recording.name


@pytest.mark.parametrize("loudness", [0, 3, 100, 1_000])
async def test_noise_is_no_speech(loudness: int) -> None:
    """Neither silence nor hiss scores as speech."""
    samples = np.random.default_rng(5).normal(0, loudness, 5 * INPUT_RATE)
    scores = (await start()).open().score(samples.astype("<i2").tobytes())
    assert max(scores) < 0.5


async def test_each_whole_window_gets_a_score() -> None:
    """A rest waits for the audio that completes it."""
    scorer = (await start()).open()
    counts = [len(scorer.score(bytes(length))) for length in (WINDOW_BYTES - 2, 2, 640, 3 * 1_024)]
    assert counts == [0, 1, 0, 3]


async def test_the_size_of_frames_changes_nothing() -> None:
    """The scores are those of the audio, however it was pushed, also from a view."""
    detector = await start()
    pcm = load_recording("go_forward").pcm
    scorer = detector.open()
    frames = [memoryview(pcm)[at : at + 640] for at in range(0, len(pcm), 640)]
    in_frames = [score for frame in frames for score in scorer.score(frame)]
    assert in_frames == detector.open().score(pcm)


async def test_sessions_do_not_hear_each_other() -> None:
    """A scorer remembers its own audio only."""
    detector = await start()
    pcm = load_recording("go_forward").pcm
    alone, together, other = detector.open(), detector.open(), detector.open()
    scores = []
    for at in range(0, len(pcm), WINDOW_BYTES):
        scores += together.score(pcm[at : at + WINDOW_BYTES])
        other.score(bytes(WINDOW_BYTES))
    assert scores == alone.score(pcm)


async def test_a_detector_that_is_not_running_says_so() -> None:
    """It cannot be opened before its start, nor after its end."""
    detector = create_detector(Settings())
    with pytest.raises(EngineError, match="not running"):
        detector.open()
    await detector.start()
    await detector.aclose()
    with pytest.raises(EngineError, match="not running"):
        detector.open()
