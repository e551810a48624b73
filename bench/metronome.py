"""Sends every learner's audio 50 times a second, spread evenly over the 20 ms of a frame."""

import asyncio
from itertools import count
from time import monotonic

from bench.learner import Learner

SLOTS = 20
SLOT_S = 0.001


class Metronome:
    """The one clock of a load generator."""

    def __init__(self) -> None:
        self._slots: list[list[Learner]] = [[] for _ in range(SLOTS)]
        self.lateness_ms: list[float] = []
        """By how much each slot was late: what the load generator adds to every figure."""

    def add(self, learner: Learner) -> None:
        """Let a learner stream."""
        min(self._slots, key=len).append(learner)

    async def run(self) -> None:
        """Beat until cancelled."""
        began = monotonic()  # uvloop's own clock counts whole milliseconds
        for beat in count():
            due = began + beat * SLOT_S
            if (early := due - monotonic()) > 0:
                await asyncio.sleep(early)
            elif beat % SLOTS == 0:
                await asyncio.sleep(0)  # late, but what came in has to be read as well
            self.lateness_ms.append((monotonic() - due) * 1_000)
            for learner in self._slots[beat % SLOTS]:
                learner.send_frame()
