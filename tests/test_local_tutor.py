"""The practice tutor in conversation: drills, follow-ups, honest limits, interruptions."""

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from engine_api import Picture, Question, Remark
from engines.local_tutor import create_tutor
from engines.practice.drill_round import recall_round
from engines.practice.intents import Intent, find_intent
from engines.practice.skill import Turn
from engines.practice.tutor import PracticeTutor
from errors import EngineError
from lessons.catalogue import load_lessons
from lessons.times_tables import Fact, Table, find_question
from settings import Settings
from tests.spoken_maths import check_answer

LESSONS = load_lessons()
TUTOR = PracticeTutor(LESSONS, drill_length=10)
BEYOND = "I can't answer that offline."


class Conversation:
    """A learner and the tutor, with the history that both have heard."""

    def __init__(self, tutor: PracticeTutor = TUTOR) -> None:
        self.tutor = tutor
        self.history: list[Remark] = []

    def say(self, text: str, *, heard: int | None = None) -> str:
        """Say something; hear the answer, or its first ``heard`` letters before breaking in."""
        answer = self.tutor.reply(Turn(text, tuple(self.history)))
        self.history.append(Remark("learner", text))
        if heard is None:
            self.history.append(Remark("tutor", answer))
        elif heard:
            self.history.append(Remark("tutor", answer[:heard], interrupted=True))
        return answer

    def fact(self) -> Fact:
        """Return the fact that was asked last."""
        asked = (find_question(remark.text) for remark in reversed(self.history))
        return next(fact for fact in asked if fact)

    def say_right(self) -> str:
        """Answer the drill's question rightly."""
        return self.say(str(self.fact().product))

    def say_wrong(self) -> str:
        """Answer the drill's question wrongly."""
        return self.say(str(self.fact().product + 1))


@pytest.fixture
def talk() -> Conversation:
    """Return a conversation that has not begun."""
    return Conversation()


# --- drills -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "table"),
    [
        ("Quiz me on the seven times table.", 7), ("quiz me on the 7 times table", 7),
        ("Can you test me on my sevens?", 7), ("let's practice the twelve times tables", 12),
        ("seven times table please", 7), ("I want to do the sixes", 6),
        ("test me on multiplication", None), ("quiz me on the times tables", None),
        ("times tables", None), ("let's practise multiplying", None),
    ],
)  # fmt: skip
def test_a_drill_asks_the_table_that_was_named(
    talk: Conversation, request_: str, table: int | None
) -> None:
    """The drill begins at once, with a fact of that table."""
    answer = talk.say(request_)
    fact = find_question(answer)
    assert answer.startswith("Let's practise")
    assert fact in set(Table(table).facts())


def test_a_right_answer_is_praised_and_another_fact_asked(talk: Conversation) -> None:
    """The drill goes on with another fact, and says the one just solved in full."""
    talk.say("quiz me on the seven times table")
    first = talk.fact()
    answer = talk.say_right()
    assert first.statement in answer.lower()
    assert "hint" not in answer
    assert talk.fact() != first


def test_wrong_answers_climb_the_hint_ladder(talk: Conversation) -> None:
    """First a fact most people know, then the neighbour, then the answer; never praise."""
    talk.say("quiz me on the seven times table")
    fact = talk.fact()
    hints = [talk.say_wrong(), talk.say_wrong()]
    assert talk.fact() == fact
    assert [hint in answer for hint, answer in zip(fact.hints, hints, strict=True)] == [True, True]
    assert not any(fact.statement in answer.lower() for answer in hints)
    told = talk.say_wrong()
    assert fact.statement in told.lower()
    assert talk.fact() != fact
    for answer in (*hints, told):
        assert not re.search(r"\b(right|correct|yes|well done)\b", answer, re.I)
        check_answer(answer, fact.table, fact.factor, talk.fact().table, talk.fact().factor)


def test_every_hint_of_every_fact_is_true_and_gives_nothing_away() -> None:
    """A hint holds a true equation, and not the answer."""
    for fact in Table(None).facts():
        for hint in fact.hints:
            check_answer(hint)
            assert fact.statement not in hint


def test_a_learner_who_does_not_know_gets_a_hint(talk: Conversation) -> None:
    """'I don't know' is no mistake, but it is not solved at the first try either."""
    talk.say("quiz me on the eight times table")
    assert "Here is a hint" in talk.say("I don't know.")
    assert "now" in talk.say_right()
    assert talk.say("stop").endswith(
        "You got zero of one right at the first try. With a hint, one more. "
        f"Worth another look: {self_fact(talk).statement}."
    )


