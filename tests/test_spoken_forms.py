"""Symbols become the words a reader would say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.spoken_forms import spell_out


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("7 x 8 = 56", "7 times 8 equals 56"),
        ("7×8=56", "7 times 8 equals 56"),  # noqa: RUF001 - as a tutor may write it
        ("(3 + 4) * 2", "(3 plus 4) times 2"),
        ("10 - 3 = 7", "10 minus 3 equals 7"),
        ("−5 + 2", "-5 plus 2"),  # noqa: RUF001 - as a tutor may write it
        ("6 ÷ 2", "6 divided by 2"),
        ("3/4", "3 quarters"),
        ("1/2 + 3/2", "one half plus 3 halves"),
        ("5/12", "5 over 12"),
        ("3½ cups", "3 and one half cups"),
        ("x^2 + 2x - 1", "x squared plus 2 x minus 1"),
        ("2³ = 8", "2 cubed equals 8"),
        ("√9", "the square root of 9"),
        ("2 < 3", "2 is less than 3"),
        ("20 °C", "20 degrees Celsius"),
        ("an angle of 90°", "an angle of 90 degrees"),
        ("ages 3–4", "ages 3 to 4"),  # noqa: RUF001 - as a tutor may write it
        ("light — a wave", "light, a wave"),
        ("H2O", "H 2 O"),
        ("naïve", "naive"),
        ("1234567890123456", "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6"),
    ],
)
def test_symbols_are_written_out(written: str, spoken: str) -> None:
    """Each sign is replaced by the words it stands for."""
    assert spell_out(written) == spoken


@pytest.mark.parametrize(
    "text",
    ["12.5%", "$3.50", "3:30pm", "12/05/2024", "1,234,567", "well-known", "C++", "It's 5 o'clock."],
)
def test_what_the_dictionary_reads_well_is_left_alone(text: str) -> None:
    """Numbers, money, dates, times and plain words come out as they went in."""
    assert spell_out(text) == text


@given(st.text())
def test_any_text_can_be_spelled_out(text: str) -> None:
    """No text is too odd, and what comes out is clean of needless spaces."""
    assert "  " not in spell_out(text)
