"""The sentence splitter: where sentences end, how soon they leave, and that nothing is lost."""

# ruff: noqa: RUF001, SIM905  # the marks of other scripts are meant; a table of words

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text.sentences import LOOKAHEAD_CHARS, MAX_CHARS, SentenceSplitter

ENDS = [
    # plain
    "One. | Two. | Three.",
    "Yes! | No? | Well.",
    "Is it? | It is!",
    "What?! | Really?!! | Yes.",
    "Stop!!! | Go.",
    "A full stop at the end.",
    "No full stop at the end",
    "So do I. | You too.",
    "One.  |  Two.",
    "Is that so ? | Oui.",
    # numbers
    "Pi is 3.14. | It never ends.",
    "It costs $2.50. | Cheap!",
    "In 1999. | Then 2000.",
    "It was .5 of it. | Good.",
    "Version 2.0.1 is out. | Get it.",
    "Add 1,000.5 and 2. | Now.",
    "At 3.30 we go. | Now.",
    "At 10:45. | Now.",
    "Is it 5? | It is 6.",
    "So 5! = 120. | Right.",
    "It is 5! | Well done.",
    "First 1 + 1 = 2. | Next 2 + 2 = 4.",
    "No. 5 is alive. | Good.",
    "No. | That is wrong.",
    "See fig. 3 for it. | Good.",
    "Eat a fig. | It is sweet.",
    "On p. 12 it says so. | Look.",
    # abbreviations
    "Dr. Smith came. | He sat.",
    "Mr. and Mrs. Jones met Prof. Li. | They talked.",
    "Use fruit, e.g. apples. | Good.",
    "That is, i.e. now. | Good.",
    "Apples, pears, etc. are fruit. | Good.",
    "Apples, pears, etc. | Now the rest.",
    "At 3 p.m. we go. | Good.",
    "At 3 p.m. | Then we go.",
    "The U.S. is big. | Good.",
    "Light vs. dark. | Choose.",
    "She has a Ph.D. in maths. | Good.",
    "St. Paul is a city. | Good.",
    "J. K. Rowling wrote it. | Good.",
    "By George W. Bush. | Good.",
    "Solve for x. | Then for y.",
    "Acme Inc. makes it. | Good.",
    "Around Jan. 5 it snows. | Good.",
    "(Dr. Lee) spoke. | Good.",
    # ellipses
    "Well... maybe. | Good.",
    "Well... | Maybe not.",
    "Well… maybe. | Good.",
    "Well… | Maybe not.",
    "Wait.. what? | Yes.",
    # addresses, files, code
    "See example.com for it. | Good.",
    "See https://example.com/a?b=c. | Good.",
    "Is it at https://example.com/? | Yes.",
    "Mail a.b@example.org now. | Good.",
    "Open main.py now. | Good.",
    "Use node.js. | Good.",
    "Write `a. B` here. | Good.",
    "Call `stop!` now. | Good.",
    "If a != b then go. | Good.",
    # quotes and brackets
    '"Really?" she asked. | Yes.',
    '"Really?" | Yes.',
    'He said "Go." | She went.',
    'He said "Go." and went. | Good.',
    "“Why?” he asked. | Good.",
    "“Go!” | He went.",
    "It works (I think). | Good.",
    "It works. | (I think.) | Good.",
    "(Wow!) and more. | Good.",
    "“One. | Two.” | Three.",
    "He said 'go.' | Good.",
    # Markdown and lines
    "**Bold.** | Next.",
    "**Really?** | Next.",
    "*Wow!* she said. | Good.",
    "# Title\n | Text.",
    "First line\n | second line",
    "One.\n\n | Two.",
    "- apples\n | - pears\n | - plums",
    "1. Apples.\n | 2. Pears.",
    "1. Wash. | Then dry.",
    "a. Wash it. | Then dry.",
    "One\r\n | Two",
    # other scripts
    "你好。 | 我是老师！ | 你呢？",
    "「真的吗？」 | 他说。",
    "こんにちは。 | 元気ですか？",
    "यह पहला है। | यह दूसरा है। | क्या?",
    "これは3.14です。 | はい。",
    "¿Qué? | ¡Sí! | Bueno.",
    "Ça va ? | Très bien !",
    "Это так. | Хорошо!",
    # no space
    "Stop! | Now.",
]


def split(*deltas: str, first: bool = False) -> list[str]:
    """Split a text that comes in these pieces; ``first`` lets it begin with a clause."""
    splitter = SentenceSplitter()
    if not first:
        splitter.feed("Hi!")
    sentences = [sentence for delta in deltas for sentence in splitter.feed(delta)]
    return sentences + splitter.flush()


@pytest.mark.parametrize("marked", ENDS)
def test_sentences_end_where_a_reader_would_end_them(marked: str) -> None:
    """Each ``|`` is an end, and there are no others."""
    expected = [sentence.strip() for sentence in marked.split("|")]
    assert split(marked.replace(" | ", " ").replace("|", "")) == expected


