"""A turnstile lets a few in at a time, in the order of their deadlines, and loses no place."""

import asyncio

import pytest

from engines.turnstile import Turnstile


async def settle() -> None:
    """Let every task that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


class Visitor:
    """A task that goes in, stays until it is told to leave, and reports when it got in."""

    def __init__(self, turnstile: Turnstile, deadline: float, entered: list[float]):
        self._leave = asyncio.Event()
        self.task = asyncio.create_task(self._visit(turnstile, deadline, entered))

    async def _visit(self, turnstile: Turnstile, deadline: float, entered: list[float]) -> None:
        async with turnstile.turn(deadline):
            entered.append(deadline)
            await self._leave.wait()

    async def leave(self) -> None:
        """Go out, or do so as soon as it has been in."""
        self._leave.set()
        await settle()


async def test_only_so_many_are_inside() -> None:
    """Whoever finds no place waits for one."""
    entered: list[float] = []
    turnstile = Turnstile(2)
    visitors = [Visitor(turnstile, deadline, entered) for deadline in (1, 2, 3)]
    await settle()
    assert entered == [1, 2]
    await visitors[1].leave()
    assert entered == [1, 2, 3]
    await visitors[0].leave()
    await visitors[2].leave()


async def test_the_earliest_deadline_goes_first() -> None:
    """A place that falls free goes to the one who needs it soonest, whoever came first."""
    entered: list[float] = []
    turnstile = Turnstile(1)
    visitors = [Visitor(turnstile, deadline, entered) for deadline in (0, 9, 5, 7)]
    await settle()
    for visitor in visitors:
        await visitor.leave()
    assert entered == [0, 5, 7, 9]


@pytest.mark.parametrize("granted", [False, True])
async def test_one_who_gives_up_leaves_its_place_to_others(granted: bool) -> None:
    """Cancelled while it waits, or in the very moment it was let in, it blocks nobody."""
    entered: list[float] = []
    turnstile = Turnstile(1)
    inside, impatient, patient = (Visitor(turnstile, d, entered) for d in (0, 1, 2))
    await settle()
    if granted:
        inside._leave.set()
        await asyncio.sleep(0)
    impatient.task.cancel()
    await inside.leave()
    assert impatient.task.cancelled()
    assert entered == [0, 2]
    await patient.leave()


async def test_a_place_is_free_again_after_an_error() -> None:
    """Work that fails gives its place back."""
    turnstile = Turnstile(1)
    with pytest.raises(ValueError, match="failed"):
        async with turnstile.turn(0):
            raise ValueError("failed")
    async with asyncio.timeout(1), turnstile.turn(0):
        pass
