"""Pieces of what was said become one text, as their script writes it."""

import pytest

from text.joining import join

JOINED = {
    ("what is", "two plus two"): "what is two plus two",
    (" what is ", "", " two"): "what is two",
    ("二加二", "等于几"): "二加二等于几",
    ("さんすうは。", "すきです"): "さんすうは。すきです",
    ("수학을", "좋아해요"): "수학을 좋아해요",
    ("गणित", "आसान है"): "गणित आसान है",
    ("say 你好", "please"): "say 你好please",
    (): "",
    ("", ""): "",
}


@pytest.mark.parametrize(("pieces", "text"), JOINED.items())
def test_pieces_are_joined_as_their_script_does(pieces: tuple[str, ...], text: str) -> None:
    """A space stands between words only where the script has one, and never at the ends."""
    assert join(*pieces) == text
