"""The watchdog: bounded waits, and one kind of error whatever went wrong in an engine."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from errors import EngineError
from tests.virtual_time import in_virtual_time
from watchdog import Patience, watch


async def items(*values: str, pause_s: float = 0.0) -> AsyncGenerator[str, None]:
    """Yield values, each after a pause."""
    for value in values:
        await asyncio.sleep(pause_s)
        yield value


async def broken() -> AsyncGenerator[str, None]:
    """Yield once, then fail with words that nobody may see."""
    yield "one"
    raise ValueError("the learner said something private")


async def refusing() -> AsyncGenerator[str, None]:
    """Fail as an engine should."""
    raise EngineError("busy", "No room.")
    yield ""


@in_virtual_time
async def test_items_pass_unchanged() -> None:
    """A healthy engine does not notice."""
    watched = watch(items("a", "b", pause_s=0.9), stage="tutor", patience=Patience(1.0))
    assert [item async for item in watched] == ["a", "b"]


@in_virtual_time
async def test_a_stall_ends_at_its_time_limit() -> None:
    """The wait for each item is bounded."""
    with pytest.raises(EngineError) as stall:
        await anext(watch(items("a", pause_s=5.0), stage="tutor", patience=Patience(1.0)))
    assert (stall.value.code, stall.value.retryable) == ("tutor_timeout", True)
    assert asyncio.get_running_loop().time() == pytest.approx(1.0)


@in_virtual_time
async def test_any_exception_becomes_an_engine_error_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The type is logged; the text may be personal and goes nowhere."""
    watched = watch(broken(), stage="voice", patience=Patience(1.0))
    assert await anext(watched) == "one"
    with pytest.raises(EngineError) as failure:
        await anext(watched)
    assert failure.value.code == "voice_failed"
    assert "ValueError" in caplog.text
    assert "private" not in caplog.text
    assert "private" not in str(failure.value)


@in_virtual_time
async def test_an_engine_error_keeps_its_code() -> None:
    """An engine that knows what is wrong says so."""
    with pytest.raises(EngineError) as refusal:
        await anext(watch(refusing(), stage="voice", patience=Patience(1.0)))
    assert refusal.value.code == "busy"


@in_virtual_time
async def test_closing_closes_the_engine() -> None:
    """Who stops listening leaves nothing running."""
    closed = asyncio.Event()

    async def source() -> AsyncGenerator[str, None]:
        try:
            while True:
                yield "again"
        finally:
            closed.set()

    watched = watch(source(), stage="tutor", patience=Patience(1.0))
    await anext(watched)
    await watched.aclose()
    assert closed.is_set()


@in_virtual_time
async def test_the_clock_stands_while_the_engine_waits_for_its_input() -> None:
    """An engine is not blamed for what it was not given."""
    patience = Patience(1.0)

    async def source() -> AsyncGenerator[str, None]:
        with patience.waiting_for_input():
            await asyncio.sleep(5.0)
        await asyncio.sleep(0.9)
        yield "in time"
        with patience.waiting_for_input():
            await asyncio.sleep(5.0)
        await asyncio.sleep(1.1)
        yield "late"

    watched = watch(source(), stage="voice", patience=patience)
    assert await anext(watched) == "in time"
    with pytest.raises(EngineError):
        await anext(watched)
