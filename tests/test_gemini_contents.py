"""The contents of a request to Gemini, in the form of the wire."""

import asyncio
import base64
from itertools import cycle, islice

from hypothesis import given
from hypothesis import strategies as st

from engine_api import Picture, Question, Remark
from engines.google.gemini.contents import write_contents
from engines.tutoring.prompt import BROKE_IN, NOTHING_SAID
from tests.google_emulator.gemini_rules import check_request, normalise

PNG = Picture(b"\x89PNG and more", "image/png")

REMARKS = st.builds(
    Remark,
    speaker=st.sampled_from(["learner", "tutor"]),
    text=st.text(max_size=8),
    interrupted=st.booleans(),
)


def question(text: str, *history: Remark, pictures: tuple[Picture, ...] = ()) -> Question:
    """Return a question after a history."""
    return Question(text, asyncio.Event(), history, pictures=pictures)


def test_a_conversation_becomes_turns() -> None:
    """The learner is the user, the tutor the model, and the question comes last."""
    history = (Remark("learner", "What is a verb?"), Remark("tutor", "A word for doing."))
    assert write_contents(question("And a noun?", *history)) == [
        {"role": "user", "parts": [{"text": "What is a verb?"}]},
        {"role": "model", "parts": [{"text": "A word for doing."}]},
        {"role": "user", "parts": [{"text": "And a noun?"}]},
    ]


def test_an_interrupted_remark_is_marked_in_the_learners_name() -> None:
    """The model sees where it was cut, in words that it does not take for its own."""
    history = (Remark("learner", "Go on"), Remark("tutor", "A verb is", interrupted=True))
    assert write_contents(question("Stop", *history))[1:] == [
        {"role": "model", "parts": [{"text": "A verb is"}]},
        {"role": "user", "parts": [{"text": BROKE_IN}, {"text": "Stop"}]},
    ]


def test_a_picture_comes_before_the_words_about_it() -> None:
    """Its bytes are encoded as JSON needs them."""
    (content,) = write_contents(question("What is this?", pictures=(PNG,)))
    data = base64.b64encode(PNG.data).decode()
    assert content["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": data}},
        {"text": "What is this?"},
    ]


def test_nothing_said_is_said_so() -> None:
    """Gemini refuses a part without words."""
    assert write_contents(question("  ")) == [{"role": "user", "parts": [{"text": NOTHING_SAID}]}]


def test_a_long_history_is_capped() -> None:
    """At most twenty turns are sent, whatever the settings allow."""
    turn = (Remark("learner", "More"), Remark("tutor", "More of it."))
    history = tuple(islice(cycle(turn), 200))
    assert len(write_contents(question("More", *history), max_remarks=100)) == 41
    assert len(write_contents(question("More", *history), max_remarks=4)) == 5


@given(history=st.lists(REMARKS, max_size=60), text=st.text(max_size=8))
def test_gemini_accepts_any_history(history: list[Remark], text: str) -> None:
    """Whoever spoke when, and said nothing: roles alternate and no part is empty."""
    body = normalise({"contents": write_contents(question(text, *history))})
    check_request("gemini-3.5-flash-lite", body)
