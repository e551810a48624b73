"""What a learner gets when an engine fails, in the words of the fault tables."""

from collections.abc import Callable

from tests.google_emulator.vocabulary import find_words
from tests.quick_learner import Reply

QUESTION = "thirteen triangle colour hundred"
ANSWER = f"You say {QUESTION}. What is the next question?"
NEXT_QUESTION = "fifteen picture"
NEXT_ANSWER = f"You say {NEXT_QUESTION}. What is the next question?"
"""What the emulated tutor answers."""

MAX_CHARS = 512
"""Longest answer of a tutor who may write 64 tokens."""


def gets_answer(reply: Reply, _: str) -> None:
    """All of it, spoken and shown."""
    assert reply.transcript in ("", QUESTION)
    assert reply.text == reply.voiced == ANSWER
    assert reply.words == find_words(ANSWER)


def gets_apology(reply: Reply, apology: str) -> None:
    """Nothing else."""
    assert reply.text == reply.voiced == apology
    assert reply.words == find_words(apology)


def gets_beginning_and_apology(reply: Reply, apology: str) -> None:
    """The answer as far as it came, in whole sentences."""
    begun = reply.text.removesuffix(apology).strip()
    assert begun
    assert ANSWER.startswith(begun)
    assert reply.text == reply.voiced == f"{begun} {apology}"
    assert reply.words == find_words(reply.text)


def gets_allowed_and_apology(reply: Reply, apology: str) -> None:
    """What the tutor wrote up to the limit, whatever it was."""
    written = reply.text.removesuffix(apology).strip()
    assert 0 < len(written) <= MAX_CHARS
    assert reply.text == reply.voiced == f"{written} {apology}"
    assert reply.words == find_words(reply.text)


def gets_answer_in_writing(reply: Reply, _: str) -> None:
    """All of it, and no sound."""
    assert reply.text == ANSWER
    assert not reply.pcm


def gets_rest_in_writing(reply: Reply, _: str) -> None:
    """All of it shown, the beginning as sound, nothing twice."""
    assert reply.text == ANSWER
    assert reply.voiced != ANSWER
    whole = reply.words[:-1]  # the last one may have been cut
    assert whole
    assert whole == find_words(ANSWER)[: len(whole)]


def gets_answer_to_what_was_understood(reply: Reply, _: str) -> None:
    """An answer to the beginning of the question."""
    assert reply.transcript
    assert QUESTION.startswith(reply.transcript)
    assert reply.text == f"You say {reply.transcript}. What is the next question?"
    assert reply.words == find_words(reply.text)


CHECKS: dict[str, Callable[[Reply, str], None]] = {
    "the answer": gets_answer,
    "an apology": gets_apology,
    "the beginning, then an apology": gets_beginning_and_apology,
    "as much as allowed, then an apology": gets_allowed_and_apology,
    "the answer in writing": gets_answer_in_writing,
    "the beginning, the rest in writing": gets_rest_in_writing,
    "the answer to what was understood": gets_answer_to_what_was_understood,
}
"""How to tell, by the words of the tables; each is given the reply and the apology due."""
