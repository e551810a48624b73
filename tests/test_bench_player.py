"""The player of the benches: it tells the truth about what was played."""

from bench.player import Player
from messages import AudioChunk, AudioComplete, Playback

TENTH = bytes(2 * 2_400)
"""A tenth of a second."""


def test_nothing_is_reported_before_there_is_sound() -> None:
    """A player that plays nothing has nothing to say."""
    assert Player().report(1.0) is None


def test_sound_is_played_in_real_time() -> None:
    """From its first chunk on, a reply advances by 24,000 samples a second."""
    player = Player()
    player.add(AudioChunk(3, 0, TENTH), 1.0)
    assert player.report(1.05) == Playback(3, 1_200)


def test_no_more_is_played_than_has_come() -> None:
    """A player that has run dry waits, and goes on with the next chunk: an underrun."""
    player = Player()
    player.add(AudioChunk(1, 0, TENTH), 0.0)
    assert player.report(0.5) == Playback(1, 2_400)
    player.add(AudioChunk(1, 2_400, TENTH), 0.6)
    assert player.report(0.65) == Playback(1, 3_600)
    assert player.reply is not None
    assert player.reply.underruns == 1


def test_the_end_is_reported_once() -> None:
    """``done`` comes when all of the reply was played, and then nothing more."""
    player = Player()
    player.add(AudioChunk(1, 0, TENTH), 0.0)
    player.complete(AudioComplete(1, 2_400))
    assert player.report(0.05) == Playback(1, 1_200)
    assert player.report(0.2) == Playback(1, 2_400, done=True)
    assert player.report(0.3) is None


def test_a_flush_is_silence() -> None:
    """After a barge-in nothing of the reply is played any more."""
    player = Player()
    player.add(AudioChunk(1, 0, TENTH), 0.0)
    player.flush()
    assert player.report(0.1) is None
