"""A draft follows the audio in pieces that are not too long."""

from engines.draft import Draft, Piece
from engines.utterance_audio import BYTES_PER_SECOND, UtteranceAudio

AUDIO = UtteranceAudio(bytes(20 * BYTES_PER_SECOND), 20.0)


def second(number: float) -> int:
    """Return a position in the audio."""
    return round(number * BYTES_PER_SECOND)


def test_a_guess_replaces_the_one_before() -> None:
    """As long as nothing is cut, all of the audio is decoded again."""
    draft = Draft(5.0, (2.0, 4.0))
    for end, text in ((1, "I"), (2, "I see"), (3, "Icy roads")):
        piece = draft.next_piece(AUDIO, second(end))
        assert piece == Piece(0, second(end), settles=False)
        draft.add(piece, text)
    assert (draft.text, draft.heard_until) == ("Icy roads", second(3))


def test_too_much_audio_is_cut() -> None:
    """The first part is settled, and the rest guessed at from there."""
    draft = Draft(5.0, (2.0, 4.0))
    draft.add(draft.next_piece(AUDIO, second(4)), "guess")
    cut = draft.next_piece(AUDIO, second(5.1))
    assert cut.settles
    assert second(2) <= cut.end <= second(4)
    draft.add(cut, "settled")
    assert (draft.text, draft.heard_until) == ("settled", cut.end)
    assert draft.next_piece(AUDIO, second(5.1)) == Piece(cut.end, second(5.1), settles=False)


def test_pieces_without_text_leave_no_spaces() -> None:
    """Noise at either end of an utterance does not show."""
    draft = Draft(1.0, (0.3, 0.9))
    for text in ("", "words", "", "more"):
        draft.add(Piece(0, 1, settles=True), text)
    assert draft.text == "words more"


def test_a_better_draft_is_taken_over() -> None:
    """Its text stands for good, and what follows is guessed at alone."""
    draft, better = Draft(5.0, (2.0, 4.0)), Draft(10.0, (4.0, 8.0))
    draft.add(Piece(0, second(2), settles=False), "guess")
    better.add(Piece(0, second(3), settles=False), "transcript")
    draft.adopt(better)
    assert draft.next_piece(AUDIO, second(4)) == Piece(second(3), second(4), settles=False)
    draft.add(Piece(second(3), second(4), settles=False), "more")
    assert draft.text == "transcript more"