def self_fact(talk: Conversation) -> Fact:
    """Return the first fact that was asked."""
    facts = (find_question(remark.text) for remark in talk.history)
    return next(fact for fact in facts if fact)


def test_skip_tells_the_answer_and_goes_on(talk: Conversation) -> None:
    """'Skip' is heard as giving up on this question."""
    talk.say("quiz me on the eight times table")
    fact = talk.fact()
    assert fact.statement in talk.say("skip").lower()
    assert talk.fact() != fact


def test_stop_ends_the_drill_with_a_true_score(talk: Conversation) -> None:
    """The score counts what was right at the first try; afterwards numbers mean nothing."""
    talk.say("quiz me on the nine times table")
    talk.say_right()
    talk.say_wrong()
    talk.say_right()
    talk.say_right()
    assert "You got two of three right at the first try." in talk.say("Stop!")
    assert talk.say("54").startswith(BEYOND)


def test_a_round_ends_by_itself(talk: Conversation) -> None:
    """After ten questions the drill tells the score and asks no more."""
    talk.say("quiz me on the nine times table")
    answers = [talk.say_right() for _ in range(10)]
    assert answers[-1].endswith(
        "That was the last question. You got all ten right at the first try."
    )
    assert find_question(answers[-1]) is None


def test_a_missed_fact_comes_back_later(talk: Conversation) -> None:
    """What was not known is asked once more in the same round."""
    talk.say("quiz me on the nine times table")
    missed = talk.fact()
    talk.say_wrong()
    asked = []
    for _ in range(5):
        talk.say_right()
        asked.append(talk.fact())
    assert missed in asked


def test_a_question_in_between_does_not_end_the_drill(talk: Conversation) -> None:
    """The tutor answers it and comes back to the open question."""
    talk.say("quiz me on the nine times table")
    fact = talk.fact()
    answer = talk.say("what is fifteen percent of eighty?")
    assert "Fifteen percent of eighty is twelve" in answer or "is twelve" in answer
    assert answer.endswith(f"Back to the times tables. {fact.question}")
    assert fact.statement in talk.say_right().lower()
    assert "You got one of one" in talk.say("stop")


def test_an_unclear_answer_is_asked_again(talk: Conversation) -> None:
    """What is no number counts as nothing."""
    talk.say("quiz me on the nine times table")
    fact = talk.fact()
    assert talk.say("fifty four or fifty five") == f"I did not hear a number. {fact.question}"
    assert "Right" in talk.say_right() or talk.fact() != fact


def test_whoever_talks_about_other_things_is_left_in_peace(talk: Conversation) -> None:
    """After two remarks about something else the drill does not come back by itself."""
    talk.say("quiz me on the nine times table")
    for question in ("what is gravity", "how does the heart work"):
        talk.say(question)
    assert "times tables" not in talk.say("why do we have seasons")


def test_a_drill_needs_no_memory_but_the_history() -> None:
    """A tutor that begins in the middle goes on just the same, and is honest about the score."""
    talk = Conversation()
    talk.say("quiz me on the nine times table")
    for _ in range(3):
        talk.say_right()
    late = Conversation(PracticeTutor(LESSONS, drill_length=10))
    late.history = talk.history[3:]
    assert late.fact().table == 9
    late.say_right()
    assert late.fact().table == 9
    assert "Of those I still remember" in late.say("stop")


def test_an_unheard_question_is_not_held_against_the_learner(talk: Conversation) -> None:
    """A question that was cut off is asked again, and a number said before is no answer to it."""
    talk.say("quiz me on the nine times table", heard=20)
    answer = talk.say("forty-five")
    assert answer.startswith("I did not hear a number. What is nine times")
    assert recall_round(talk.history) is not None
    assert "You got one of one" in (talk.say_right() and talk.say("stop"))


def test_a_hint_cut_short_leaves_the_question_open(talk: Conversation) -> None:
    """Breaking into the hint with the right answer counts as right."""
    talk.say("quiz me on the nine times table")
    fact = talk.fact()
    talk.say(str(fact.product + 1), heard=6)
    assert fact.statement in talk.say(str(fact.product)).lower()


