"""Asking a remote tutor again: only where it may help, and never after the first word."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from engines.tutoring import tutor_errors
from engines.tutoring.attempts import Fault, Patience, answer_from
from errors import EngineError

PATIENCE = Patience(first_s=5, between_s=5)
HASTE = Patience(first_s=0.02, between_s=0.02)
AGAIN = Fault(tutor_errors.failed(), "reset", same_model=True, next_model=True, delay_s=0.01)
ELSEWHERE = Fault(tutor_errors.over_quota(), "429", next_model=True, delay_s=0.01)
NEVER = Fault(tutor_errors.rejected("TUTOR_MODEL"), "400")


class Stall:
    """A pause that never ends."""


Script = list[str | Exception | Stall]


class Service:
    """Plays one script for each attempt, and remembers who was asked."""

    def __init__(self, *scripts: Script, fault: Fault = AGAIN):
        self.scripts = list(scripts)
        self.asked: list[str] = []
        self.fault = fault

    async def stream(self, model: str) -> AsyncGenerator[str, None]:
        """Play the next script."""
        self.asked.append(model)
        for part in self.scripts.pop(0):
            if isinstance(part, Exception):
                raise part
            if isinstance(part, Stall):
                await asyncio.sleep(60)
            else:
                yield part

    def judge(self, error: Exception) -> Fault:
        """Let every exception mean the same, and a stall that it may be tried again."""
        if isinstance(error, TimeoutError):
            return Fault(tutor_errors.timed_out(), "stall", same_model=True, delay_s=0.01)
        return self.fault

    async def answer(self, *models: str, patience: Patience = PATIENCE) -> list[str]:
        """Return the words of the answer."""
        words = answer_from(models, self.stream, self.judge, patience)
        async with aclosing(words):
            return [word async for word in words]


async def test_a_whole_answer_takes_one_attempt() -> None:
    """Nobody else is asked where the first one answers."""
    service = Service(["Two ", "words."])
    assert await service.answer("first", "first", "second") == ["Two ", "words."]
    assert service.asked == ["first"]


async def test_a_fault_before_the_first_word_is_tried_again() -> None:
    """The learner does not hear of a fault that the next attempt mends."""
    service = Service([OSError()], ["Fine."])
    assert await service.answer("first", "first") == ["Fine."]
    assert service.asked == ["first", "first"]


async def test_a_fault_after_the_first_word_ends_the_answer() -> None:
    """What was said is never said again."""
    service = Service(["Half", OSError()], ["Again."])
    with pytest.raises(EngineError, match="tutor_failed"):
        await service.answer("first", "first")
    assert service.asked == ["first"]


async def test_another_model_is_asked_last() -> None:
    """After its second fault the first model has had its chance."""
    service = Service([OSError()], [OSError()], ["Fine."])
    assert await service.answer("first", "first", "second") == ["Fine."]
    assert service.asked == ["first", "first", "second"]


async def test_a_model_without_quota_is_passed_over() -> None:
    """Where only another model may help, it is asked at once."""
    service = Service([OSError()], ["Fine."], fault=ELSEWHERE)
    assert await service.answer("first", "first", "second") == ["Fine."]
    assert service.asked == ["first", "second"]


async def test_what_cannot_help_is_not_tried() -> None:
    """A request that is wrong stays wrong."""
    service = Service([OSError()], fault=NEVER)
    with pytest.raises(EngineError, match="tutor_rejected"):
        await service.answer("first", "first", "second")
    assert service.asked == ["first"]


async def test_the_last_fault_is_the_answer() -> None:
    """Where nothing helps, the learner is told why."""
    service = Service([OSError()], [OSError()])
    with pytest.raises(EngineError, match="tutor_failed"):
        await service.answer("first", "first")


async def test_an_empty_answer_is_tried_again() -> None:
    """No words are no answer; empty deltas are no words."""
    service = Service(["", ""], [])
    with pytest.raises(EngineError, match="tutor_empty"):
        await service.answer("first", "first")
    assert service.asked == ["first", "first"]


async def test_a_stall_before_the_first_word_is_tried_again() -> None:
    """An attempt that does not begin in time makes room for the next."""
    service = Service([Stall()], ["Fine."])
    assert await service.answer("first", "first", patience=HASTE) == ["Fine."]


async def test_all_attempts_together_end_in_time() -> None:
    """However long one attempt may take, the learner's patience is counted once."""
    service = Service([Stall()], [Stall()], ["Late."])
    patience = Patience(first_s=5, between_s=5, whole_s=0.02)
    async with asyncio.timeout(5):
        with pytest.raises(EngineError, match="tutor_timeout"):
            await service.answer("first", "first", "second", patience=patience)
    assert service.asked == ["first"]


async def test_thoughts_are_no_sign_of_an_answer() -> None:
    """An attempt that only ever thinks does not begin in time either."""

    async def think(_: str) -> AsyncGenerator[str, None]:
        while True:
            await asyncio.sleep(0.001)
            yield ""

    answer = answer_from(["first"], think, Service().judge, HASTE)
    async with asyncio.timeout(5), aclosing(answer):
        with pytest.raises(EngineError, match="tutor_timeout"):
            await anext(answer)


async def test_a_stall_between_words_ends_the_answer() -> None:
    """After the first word a stall is final."""
    service = Service(["Half", Stall()], ["Again."])
    with pytest.raises(EngineError, match="tutor_timeout"):
        await service.answer("first", "first", patience=HASTE)


async def test_each_fault_is_one_line_without_words(caplog: pytest.LogCaptureFixture) -> None:
    """The log tells attempt and cause, never what the exception said."""
    service = Service([OSError("the learner's words")], [OSError("the learner's words")])
    with caplog.at_level(logging.WARNING), pytest.raises(EngineError):
        await service.answer("first", "first")
    assert [record.getMessage() for record in caplog.records] == [
        "tutor: attempt 1 failed: reset",
        "tutor: attempt 2 failed: reset",
    ]
