"""Leaves answers in the middle, as a barge-in does, and waits until their service has noticed."""

import asyncio
import gc
from contextlib import aclosing

from engine_api import Question, Tutor

TRIALS = 10

PATIENCE_S = 20.0
"""Longest wait for a service to notice them all."""


async def leave_answers(
    tutor: Tutor, question: Question, left: asyncio.Queue[None], *, parked: bool
) -> None:
    """Begin answers and leave each after its first words, with nobody to collect garbage.

    Args:
        tutor: Writes the answers, which must go on for ever.
        question: What to ask.
        left: Where the service tells that it was left.
        parked: Whether the reader is busy with a word then, or waits for the next one.

    Raises:
        TimeoutError: The service was not left.
    """
    gc.disable()
    try:
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(TRIALS):
                await _leave_answer(tutor, question, parked=parked)
                await left.get()
    finally:
        gc.enable()


async def _leave_answer(tutor: Tutor, question: Question, *, parked: bool) -> None:
    begun = asyncio.Event()

    async def read() -> None:
        async with aclosing(tutor.answer(question)) as words:
            async for _ in words:
                begun.set()
                if parked:
                    await asyncio.Event().wait()

    reader = asyncio.create_task(read())
    await begun.wait()
    reader.cancel()
    await asyncio.wait({reader})
