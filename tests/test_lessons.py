"""The lessons: every file is sound, found by the questions it answers, and by no others."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.catalogue import TEXTS, Lesson, load_lessons
from lessons.finder import LessonFinder
from lessons.grading import Verdict, grade
from lessons.reciting import find_recital
from lessons.subject import Check
from tests.spoken_maths import check_answer

LESSONS = load_lessons()
FINDER = LessonFinder(LESSONS)

PARAPHRASES = {
    "photosynthesis": (
        "Can you explain photosynthesis to me?", "what's photo synthesis", "photosynthesys",
        "Tell me about photosynthesis, please.", "How do plants produce their food?",
    ),
    "the water cycle": (
        "explain the water cycle please", "What's evaporation?", "Why does it rain?",
        "so how are clouds made", "where does the rain come from",
    ),
    "why the sky is blue": (
        "Why is the sky blue?", "How come the sky looks so blue?", "what makes the sky look blue",
        "so, um, why's the sky blue", "why are sunsets red",
    ),
    "gravity": (
        "What is gravity?", "what do you know about gravity", "how does gravity work",
        "Why do things fall down?", "what's the force of gravity",
    ),
    "fractions": (
        "how do fractions work", "I don't understand fractions", "What is a denominator?",
        "can you help me with fractions", "teach me about fractions",
    ),
    "percentages": (
        "teach me percentages", "what does percent mean", "How do percentages work?",
        "I need help with percentages", "how do I calculate a percentage",
    ),
    "nouns": ("what is a noun", "Explain nouns.", "what's a proper noun", "tell me what nouns are"),
    "verbs": ("what are verbs", "Explain verbs.", "what does a verb mean", "action words"),
    "the states of matter": (
        "states of matter", "What are the three states of matter?", "what is a liquid",
        "solids, liquids and gases", "why does ice melt",
    ),
    "food chains": ("what is a food chain", "Explain food webs.", "how does a food chain work"),
    "the solar system": (
        "tell me about the solar system", "how many planets are there", "what are the planets",
        "name the planets in order", "Could we talk about the planets?",
    ),
    "the phases of the moon": (
        "What are the phases of the moon?", "what are the phrases of the moon",
        "what is a full moon", "how does the moon change its shape", "why does the moon shine",
    ),
    "electric circuits": (
        "what is an electric circuit", "How does a circuit work?", "how does electricity work",
        "tell me about electricity",
    ),
    "the heart": (
        "how does the human heart work", "I want to learn about the heart",
        "What does the heart do?", "how does blood move around the body",
    ),
    "plate tectonics": (
        "plate tectonics", "what are plate tech tonics", "What causes earthquakes?",
        "tectonic plates", "why do earthquakes happen",
    ),
    "the past tense": (
        "can you help me with the past tense", "What's the past tense?", "explain irregular verbs",
        "how do I form the past tense",
    ),
    "the seasons": (
        "why do we have seasons", "What causes the seasons?", "why is it cold in winter",
        "the four seasons",
    ),
}  # fmt: skip

UNRELATED = (
    "What is the capital of France?", "who invented gravity", "what is friction", "frictions",
    "tell me about refractions", "who wrote heart of darkness", "what is the heart of the matter",
    "where is the heart", "how far is the moon", "how many moons does jupiter have",
    "is the moon made of cheese", "when is the next full moon", "what's the weather today",
    "who is the president", "tell me a joke", "what is a pronoun", "explain adverbs",
    "what is the speed of light", "how do I bake a cake", "what is the meaning of life",
    "write me a poem about the moon", "what is quantum gravity", "best season of game of thrones",
    "heart attack symptoms", "why is grass green", "what is the earth", "what is the present tense",
    "tell me about plates", "how do I charge my phone battery", "what does electricity cost",
    "what is the past", "what is the present perfect tense", "how heavy is the sun",
    "who was the first man on the moon", "how do birds fly", "translate hello to spanish",
    "what is love", "what is DNA", "what is gas price today", "how do I lose weight",
    "I have a broken heart", "my heart hurts", "I love you", "are plants alive", "a blue whale",
    "is it raining", "do I need an umbrella", "what time is it", "play some music",
    "what's three times the radius of the sun", "the food was great", "can you sing", "verse",
    "the circus", "light bulb history", "how old is the solar system", "tell me about food",
    "what is not a verb", "the fall of Rome", "", "?", "the", "why not gravity falls", "hearth",
    "how do plants reproduce", "what is the water temperature", "percent off at the shop",
    "How do I cycle to work?", "what state is Texas in", "what's the matter with you",
)  # fmt: skip

ENGLISH_WORDS = (
    "water cycle heart moon planet verb noun fraction plant light sun sky blue gas solid who when "
    "where big many not best first price love game song why how is the of and a in"
)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_a_lesson_is_found_by_all_it_names(lesson: Lesson) -> None:
    """Each name and question in a file finds this lesson and no other."""
    for phrase in (lesson.title, *lesson.names, *lesson.questions):
        found = FINDER.find(phrase)
        assert found is not None, phrase
        assert found.title == lesson.title, phrase


@pytest.mark.parametrize(
    ("title", "question"),
    [(title, question) for title, questions in PARAPHRASES.items() for question in questions],
)
def test_a_lesson_is_found_in_other_words(title: str, question: str) -> None:
    """Paraphrases and misspellings of a recognizer find the lesson."""
    found = FINDER.find(question)
    assert found is not None
    assert found.title == title


@pytest.mark.parametrize("question", UNRELATED)
def test_an_unrelated_question_finds_nothing(question: str) -> None:
    """Rather no lesson than one beside the point."""
    assert FINDER.find(question) is None


@given(st.text(max_size=200) | st.lists(st.sampled_from(ENGLISH_WORDS.split())).map(" ".join))
def test_any_text_may_be_looked_up(text: str) -> None:
    """Looking up never raises."""
    found = FINDER.find(text)
    assert found is None or found.title in PARAPHRASES


def test_every_lesson_is_tested_in_other_words() -> None:
    """Whoever adds a lesson adds ways to ask for it."""
    assert {lesson.title for lesson in LESSONS} == set(PARAPHRASES)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_a_check_accepts_its_answers_and_feeds_back_one(lesson: Lesson) -> None:
    """An accepted answer is right however it is wrapped, and the feedback tells one."""
    check = lesson.as_subject().check
    assert check is not None
    for answer in check.answers:
        assert grade(answer, check) is Verdict.RIGHT
        assert grade(f"Um, I think it's {answer}.", check) is Verdict.RIGHT
    feedback = f" {' '.join(re.findall('[a-z]+', check.feedback.lower()))} "
    assert any(f" {answer} " in feedback for answer in check.answers) or "no" in check.answers


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_sentences_are_short_enough_for_ears(lesson: Lesson) -> None:
    """No sentence is longer than one breath, about 25 words."""
    texts = (*lesson.explanation, lesson.simpler, lesson.why, lesson.example, lesson.check.feedback)
    for sentence in re.split(r"(?<=[.?!]) ", " ".join(texts)):
        assert len(sentence.split()) <= 25, sentence


def test_sums_in_lessons_are_true() -> None:
    """The worked example about percentages holds."""
    [percentages] = [lesson for lesson in LESSONS if lesson.title == "percentages"]
    assert check_answer(percentages.example) == 12


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("carbon dioxide", Verdict.RIGHT), ("Carbon dioxide!", Verdict.RIGHT),
        ("carbon dioxyde", Verdict.RIGHT), ("I believe it is carbon dioxide", Verdict.RIGHT),
        ("oxygen or carbon dioxide", Verdict.MENTIONED), ("not carbon dioxide", Verdict.MENTIONED),
        ("oxygen", Verdict.OTHER), ("carbon monoxide", Verdict.OTHER), ("", Verdict.OTHER),
    ],
)  # fmt: skip
def test_praise_needs_certainty(answer: str, verdict: Verdict) -> None:
    """An answer among other words is not called right, nor wrong."""
    check = Check("Which gas?", ("carbon dioxide", "co2"), "A hint.", "Carbon dioxide.")
    assert grade(answer, check) is verdict


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ('title = "gravity"', "title"),
        ('simpler = "It costs 5 dollars."', "simpler"),
        ('why = "Because of *this*."', "why"),
        ('surprise = "new"', "surprise"),
        ("explanation = []", "explanation"),
    ],
)
def test_a_broken_file_is_named_with_its_field(tmp_path: Path, change: str, complaint: str) -> None:
    """Whoever writes a lesson is told which file and which field is wrong."""
    text = (TEXTS / "gravity.toml").read_text(encoding="utf-8")
    field = change.partition(" ")[0]
    without = re.sub(rf"^{field} = (?:\[.*?^\]|.*?)$", "", text, flags=re.M | re.S)
    broken = f"{change}\n{without}" if field != "title" else without
    (tmp_path / "broken.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"broken.toml is no lesson(.|\n)*{complaint}"):
        load_lessons(tmp_path)


def test_a_times_table_is_recited_without_a_mistake() -> None:
    """'What is the seven times table' tells all twelve facts."""
    recital = find_recital("what is the seven times table?")
    assert recital is not None
    assert check_answer(recital.explanation) == 84
    assert recital.explanation.count("Seven times") == 12


@pytest.mark.parametrize(
    "text", ["what is a table", "tell me the thirteen times table", "how do I lay the table"]
)
def test_no_other_table_is_recited(text: str) -> None:
    """Only times tables from two to twelve are known."""
    assert find_recital(text) is None
