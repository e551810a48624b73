"""Asking a remote tutor again: only where it may help, and never after the first word."""

import asyncio
import contextlib
import gc
import logging
import weakref
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest

from engines.tutoring import tutor_errors
from engines.tutoring.attempts import Fault, answer_from
from engines.tutoring.waits import Waits
from errors import EngineError

PATIENCE = Waits(first_s=5, between_s=5, whole_s=60)
HASTE = Waits(first_s=0.02, between_s=0.02, whole_s=0.2)
LIMIT = 100
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
                await asyncio.Event().wait()
            else:
                yield part

    def judge(self, error: Exception) -> Fault:
        """Let every exception mean the same, and a stall that it may be tried again."""
        if isinstance(error, TimeoutError):
            return Fault(tutor_errors.timed_out(), "stall", same_model=True, delay_s=0.01)
        return self.fault

    def open(
        self, *models: str, waits: Waits = PATIENCE, cancelled: asyncio.Event | None = None
    ) -> AsyncGenerator[str, None]:
        """Return the words of the answer as they come."""
        return answer_from(
            models,
            self.stream,
            self.judge,
            waits=waits,
            cancelled=cancelled or asyncio.Event(),
            max_chars=LIMIT,
        )

    async def answer(
        self, *models: str, waits: Waits = PATIENCE, cancelled: asyncio.Event | None = None
    ) -> list[str]:
        """Return the words of the answer."""
        async with aclosing(self.open(*models, waits=waits, cancelled=cancelled)) as words:
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
    assert await service.answer("first", "first", waits=HASTE) == ["Fine."]


async def test_all_attempts_together_end_in_time() -> None:
    """However long one attempt may take, the learner's patience is counted once."""
    service = Service([Stall()], [Stall()], ["Late."])
    waits = Waits(first_s=5, between_s=5, whole_s=0.02)
    async with asyncio.timeout(5):
        with pytest.raises(EngineError, match="tutor_timeout"):
            await service.answer("first", "first", "second", waits=waits)
    assert service.asked == ["first"]


async def test_thoughts_are_no_sign_of_an_answer() -> None:
    """An attempt that only ever thinks does not begin in time either."""

    class Thinker(Service):
        async def stream(self, model: str) -> AsyncGenerator[str, None]:
            self.asked.append(model)
            while True:
                await asyncio.sleep(0.001)
                yield ""

    async with asyncio.timeout(5), aclosing(Thinker().open("first", waits=HASTE)) as answer:
        with pytest.raises(EngineError, match="tutor_timeout"):
            await anext(answer)


async def test_a_stall_between_words_ends_the_answer() -> None:
    """After the first word a stall is final."""
    service = Service(["Half", Stall()], ["Again."])
    with pytest.raises(EngineError, match="tutor_timeout"):
        await service.answer("first", "first", waits=HASTE)


async def test_the_last_attempt_has_all_the_time_that_is_left() -> None:
    """A model that thinks for longer than an attempt may last still answers in the end."""

    class Thinker(Service):
        async def stream(self, model: str) -> AsyncGenerator[str, None]:
            self.asked.append(model)
            await asyncio.sleep(0.3)
            yield "Fine."

    service = Thinker()
    waits = Waits(first_s=0.1, between_s=0.1, whole_s=5)
    assert await service.answer("first", "first", waits=waits) == ["Fine."]
    assert service.asked == ["first", "first"]


async def test_an_attempt_is_the_last_where_no_other_would_have_time() -> None:
    """It is not cut short for the sake of one that could only fail."""
    service = Service([Stall()], ["Late."])
    waits = Waits(first_s=0.15, between_s=5, whole_s=0.2)
    with pytest.raises(EngineError, match="tutor_timeout"):
        await service.answer("first", "second", waits=waits)
    assert service.asked == ["first"]


@pytest.mark.parametrize("script", [["a" * 3_000], ["a"] * 3_000], ids=["huge", "many"])
async def test_an_answer_is_cut_at_its_limit(script: Script) -> None:
    """In one piece or in many: so much is yielded, and then the error."""
    length = 0
    with contextlib.suppress(EngineError):
        async with aclosing(Service(script).open("first", "first")) as deltas:
            async for word in deltas:
                length += len(word)
    assert length == LIMIT
    with pytest.raises(EngineError, match="tutor_cut_short"):
        await Service(script).answer("first", "first")


async def test_an_answer_may_be_as_long_as_its_limit() -> None:
    """It is whole."""
    assert await Service(["a"] * LIMIT).answer("first") == ["a"] * LIMIT


async def test_a_slow_reader_loses_nothing() -> None:
    """However many pieces an answer comes in, all of them wait for the voice."""
    empty = [""] * 10 * LIMIT
    async with aclosing(Service([*empty, *"a" * LIMIT, *empty]).open("first")) as words:
        await anext(words)
        await asyncio.sleep(0.05)
        assert len([word async for word in words]) == LIMIT - 1


async def test_who_has_cancelled_is_asked_for_nobody() -> None:
    """No attempt is made for a question that is cancelled already."""
    cancelled = asyncio.Event()
    cancelled.set()
    service = Service(["Fine."])
    assert await service.answer("first", cancelled=cancelled) == []
    assert service.asked == []


async def test_a_fault_is_not_told_to_who_has_cancelled() -> None:
    """After an error nobody is asked again, and nothing is raised."""
    cancelled = asyncio.Event()

    class Interrupted(Service):
        def judge(self, error: Exception) -> Fault:
            cancelled.set()
            return super().judge(error)

    service = Interrupted([OSError()], ["Fine."])
    assert await service.answer("first", "first", cancelled=cancelled) == []
    assert service.asked == ["first"]


@pytest.mark.parametrize("error", [OSError, tutor_errors.empty], ids=["vendor's", "our own"])
@pytest.mark.parametrize("words", ["", "Half", "a" * 200], ids=len)
async def test_a_failed_answer_leaves_nothing_behind(
    words: str, error: Callable[[], Exception]
) -> None:
    """What it was asked with, pictures say, is freed without a garbage collection."""

    class Failing(Service):
        async def stream(self, model: str) -> AsyncGenerator[str, None]:
            self.asked.append(model)
            yield words
            raise error()

        def judge(self, error: Exception) -> Fault:
            return Fault(tutor_errors.failed(), type(error).__name__, same_model=True)

    async def fail() -> weakref.ref[Service]:
        service = Failing()
        with contextlib.suppress(EngineError):
            await service.answer("first", "first")
        return weakref.ref(service)

    gc.disable()
    try:
        assert (await fail())() is None
    finally:
        gc.enable()


async def test_each_fault_is_one_line_without_words(caplog: pytest.LogCaptureFixture) -> None:
    """The log tells attempt and cause, never what the exception said."""
    service = Service([OSError("the learner's words")], [OSError("the learner's words")])
    with caplog.at_level(logging.WARNING), pytest.raises(EngineError):
        await service.answer("first", "first")
    assert [record.getMessage() for record in caplog.records] == [
        "tutor: attempt 1 failed: reset",
        "tutor: attempt 2 failed: reset",
    ]
