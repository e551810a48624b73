"""The dialogue a language model continues: strict, whatever the conversation was like."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine_api import Picture, Question, Remark
from engines.tutoring.dialogue import MAX_REMARKS, Line, write_dialogue
from engines.tutoring.prompt import BROKE_IN, NOTHING_SAID


class Never:
    """A signal that is never set."""

    def is_set(self) -> bool:
        """Return no."""
        return False


PICTURE = Picture(b"\xff\xd8", "image/jpeg")
REMARKS = st.builds(
    Remark,
    speaker=st.sampled_from(["learner", "tutor"]),
    text=st.text(max_size=3),
    interrupted=st.booleans(),
)


def ask(text: str, *history: Remark, pictures: tuple[Picture, ...] = ()) -> Question:
    """Return a question with its history."""
    return Question(text, Never(), history, pictures=pictures)


def test_history_comes_before_the_question() -> None:
    """Each remark is a line of who made it."""
    question = ask("And then?", Remark("learner", "Hello."), Remark("tutor", "Good day."))
    assert write_dialogue(question) == [
        Line("learner", ("Hello.",)),
        Line("tutor", ("Good day.",)),
        Line("learner", ("And then?",)),
    ]


def test_the_tutor_learns_that_it_was_interrupted() -> None:
    """What was not heard is not in the history; that somebody broke in is."""
    question = ask("Stop!", Remark("learner", "Hello."), Remark("tutor", "Good", interrupted=True))
    assert write_dialogue(question)[-1] == Line("learner", (BROKE_IN, "Stop!"))


def test_a_picture_stands_before_the_words_about_it() -> None:
    """Models understand a question better that follows what it is about."""
    question = ask("What is this?", pictures=(PICTURE,))
    assert write_dialogue(question) == [Line("learner", (PICTURE, "What is this?"))]


def test_a_silent_question_says_so() -> None:
    """A picture speaks for itself; where there is none, a note does."""
    assert write_dialogue(ask(" ")) == [Line("learner", (NOTHING_SAID,))]
    assert write_dialogue(ask(" ", pictures=(PICTURE,))) == [Line("learner", (PICTURE,))]


def test_only_the_latest_remarks_are_sent() -> None:
    """A long conversation does not make its questions longer and longer."""
    history = [Remark("learner", f"{n}") for n in range(100)]
    assert write_dialogue(ask("Now?", *history), 2) == [Line("learner", ("98", "99", "Now?"))]
    assert write_dialogue(ask("Now?", *history), 0) == [Line("learner", ("Now?",))]
    assert len(write_dialogue(ask("Now?", *history), 1_000)[0].parts) == MAX_REMARKS + 1


@given(st.lists(REMARKS, max_size=8), st.text(max_size=3), st.integers(0, 8))
def test_every_dialogue_is_strict(history: list[Remark], text: str, count: int) -> None:
    """The learner begins and ends, the two take turns, nobody says nothing."""
    lines = write_dialogue(ask(text, *history), count)
    assert lines[0].speaker == lines[-1].speaker == "learner"
    assert all(one.speaker != two.speaker for one, two in pairwise(lines))
    assert all(str(part).strip() for line in lines for part in line.parts)
    assert all(line.parts for line in lines)
