"""What a voice gets to say: no Markdown, no LaTeX, no emoji, and every word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text.speakable import speakable


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("A plain sentence, with nothing in it.", "A plain sentence, with nothing in it."),
        ("**Bold** and *emphasis*.", "Bold and emphasis."),
        ("__Bold__ and _emphasis_.", "Bold and emphasis."),
        ("***Both*** and ~~gone~~.", "Both and gone."),
        ("**Half of it.", "Half of it."),
        ("The other half**.", "The other half."),
        ("Half `of code", "Half of code"),
        ("# Plants", "Plants"),
        ("### Plants", "Plants"),
        ("- an apple", "an apple"),
        ("* an apple", "an apple"),
        ("• an apple", "an apple"),
        ("- [x] an apple", "an apple"),
        ("> a quotation", "a quotation"),
        ("1. an apple", "1. an apple"),
        ("-5 is negative.", "-5 is negative."),
        ("C# is a language.", "C# is a language."),
        ("| plant | light |", "plant, light"),
        ("|---|:--:|", ""),
        ("---", ""),
        ("```python", ""),
        ("`x = 1` is code.", "x = 1 is code."),
        ("Call `my_function`.", "Call my function."),
        ("Read [this page](https://example.com/a?b=c).", "Read this page."),
        ("![A leaf](leaf.png)", "A leaf"),
        ("See https://www.example.com/plants?page=2.", "See example.com."),
        ("See https://example.com.", "See example.com."),
        ("A<br>B and x<sup>2</sup>", "A B and x 2"),
        ("a < b > c", "a < b > c"),
        ("3 * 4 = 12", "3 times 4 = 12"),
        ("3*4", "3 times 4"),
        ("$x^2$ is a square.", "x squared is a square."),
        ("$x = 5", "x = 5"),
        ("$$E = mc^2$$", "E = mc squared"),
        ("It costs $5, not $6.", "It costs $5, not $6."),
        (r"\(\frac{1}{2}\) of it.", "1 over 2 of it."),
        (r"\sqrt{16} \times 2", "the square root of 16 times 2"),
        (r"\alpha and \beta", "alpha and beta"),
        (r"x_1 \neq x_{12}", "x 1 is not x 12"),
        ("2^{10} or 2^10", "2 to the power of 10 or 2 to the power of 10"),
        ("2^20", "2 to the power of 20"),
        ("n^3", "n cubed"),
        ("Great! 🎉👍🏽", "Great!"),
        ("👩‍🔬 A scientist ❤️", "A scientist"),
        ("Step 1️⃣ is done ✅.", "Step 1 is done."),
        ("🎉", ""),
        ("…", ""),
        ("! Then go.", "Then go."),
        ("” Then go.", "Then go."),
        ("  Too   many\tspaces \n here ", "Too many spaces here"),
        ("5 € at 20 °C", "5 € at 20 °C"),
        ("It's “quoted”.", "It's “quoted”."),
        ("क्या है?", "क्या है?"),
        ("你好。", "你好。"),
        ("", ""),
    ],
)
def test_a_voice_gets_words(written: str, spoken: str) -> None:
    """Marks for the eye go; numbers, prices and other scripts stay."""
    assert speakable(written) == spoken


@given(st.text("ab1 \n*_`#|~[]()<>$\\^{}-+=!.,🎉\u200d\ufe0f", max_size=60))
def test_no_mark_reaches_the_voice(written: str) -> None:
    """Whatever is left of a construct, its marks are not."""
    spoken = speakable(written)
    assert not set(spoken) & set("*_`|{}\\🎉\ufe0f\n")
    assert spoken == " ".join(spoken.split())
    assert not re.search(r"\$(?!\d)", spoken)


letters = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=8)


@given(st.lists(letters, max_size=12), st.sampled_from(["", ",", ".", "?"]))
def test_no_word_is_lost(words: list[str], mark: str) -> None:
    """Prose passes as it is."""
    words = [word + mark for word in words]
    assert speakable(" ".join(words)) == " ".join(words)


@given(st.text(max_size=400))
def test_any_text_is_taken(written: str) -> None:
    """Nothing a tutor writes is an error, and what has no letter or digit is silence."""
    spoken = speakable(written)
    assert spoken == spoken.strip()
    assert not spoken or any(map(str.isalnum, spoken))
