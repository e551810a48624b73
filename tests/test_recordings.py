"""The recordings are what tests and benches take them for."""

import wave

from engine_api import INPUT_RATE
from tests.recordings import FOLDER, REFERENCES, load_recordings


def test_every_file_has_a_reference() -> None:
    """A file and a reference stand for each recording."""
    assert sorted(path.stem for path in FOLDER.glob("*.wav")) == sorted(REFERENCES)


def test_all_files_are_of_the_input_format() -> None:
    """Every recording can be pushed to the ears as it is."""
    for path in FOLDER.glob("*.wav"):
        with wave.open(str(path)) as file:
            parameters = (file.getframerate(), file.getsampwidth(), file.getnchannels())
        assert parameters == (INPUT_RATE, 2, 1), path.name


def test_enough_people_speak() -> None:
    """There are recordings of at least four people, none too short to be an utterance."""
    recordings = load_recordings()
    assert len({recording.speaker for recording in recordings}) >= 4
    assert min(recording.seconds for recording in recordings) >= 1.5
