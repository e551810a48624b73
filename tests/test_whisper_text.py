"""Whisper's tokens become text."""

import pytest

from engines.whisper_text import read_tokens


def test_pieces_of_words_are_joined() -> None:
    """A space belongs to the piece it precedes; there is none around the text."""
    assert read_tokens(["ĠIll", "-", "dis", "posed", "Ġyoung", "Ġman", "."], 2.0) == (
        "Ill-disposed young man."
    )


def test_bytes_are_put_together_to_characters() -> None:
    """A character may be spread over pieces: "é" is two bytes, a snowman three."""
    assert read_tokens(["ĠcafÃ", "©", "Ġâĺ", "ĥ"], 2.0) == "café ☃"


def test_half_a_character_is_replaced() -> None:
    """A text that breaks off within a character is still text."""
    assert read_tokens(["Ġok", "Ã"], 2.0) == "ok\N{REPLACEMENT CHARACTER}"


def test_special_tokens_are_no_text() -> None:
    """Markers and timestamps are left out."""
    tokens = ["<|0.00|>", "ĠGo", "<|nospeech|>", "Ġon", "<|1.00|>", "<|1.00|>", "Ġnow", "<|2.40|>"]
    assert read_tokens(tokens, 2.5) == "Go on now"


@pytest.mark.parametrize("end", ["<|2.20|>", "<|3.00|>"])
def test_what_follows_the_end_of_the_audio_is_dropped(end: str) -> None:
    """After a timestamp at the end of the audio, the model makes things up."""
    assert read_tokens(["<|0.00|>", "ĠYes", ".", end, end, "ĠThank", "Ġyou"], 2.5) == "Yes."


def test_a_timestamp_before_the_end_closes_nothing() -> None:
    """A pause in the middle of the audio is followed by more words."""
    assert read_tokens(["<|0.00|>", "ĠOne", "<|1.00|>", "<|1.50|>", "Ġtwo"], 2.5) == "One two"
