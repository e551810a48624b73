"""An utterance gathers its transcripts."""

from listening.utterance import Utterance
from messages import TranscriptFinal, TranscriptInterim


def test_an_interim_shows_the_whole_utterance_so_far() -> None:
    """Parts that are final stand before the guess."""
    utterance = Utterance(7, "en-US")
    utterance.add_final("What is", "en-GB")
    assert utterance.add_interim(" seven", 0.5) == TranscriptInterim(7, "What is seven", 0.5)


def test_a_final_settles_the_guess_before_it() -> None:
    """No word stands twice."""
    utterance = Utterance(7, "en-US")
    utterance.add_interim("what is", 0.5)
    utterance.add_final("What is it?", "en-GB")
    assert utterance.to_message() == TranscriptFinal(7, "What is it?", "en-GB")


def test_the_last_guess_counts_where_no_final_came() -> None:
    """Better a guess than a lost word."""
    utterance = Utterance(7, "en-US")
    utterance.add_interim("what is it", 0.5)
    assert utterance.text == "what is it"
