"""Asks a remote tutor, and asks again where that may help: until the first word is out.

What a learner has heard cannot be taken back. So an attempt that fails before its first word is
followed by another one, of the same model or of the next; after it the answer ends there.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from engine_api import CancelSignal
from engines.tutoring import tutor_errors
from engines.tutoring.pump import pump
from engines.tutoring.waits import Waits
from errors import EngineError

logger = logging.getLogger(__name__)

CHARS_PER_TOKEN = 8
"""No language packs more into a token, so an answer is never longer than its limit times this."""

RETRY_DELAY_S = 0.1
"""Rest before the next attempt; a learner waits for it in silence."""

LONGEST_RETRY_DELAY_S = 0.3
"""A service that wants a longer rest is not asked again for this answer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an attempt failed, and what may still help.

    Args:
        error: What the learner is told if nothing helps.
        cause: A status code or the type of an exception, for the log.
        same_model: Whether to ask the same model again.
        next_model: Whether to ask another model.
        delay_s: Rest before that.
    """

    error: EngineError
    cause: str
    same_model: bool = False
    next_model: bool = False
    delay_s: float = RETRY_DELAY_S


Stream = Callable[[str], AsyncGenerator[str, None]]
"""Asks the model of that name, and yields its words."""

Judge = Callable[[Exception], Fault]
"""Tells what an exception of the vendor's library means."""


class TooLong(Exception):
    """The answer is longer than allowed."""


async def answer_from(
    models: Sequence[str],
    stream: Stream,
    judge: Judge,
    *,
    waits: Waits,
    cancelled: CancelSignal,
    max_chars: int,
) -> AsyncGenerator[str, None]:
    """Yield the words of the first attempt that has any.

    Args:
        models: Whom to ask in turn; a name that stands there twice may be asked twice.
        stream: Makes an attempt. An ``EngineError`` it raises is judged by ``retryable``.
        judge: Judges every other exception, ``TimeoutError`` of the waits included.
        waits: How long an attempt may take.
        cancelled: Once it is set, nobody is asked and no word is yielded any more.
        max_chars: Longest answer; what comes after it is dropped.

    Raises:
        EngineError: No attempt had an answer, or one broke off after its first words.
    """
    now = asyncio.get_running_loop().time
    latest = now() + waits.whole_s
    number, spoken = 0, False
    while not cancelled.is_set():
        answer = stream(models[number])
        deadline = latest if _is_last(models, number, waits, latest) else now() + waits.first_s
        try:
            async with aclosing(_attempt(answer, max_chars, waits, deadline)) as deltas:
                async for delta in deltas:
                    if cancelled.is_set():
                        return
                    spoken = True
                    yield delta
            return
        except Exception as error:
            fault = _judge(error, judge)
        logger.warning("tutor: attempt %d failed: %s", number + 1, fault.cause)
        following = _following(models, number, fault)
        if cancelled.is_set():
            return
        if spoken or following is None or now() + fault.delay_s >= latest:
            try:
                raise fault.error
            finally:
                del fault  # its traceback holds this frame, so the frame must not hold it
        number = following
        await asyncio.sleep(fault.delay_s)


def _is_last(models: Sequence[str], number: int, waits: Waits, latest: float) -> bool:
    """Return whether no other attempt can follow one that begins now; it gets all the time."""
    return number == len(models) - 1 or (
        asyncio.get_running_loop().time() + 2 * waits.first_s > latest
    )


async def _attempt(
    stream: AsyncGenerator[str, None], max_chars: int, waits: Waits, deadline: float
) -> AsyncGenerator[str, None]:
    now = asyncio.get_running_loop().time
    words, left, room = False, max_chars, max_chars + 1
    async with aclosing(pump(_trim(stream, room), room=room)) as deltas:
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    delta = await anext(deltas)
            except StopAsyncIteration:
                break
            # Some models write a blank line after their thoughts, which is no word.
            if words or delta.strip():
                words = True
                if left:
                    yield delta[:left]
                deadline = now() + waits.between_s
            left -= len(delta)
            if left < 0:
                raise TooLong
    if not words:
        raise tutor_errors.empty()


async def _trim(stream: AsyncGenerator[str, None], room: int) -> AsyncGenerator[str, None]:
    """Yield the words of a stream, none of them empty, and read on where there is no more room.

    It is read on because only a stream that waits for its vendor can be closed at once.
    """
    async with aclosing(stream):
        async for delta in stream:
            if words := delta[:room]:
                room -= len(words)
                yield words


def _judge(error: Exception, judge: Judge) -> Fault:
    if isinstance(error, EngineError):
        again = error.retryable
        return Fault(error, error.code, same_model=again, next_model=again)
    if isinstance(error, TooLong):
        return Fault(tutor_errors.cut_short(), "longer than allowed")
    return judge(error)


def _following(models: Sequence[str], number: int, fault: Fault) -> int | None:
    """Return whom to ask next, if anybody."""
    for later in range(number + 1, len(models)):
        same = models[later] == models[number]
        if fault.same_model if same else fault.next_model:
            return later
    return None