@pytest.mark.parametrize("marked", ENDS)
@pytest.mark.parametrize("delta", [r"\s*\S+", r"\S+\s*", r"[^\s\w]+\w?|\s|\w"])
def test_small_deltas_give_the_same_sentences(marked: str, delta: str) -> None:
    """A text that comes word by word, or letter by letter, is cut where the whole text is cut."""
    text = marked.replace("|", "")
    assert split(*re.findall(delta, text)) == split(text)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It is over.Then it began.", ["It is over.", "Then it began."]),
        ("Go!Now.", ["Go!", "Now."]),
        ("Why?Because.", ["Why?", "Because."]),
        ("完成。Then.", ["完成。", "Then."]),
    ],
)
def test_a_forgotten_space_does_not_join_sentences(text: str, sentences: list[str]) -> None:
    """A lower-case word, a stop and a capital are two sentences."""
    assert split(text) == sentences


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("Is it?", True),
        ("It is!", True),
        ("你好。", True),
        ("यह है।", True),
        ("It is over.", True),
        ("It is Monday.", True),
        ("“It is over.", False),
        ("**It is over.", False),
        ("See the figs.", False),
        ("Acme Corp.", False),
        ("It is so.", False),
        ("It is so. ", True),
        ("It is so.\n", True),
        ("A line\n", True),
        ("It is 3.", False),
        ("It is 3. ", True),
        ("Dr. ", False),
        ("At 3 p.m. ", False),
        ("At 3 p.m. T", True),
        ("No. ", False),
        ("No. T", True),
        ("Well... ", False),
        ("“Why?", False),
        ("“Why?”", False),
        ("“Why?” H", True),
        ("Is it 5?", False),
        ("Is it 5? I", True),
        ("https://a.b/c?", False),
    ],
)
def test_a_sentence_leaves_as_soon_as_it_is_certain(text: str, leaves: bool) -> None:
    """Certain ends do not wait; a doubtful one waits for the next character or word."""
    splitter = SentenceSplitter()
    assert splitter.feed(text) == ([re.sub(r"\s\w?$", "", text)] if leaves else [])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Plants make their food, and they do it well.", 2),
        ("Plants make their food; it works.", 2),
        ("Here is how plants eat: with light.", 2),
        ("Plants make their food — with light.", 2),
        ("植物通过光合作用制造自己的食物这一过程非常重要，它需要光。", 2),
        ("Well, plants make food.", 1),
        ("A thousand plants cost 1,000 dollars.", 1),
        ("We meet again here at 10:45 today.", 1),
        ("Short one. Plants make their food, and it is good.", 2),
    ],
)
def test_a_reply_may_begin_with_a_clause(text: str, pieces: int) -> None:
    """Only the first piece may be a clause, and only a long enough one."""
    assert len(split(text, first=True)) == pieces


def test_later_sentences_keep_their_clauses() -> None:
    """After the first piece, commas cut nothing."""
    assert split("Plants make their own food, and they do it well.") == [
        "Plants make their own food, and they do it well."
    ]


def test_a_long_sentence_is_cut_at_a_late_clause() -> None:
    """What does not end is cut where a speaker might breathe."""
    text = "word " * 50 + "and so, " + "word " * 40
    assert split(text)[0].endswith("and so,")


def test_a_long_sentence_without_clauses_is_cut_between_words() -> None:
    """Without a comma, a space will do."""
    pieces = split("word " * 200)
    assert all(len(piece) <= MAX_CHARS for piece in pieces)
    assert {word for piece in pieces for word in piece.split()} == {"word"}


def test_endless_text_without_a_space_is_bounded() -> None:
    """Even one endless word does not fill the memory."""
    splitter = SentenceSplitter()
    pieces = [piece for _ in range(1_000) for piece in splitter.feed("x" * 10)]
    held = 10_000 - sum(map(len, pieces))
    assert max(map(len, pieces)) <= MAX_CHARS
    assert held < MAX_CHARS + LOOKAHEAD_CHARS


@pytest.mark.parametrize("deltas", [(), ("",), (" ", "\n", "\n\n"), ("", " ")])
def test_nothing_is_said_of_nothing(deltas: tuple[str, ...]) -> None:
    """White space alone makes no sentence."""
    assert split(*deltas, first=True) == []


def test_flushing_twice_repeats_nothing() -> None:
    """What was flushed is gone."""
    splitter = SentenceSplitter()
    splitter.feed("Hello")
    assert splitter.flush() == ["Hello"]
    assert splitter.flush() == []


# --- whatever is written --------------------------------------------------------------------------

tokens = st.sampled_from(
    "word Word e.g. Dr. No. p.m. etc. 3 3.14 5! x I a.b U.S. 1. J. end. End? so! well... … , ; : — "
    '( ) (yes) “ ” " * ** ` - # https://a.b/c?d 你好 。 ？」 「 है । .\n \n \n\n'.split(" ")
)
texts = st.lists(st.tuples(tokens, st.sampled_from([" ", " ", " ", ""]))).map(
    lambda parts: "".join(token + space for token, space in parts)
)


def cut(text: str, lengths: list[int]) -> list[str]:
    """Cut a text into deltas, but never within a run of marks or right behind it."""
    units = re.findall(r"[.!?…。？।\"”」)*]+(?:.|\s)?|[^.!?…。？।\"”」)*]", text)
    deltas = []
    for length in lengths:
        deltas.append("".join(units[:length]))
        units = units[length:]
    return [*deltas, "".join(units)]


@given(st.one_of(texts, st.text()), st.lists(st.integers(0, 12)))
def test_no_character_is_lost(text: str, lengths: list[int]) -> None:
    """The pieces are the text, but for white space, whatever the text and its deltas."""
    pieces = split(*cut(text, lengths), first=True)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece and piece == piece.strip() for piece in pieces)


@given(texts, st.lists(st.integers(0, 12)))
def test_deltas_do_not_matter(text: str, lengths: list[int]) -> None:
    """Sentences and the first clause are the same however the tutor's text was cut."""
    assert split(*cut(text, lengths), first=True) == split(text, first=True)


@given(st.lists(st.text(max_size=40), max_size=40))
def test_pieces_are_bounded(deltas: list[str]) -> None:
    """No piece is longer than a voice should be asked to speak at once."""
    assert all(len(piece) <= MAX_CHARS + 40 for piece in split(*deltas))