@pytest.mark.parametrize("table", ["thirteen", "one", "twenty"])
def test_tables_beyond_the_known_ones_are_refused(talk: Conversation, table: str) -> None:
    """The tutor says which tables it has."""
    answer = talk.say(f"quiz me on the {table} times table")
    assert answer == "I practise the tables from two to twelve. Which one would you like?"


# --- lessons and follow-ups ---------------------------------------------------------------------


def test_a_lesson_goes_from_explanation_to_example_to_question(talk: Conversation) -> None:
    """Each step is offered, and a 'yes' takes it."""
    assert "carbon dioxide" in talk.say("What is photosynthesis?")
    assert "sunflower" in talk.say("Yes, please.")
    assert talk.say("sure").startswith("Which gas do plants take in")
    assert talk.say("It's carbon dioxide.").endswith("Plants take in carbon dioxide.")


def test_a_wrong_answer_to_a_check_gets_a_hint_then_the_answer(talk: Conversation) -> None:
    """The tutor never says that a wrong answer is right, and does not give up at once."""
    talk.say("quiz me on photosynthesis")
    hint = talk.say("oxygen")
    assert "not the answer I was looking for. You breathe out" in hint
    assert hint.endswith("for photosynthesis?")
    assert talk.say("nitrogen").endswith("Plants take in carbon dioxide.")


def test_an_answer_among_others_is_not_praised(talk: Conversation) -> None:
    """Someone who names two gases learns which one it is, without praise."""
    talk.say("quiz me on photosynthesis")
    answer = talk.say("oxygen or carbon dioxide")
    assert answer == "This is the answer I was looking for. Plants take in carbon dioxide."


def test_a_check_may_be_left_for_another_question(talk: Conversation) -> None:
    """A question instead of an answer is answered."""
    talk.say("quiz me on photosynthesis")
    assert "is fifty-six" in talk.say("what is seven times eight")


def test_no_is_the_answer_to_a_question_that_asks_for_it(talk: Conversation) -> None:
    """'No' to 'does the Moon make its own light' is right, and 'yes' is not."""
    talk.say("quiz me on the moon")
    assert talk.say("yes").startswith("That is not the answer")
    assert talk.say("No, it doesn't.").endswith("It is lit by the Sun.")


def test_why_and_example_follow_a_sum(talk: Conversation) -> None:
    """Sums can be asked about as lessons can."""
    talk.say("two thirds plus one sixth")
    assert "pieces of the same size" in talk.say("why?")
    assert check_answer(talk.say("Can you give me an example?")) is not None
    assert talk.say("slower").startswith("First step: bring both")
    assert talk.say("what did you mean?").startswith("First step: bring both")


def test_follow_ups_are_about_the_latest_subject(talk: Conversation) -> None:
    """A sum after a lesson is what 'why' asks about."""
    talk.say("what is gravity")
    assert "mass" in talk.say("why")
    talk.say("seven times eight")
    assert "equal groups" in talk.say("why")


@pytest.mark.parametrize("question", ["what is gravity", "what is seven times eight", "hello"])
def test_again_repeats_the_whole_answer(talk: Conversation, question: str) -> None:
    """What was cut off is in it, too; asked twice, it is repeated twice."""
    answer = talk.say(question, heard=10)
    assert talk.say("What?") == answer
    assert talk.say("say that again please") == answer


def test_go_on_says_what_was_cut_off(talk: Conversation) -> None:
    """It begins with the sentence in which the learner broke in."""
    whole = talk.say("what is gravity", heard=70)
    assert talk.say("go on") == whole[whole.index("The more mass") :]


def test_go_on_after_silence_says_everything(talk: Conversation) -> None:
    """If nothing was heard of the answer, all of it is said."""
    whole = talk.say("what is gravity", heard=0)
    assert talk.say("go on") == whole


def test_more_tells_each_part_once(talk: Conversation) -> None:
    """'Tell me more' gives the reason, then the example, then offers a question."""
    talk.say("what is gravity")
    parts = [talk.say("tell me more") for _ in range(3)]
    assert "Einstein" in parts[0]
    assert "Throw a ball" in parts[1]
    assert parts[2] == "That is all I know about it. Shall I ask you a question about it?"


@pytest.mark.parametrize("follow_up", ["why?", "an example", "slower", "tell me more"])
def test_a_follow_up_to_nothing_says_so(talk: Conversation, follow_up: str) -> None:
    """Without a subject there is nothing to go deeper into."""
    assert talk.say(follow_up).startswith("I have not explained anything yet.")


