"""Asks a remote tutor, and asks again where that may help: until the first word is out.

What a learner has heard cannot be taken back. So an attempt that fails before its first word is
followed by another one, of the same model or of the next; after it the answer ends there.
"""

import asyncio
import logging
import math
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from engines.tutoring import tutor_errors
from engines.tutoring.pump import pump
from errors import EngineError

logger = logging.getLogger(__name__)

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


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds.

    Args:
        first_s: For the first words of one attempt.
        between_s: Between any two words.
        whole_s: For anybody's first words, all attempts and rests together.
    """

    first_s: float
    between_s: float
    whole_s: float = math.inf


Stream = Callable[[str], AsyncGenerator[str, None]]
"""Asks the model of that name, and yields its words."""

Judge = Callable[[Exception], Fault]
"""Tells what an exception of the vendor's library means."""


async def answer_from(
    models: Sequence[str], stream: Stream, judge: Judge, patience: Patience
) -> AsyncGenerator[str, None]:
    """Yield the words of the first attempt that has any.

    Args:
        models: Whom to ask in turn; a name that stands there twice may be asked twice.
        stream: Makes an attempt. An ``EngineError`` it raises is judged by ``retryable``.
        judge: Judges every other exception, ``TimeoutError`` of the patience included.
        patience: How long an attempt may take.

    Raises:
        EngineError: No attempt had an answer, or one broke off after its first words.
    """
    number = 0
    now = asyncio.get_running_loop().time
    latest = now() + patience.whole_s
    while True:
        words = 0
        try:
            attempt = _attempt(stream(models[number]), patience, latest)
            async with aclosing(attempt) as deltas:
                async for delta in deltas:
                    words += 1
                    yield delta
            return
        except Exception as error:
            fault = _judge(error, judge)
        logger.warning("tutor: attempt %d failed: %s", number + 1, fault.cause)
        following = _following(models, number, fault)
        if words or following is None or now() + fault.delay_s >= latest:
            raise fault.error
        number = following
        await asyncio.sleep(fault.delay_s)


async def _attempt(
    stream: AsyncGenerator[str, None], patience: Patience, latest: float
) -> AsyncGenerator[str, None]:
    now = asyncio.get_running_loop().time
    deadline = min(now() + patience.first_s, latest)
    words = False
    async with aclosing(pump(stream)) as deltas:
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    delta = await anext(deltas)
            except StopAsyncIteration:
                break
            # Thoughts arrive here as empty deltas, and the blank line after them is no word.
            if delta and (words or delta.strip()):
                words = True
                yield delta
            if words:
                deadline = now() + patience.between_s
    if not words:
        raise tutor_errors.empty()


def _judge(error: Exception, judge: Judge) -> Fault:
    if isinstance(error, EngineError):
        again = error.retryable
        return Fault(error, error.code, same_model=again, next_model=again)
    return judge(error)


def _following(models: Sequence[str], number: int, fault: Fault) -> int | None:
    """Return whom to ask next, if anybody."""
    for later in range(number + 1, len(models)):
        same = models[later] == models[number]
        if fault.same_model if same else fault.next_model:
            return later
    return None
