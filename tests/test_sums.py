"""Sums asked in words and as recognizers write them, worked out exactly."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words  # type: ignore[import-untyped]  # ships no type hints

from lessons.sums.answers import read_answer
from lessons.sums.numbers import Number, say
from lessons.sums.numerals import read_number
from lessons.sums.telling import find_sum
from lessons.wording import words
from tests.spoken_maths import check_answer

SUMS = {
    "what is seven times eight": "56",
    "What's 7 times 8?": "56",
    "7x8": "56",
    "7 \N{MULTIPLICATION SIGN} 8": "56",
    "What is seven x eight?": "56",
    "nine times twelve": "108",
    "what is for times six": "24",
    "two plus two": "4",
    "2 plus 2.": "4",
    "what is two plus to": "4",
    "forty-seven plus thirty-eight": "85",
    "what is three hundred and five plus ninety-nine": "404",
    "add twelve and thirty": "42",
    "the sum of nineteen and twenty-three": "42",
    "five more than thirty-seven": "42",
    "a hundred minus one": "99",
    "eighty-three minus forty-seven": "36",
    "five minus eight": "-3",
    "subtract four from ten": "6",
    "take nine away from twenty": "11",
    "five less than twelve": "7",
    "the difference between four and ten": "6",
    "minus five plus three": "-2",
    "a hundred and twenty divided by four": "30",
    "1,200 divided by 4": "300",
    "120/4": "30",
    "what is seventeen divided by five": "17/5",
    "one hundred and twenty divided by seven": "120/7",
    "ten divided by three": "10/3",
    "1 divided by 700": "1/700",
    "divide eighty-one by nine": "9",
    "zero divided by five": "0",
    "twenty-three times fourteen": "322",
    "two hundred and thirty-four times five hundred and sixty-seven": "132678",
    "multiply six by seven": "42",
    "double eight": "16",
    "twice seven plus one": "15",
    "three million times two million": "6000000000000",
    "three point five times two": "7",
    "3.5 times 2": "7",
    "zero point two five times zero point four": "1/10",
    "0.1 + 0.2": "3/10",
    "three point seven five plus two point five": "25/4",
    "seven point five divided by two point five": "3",
    "ten minus two point four": "38/5",
    "two thirds plus one sixth": "5/6",
    "What's 2 thirds plus 1 sixth?": "5/6",
    "1/2 plus 1/3": "5/6",
    "\N{VULGAR FRACTION ONE HALF} + \N{VULGAR FRACTION ONE THIRD}": "5/6",
    "one fifth plus two fifths": "3/5",
    "three quarters plus one half": "5/4",
    "one and a half plus two and a quarter": "15/4",
    "1.5 plus 2 1/4": "15/4",
    "six eighths plus one quarter": "1",
    "two thirds minus one half": "1/6",
    "two minus one third": "5/3",
    "three quarters times two fifths": "3/10",
    "five times two thirds": "10/3",
    "three quarters divided by two fifths": "15/8",
    "one half divided by four": "1/8",
    "half of ninety": "45",
    "two thirds of ninety": "60",
    "3/4 of 20": "15",
    "one third of one half": "1/6",
    "fifteen percent of eighty": "12",
    "What's 15% of 80?": "12",
    "12.5% of 80": "10",
    "fifty per cent of eighteen": "9",
    "ten percent of three hundred and forty": "34",
    "thirty-five percent of ninety": "63/2",
    "seven percent of two hundred and fifty": "35/2",
    "a hundred and fifty percent of eighty": "120",
    "20% off 50": "40",
    "What is 15% of 80%?": "12",
    "What is 3-quarters of 20?": "15",
    "What is one in a half plus two in a quarter?": "15/4",
    "at 23 and 19.": "42",
    "Multiply 6x7": "42",
    "What is for time 6?": "24",
    "What is 3 quarters divided by 2-5ths?": "15/8",
    "What is 83-47?": "36",
    "increase 80 by 15 percent": "92",
    "one hundred minus ten percent": "90",
    "two plus three times four": "14",
    "(2+3)*4": "20",
    "open bracket two plus three close bracket times four": "20",
    "What is 7 times 8 plus 2 times 3?": "62",
    "ten divided by three plus one": "13/3",
    "twenty minus six divided by two": "17",
    "seven into fifty-six": "8",
    "How many times does 7 go into 56?": "8",
    "What's the remainder of 17 divided by 5?": "17/5",
    "50 divided by 8 with remainder": "25/4",
    "five plus negative two": "3",
    "20 percent off of 50": "40",
    "What is 2 over 3 plus 1 over 6?": "5/6",
    "No, six times nine.": "54",
    "What if it's 6 times 9?": "54",
    "Could you tell me what 15 times 4 is?": "60",
    "five squared": "25",
    "three cubed": "27",
    "two to the power of ten": "1024",
    "2 to the 10th power": "1024",
    "two to the fifth power": "32",
    "two to the power of minus three": "1/8",
    "the square root of eighty-one": "9",
    "cube root of 27": "3",
    "the square root of sixteen plus nine": "13",
    "what is 3/4": "3/4",
    "what is 17/5": "17/5",
    "Um, hello tutor, could you please tell me what is 12 times 12?": "144",
    "So what does six times seven equal then?": "42",
    "$5 times 3": "15",
    "five dollars plus three dollars": "8",
}

CONVERSIONS = {
    "what is three quarters as a percentage": "three quarters is seventy-five percent.",
    "1/3 as a percentage": "one third is about thirty-three point three three percent.",
    "three eighths as a decimal": "three eighths is zero point three seven five.",
    "convert 0.75 to a fraction": "zero point seven five is three quarters.",
    "change 5 to a fraction": "five is five over one.",
    "simplify 6/8": "six eighths is three quarters.",
    "twenty is what percent of eighty": "twenty is twenty-five percent of eighty.",
    "what percentage of 50 is 10": "ten is twenty percent of fifty.",
}

CLAIMS = {
    "is seven times eight fifty-four": "No",
    "Is 7 times 8 equal to 54?": "No",
    "seven times eight is fifty-four, right?": "No",
    "is seven times eight fifty-six": "Yes",
    "I think 7 x 8 is 56": "Yes",
    "is one half equal to two quarters": "Yes",
    "does two plus two equal five": "No",
}

NO_SUMS = (
    "what is fifty | seven | and | what happened in 1914 | in base two what is 1 plus 1 | plus",
    "what is three times the radius of the sun | I have two brothers and three sisters | 10 to 10",
    "one more time please | what is two and three | three of four | $5 plus \N{POUND SIGN}3 | ((2",
    "what is nine eleven | call 555 1234 | two to one odds | is it half past three | x times y | .",
    "I need it in two days | ten percent plus five percent | give me one second | 3x + 2 = 8 | 7 x",
    "what is the second world war | the first of may | five times a day | what's half a loaf",
    "on a clock what is eleven plus three | how many times did seven eat nine | a hundred percent",
    "half off 20 | increase 80 by a half | 20 divided into 4 | what is fifth | five off twenty",
    "is 7 times 854 | 3 at 4 | at 5 to 6 | What is 1 1 1 1 3rd? | What is 5 8 minus 1 1 quarter?",
    "What is 3 \N{MIDDLE DOT} 4 times 2-5?",
)


def answer_to(question: str) -> str:
    """Return what is answered to a sum."""
    subject = find_sum(question)
    assert subject is not None, f"not read as a sum: {question}"
    return subject.explanation


@pytest.mark.parametrize(("question", "expected"), SUMS.items())
def test_a_sum_in_words_is_worked_out_truly(question: str, expected: str) -> None:
    """Every step of the answer is true, and the last one gives the result."""
    assert check_answer(answer_to(question)) == Fraction(expected)


@pytest.mark.parametrize("question", SUMS)
def test_example_and_smaller_steps_are_true_as_well(question: str) -> None:
    """What follows on 'an example' or 'simpler' holds no wrong number either."""
    subject = find_sum(question)
    assert subject is not None
    check_answer(subject.example)
    assert check_answer(subject.simpler) == Fraction(SUMS[question])


@pytest.mark.parametrize(("question", "conclusion"), CONVERSIONS.items())
def test_a_number_is_turned_into_another_form(question: str, conclusion: str) -> None:
    """Percentages, decimals and fractions are turned into each other."""
    answer = answer_to(question)
    assert answer.lower().endswith(conclusion)
    check_answer(answer, 2)  # six eighths are divided by two


@pytest.mark.parametrize(("claim", "verdict"), CLAIMS.items())
def test_a_claim_is_judged(claim: str, verdict: str) -> None:
    """A wrong claim is never confirmed, and a right one never denied."""
    assert answer_to(claim).startswith(verdict)


@pytest.mark.parametrize("text", [text for line in NO_SUMS for text in line.split(" | ")])
def test_what_is_no_sum_is_not_answered_as_one(text: str) -> None:
    """Words that are no part of a sum make the whole remark something else."""
    assert find_sum(text) is None


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("seven divided by zero", "Nobody can divide by zero"),
        ("zero divided by zero", "Zero divided by zero has no answer"),
        ("two thirds divided by zero", "Nobody can divide by zero"),
        ("5 is what percent of 0", "Nothing can be a percentage of zero"),
        ("the square root of minus four", "no ordinary number"),
        ("zero to the power of zero", "no answer that everybody agrees on"),
        ("two to the power of one half", "only work out powers with a whole number"),
        ("9 to the power of 9 to the power of 9", "far too long to say"),
        ("the square root of two plus one", "goes on for ever"),
    ],
)
def test_a_sum_without_answer_gets_the_reason(question: str, reason: str) -> None:
    """What cannot be worked out is said to be so, and why."""
    assert reason in answer_to(question)


def test_an_endless_root_is_said_to_be_rounded() -> None:
    """A rounded number is called 'about'."""
    answer = answer_to("what is the square root of two")
    assert answer.endswith("So the square root of two is about one point four one.")


def test_a_huge_product_is_rounded_to_a_power_of_ten() -> None:
    """Numbers that nobody can follow are said as a power of ten, marked as rounded."""
    answer = answer_to("99999999999 times 99999999999")
    assert answer.endswith("is about one times ten to the power of twenty-two.")


def test_a_remainder_is_told_with_the_fraction_and_the_decimal() -> None:
    """A division that does not come out even is told in the three usual ways."""
    assert answer_to("what is 17 divided by 5").endswith(
        "is three remainder two, or three and two fifths, or three point four."
    )


@given(st.integers(min_value=0, max_value=10**14))
def test_whole_numbers_are_read_as_they_are_said(value: int) -> None:
    """A number in words is read as that number, with and without 'and'."""
    said = " ".join(words(str(num2words(value))))
    for text in (said, said.replace(" and ", " ")):
        assert read_number(text) == (Number(Fraction(value)), len(text))


@given(st.fractions(min_value=0, max_value=99, max_denominator=60))
def test_a_fraction_survives_saying_and_reading(amount: Fraction) -> None:
    """What the tutor says is what it would understand."""
    said = say(Number(amount, "fraction")).replace("-", " ")
    if " over " not in said:
        read = read_number(said)
        assert read is not None
        assert (read[0].amount, read[1]) == (amount, len(said))


@given(
    st.integers(0, 5_000),
    st.sampled_from(["plus", "minus", "times", "divided by", "percent of"]),
    st.integers(1, 5_000),
)
def test_any_sum_of_two_whole_numbers_is_true(left: int, operator: str, right: int) -> None:
    """Each equation in the answer to a random sum holds."""
    check_answer(answer_to(f"what is {left} {operator} {right}"))


_SUM_WORDS = (
    "one two half thirds 3.5 1/4 7 0 percent % of plus minus times over divided by ( ) squared and",
    "square root to the power is what 's a hundred point fifth for",
)
_PARTS_OF_SUMS = st.sampled_from([word for line in _SUM_WORDS for word in line.split()])


@settings(max_examples=400)
@given(st.lists(_PARTS_OF_SUMS, max_size=14))
def test_any_mixture_of_sum_words_is_true_or_refused(parts: list[str]) -> None:
    """Whatever is read as a sum gets true steps; nothing raises."""
    subject = find_sum(" ".join(parts))
    if subject and " is " in subject.explanation and subject.explanation[:3] not in ("Yes", "No,"):
        has_reason = subject.why == subject.explanation
        assert has_reason or check_answer(subject.explanation) is not None


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("56", 56), ("Fifty-six.", 56), ("It's 56!", 56), ("um, fifty... no, fifty-six", 56),
        ("7 times 8 is 56", 56), ("I think it is fifty six", 56), ("56, 56", 56), ("=56", 56),
        ("7 times 8", None), ("54 or 56", None), ("not 56", None), ("three and a half", None),
        ("5 6", None), ("what is 56", None), ("fifty-six bananas", None), ("", None), ("-5", None),
    ],
)  # fmt: skip
def test_an_answer_is_read_only_if_it_is_one_number(said: str, number: int | None) -> None:
    """An unclear answer is no answer; a corrected one counts as corrected."""
    assert read_answer(said) == number