def test_again_at_the_beginning_says_so(talk: Conversation) -> None:
    """There is nothing to repeat at the beginning."""
    assert talk.say("repeat that") == "There is nothing to repeat yet. Ask me something."


# --- small talk and honest limits ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("remark", "part"),
    [
        ("Hello!", "Hello"), ("Good morning, teacher.", "Hello"), ("Thank you.", "welcome"),
        ("Thanks a lot!", "welcome"), ("Goodbye.", "Goodbye"), ("What can you do?", "sums"),
        ("help", "sums"), ("who are you", "program"), ("how are you?", "program"),
        ("stop", ""), ("what topics do you have", "gravity, the heart"), ("yes", "Good"),
        ("no", "All right"), ("quiz me", "Say: quiz me"), ("what's my score", "not in a quiz"),
    ],
)  # fmt: skip
def test_small_talk_is_answered(talk: Conversation, remark: str, part: str) -> None:
    """Short remarks get short answers."""
    answer = talk.say(remark)
    assert part in answer
    assert BEYOND not in answer


UNKNOWN = (
    "What is the capital of France?", "Who was Isaac Newton?", "When did the war end?",
    "What's the weather like?", "Tell me a joke.", "Who won the world cup?", "Sing a song.",
    "How do I bake bread?", "What is the meaning of life?", "Is God real?", "Write an essay.",
    "What is the integral of x squared?", "Solve three x plus two equals eight.",
    "Who are the Beatles?",
    "How tall is the Eiffel Tower?", "What is DNA?", "What is the speed of light?",
    "How many people live in China?", "What did Shakespeare write?", "Explain quantum physics.",
    "What is the past of Rome?", "Translate dog to Spanish.", "What is photography?",
    "How do airplanes fly?", "What is the best phone?", "Should I buy stocks?", "blah blah blah",
    "What is the square root of a tree?", "three blind mice", "Where is the Nile?",
    "What is the population of India plus two?", "quiz me on history",
    "Which planet is the hottest?",
    "Why is grass green?", "Do fish sleep?", "The quick brown fox jumps over the lazy dog.",
)  # fmt: skip


@pytest.mark.parametrize("question", UNKNOWN)
def test_the_unknown_is_said_to_be_unknown(talk: Conversation, question: str) -> None:
    """The tutor invents nothing: it says that it cannot answer, and what it can do."""
    answer = talk.say(question)
    assert answer.startswith(BEYOND)
    assert re.search("(?:Ask me|ask) about", answer)


def test_what_to_add_is_said_once(talk: Conversation) -> None:
    """The first question that is beyond the tutor brings the advice, and no later one does."""
    assert talk.say("Who was Isaac Newton?").endswith("Or add a Gemini key, for a tutor who can.")
    talk.say("What is photosynthesis?")
    assert "Gemini" not in talk.say("Who are the Beatles?")


def test_the_suggestions_vary() -> None:
    """Nobody hears the same suggestion all the time."""
    assert len({TUTOR.reply(Turn(question)) for question in UNKNOWN}) > len(UNKNOWN) // 2


def test_suggestions_work_when_they_are_followed() -> None:
    """What the tutor suggests to ask, it can answer."""
    for question in UNKNOWN:
        answer = TUTOR.reply(Turn(question))
        topics = re.findall(r"about ([a-z ]+?)(?: or ([a-z ]+))?\.", answer)
        assert topics
        for topic in filter(None, topics[0]):
            assert not TUTOR.reply(Turn(f"tell me about {topic}")).startswith(BEYOND), topic


def test_each_short_remark_means_one_thing() -> None:
    """No phrase is listed under two intents."""
    phrases = [
        (" ".join(phrase.split()), intent)
        for intent in Intent
        for phrase in intent.value.split(",")
    ]
    assert len({phrase for phrase, _ in phrases}) == len(phrases)
    assert all(find_intent(phrase) is intent for phrase, intent in phrases)


# --- any conversation at all --------------------------------------------------------------------

_REMARKS = st.sampled_from(
    [
        *(" ".join(intent.value.split(",")[0].split()) for intent in Intent),
        "quiz me on the seven times table", "56", "forty-nine", "quiz me", "quiz me on gravity",
        "what is gravity", "what is 7 times 8", "two thirds plus one half", "gravity", "xyz",
        "1 divided by 0", "is 2 plus 2 5", "tell me the six times table",
    ]
)  # fmt: skip
_ANY_TEXT = st.text(max_size=80)


def _is_spoken(text: str) -> bool:
    """Return whether a voice can read ``text``: words and plain punctuation, no markdown."""
    return bool(text) and re.fullmatch(r"[A-Za-z ,.:?!'-]+", text) is not None


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(_REMARKS | _ANY_TEXT, st.none() | st.integers(0, 120)), max_size=12))
def test_any_conversation_is_answered_in_spoken_words(
    remarks: list[tuple[str, int | None]],
) -> None:
    """Whatever is said and however it is interrupted, the answer is fit for a voice."""
    talk = Conversation()
    for text, heard in remarks:
        assert _is_spoken(talk.say(text, heard=heard))


@given(_ANY_TEXT, st.lists(st.builds(Remark, st.sampled_from(["learner", "tutor"]), _ANY_TEXT)))
def test_any_history_may_come_from_another_tutor(text: str, history: list[Remark]) -> None:
    """A history in foreign words does not confuse the tutor, nor is it repeated."""
    assert _is_spoken(TUTOR.reply(Turn(text, tuple(history))))


# --- the engine ---------------------------------------------------------------------------------


async def _answer(question: Question) -> list[str]:
    tutor = create_tutor(Settings())
    await tutor.start()
    deltas = [delta async for delta in tutor.answer(question)]
    await tutor.aclose()
    return deltas


async def test_the_engine_streams_word_by_word() -> None:
    """The deltas make up the answer."""
    deltas = await _answer(Question("what is two plus two", asyncio.Event()))
    assert deltas == ["Two ", "plus ", "two ", "is ", "four."]


async def test_the_engine_stops_when_nobody_waits_any_more() -> None:
    """After the cancel event no word follows."""
    tutor = create_tutor(Settings())
    await tutor.start()
    cancelled = asyncio.Event()
    heard = []
    async for delta in tutor.answer(Question("what is gravity", cancelled)):
        heard.append(delta)
        if len(heard) == 3:
            cancelled.set()
    assert heard == ["Gravity ", "is ", "a "]


async def test_the_engine_reads_the_history() -> None:
    """A follow-up is answered from what was said before."""
    history = (Remark("learner", "what is gravity"), Remark("tutor", "Gravity is", True))
    assert "Einstein" in "".join(await _answer(Question("why", asyncio.Event(), history)))


@pytest.mark.parametrize("language", ["de-DE", "es-ES", "fr-FR", "ja-JP"])
async def test_another_language_is_declined_honestly(language: str) -> None:
    """The tutor speaks English only and says so, to some in their language."""
    answer = "".join(await _answer(Question("hola", asyncio.Event(), language=language)))
    assert answer.startswith("The practice tutor speaks only English.")
    assert answer.endswith((".", "Englisch.", "anglais."))


async def test_a_picture_cannot_be_seen() -> None:
    """What the learner said with the picture is answered, if it can be."""
    picture = (Picture(b"...", "image/png"),)
    answer = "".join(await _answer(Question("what is this", asyncio.Event(), pictures=picture)))
    assert answer == (
        "I can't see pictures offline. Read me the question that is on it, and I will try."
    )
    answer = "".join(await _answer(Question("2 plus 2", asyncio.Event(), pictures=picture)))
    assert answer == "I can't see pictures offline. Two plus two is four."


async def test_an_engine_that_was_not_started_says_so() -> None:
    """The turn fails with an error that the service knows."""
    tutor = create_tutor(Settings())
    with pytest.raises(EngineError, match="not running"):
        await anext(tutor.answer(Question("hello", asyncio.Event())))


async def test_a_drill_fits_into_the_history() -> None:
    """Where little is remembered, a round is shorter, so that its score is still true."""
    tutor = create_tutor(Settings(max_history=8))
    await tutor.start()
    history = [Remark("learner", "quiz me on the two times table")]
    text = history[0].text
    for _ in range(3):
        question = Question(text, asyncio.Event(), tuple(history[:-1]))
        answer = "".join([delta async for delta in tutor.answer(question)])
        fact = find_question(answer)
        text = str(fact.product) if fact else ""
        history += [Remark("tutor", answer), Remark("learner", text)]
    assert answer.endswith("You got all two right at the first try.")
