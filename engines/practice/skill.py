"""The shape of a skill, and the turn it answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from zlib import crc32

from engine_api import Remark


@dataclass(frozen=True, slots=True)
class Turn:
    """What the learner said, and what was heard before it. A skill knows nothing else.

    A skill keeps no state: whatever it must remember stands in the history, in its own words.
    """

    text: str
    history: tuple[Remark, ...] = ()

    @property
    def tutor_remark(self) -> Remark:
        """The last thing heard of the tutor; an empty remark if nothing was."""
        tutors = (remark for remark in reversed(self.history) if remark.speaker == "tutor")
        return next(tutors, Remark("tutor", ""))

    @property
    def heard(self) -> str:
        """The words of the tutor's last remark, single spaces between them."""
        return " ".join(self.tutor_remark.text.split())

    def earlier(self) -> Iterator["Turn"]:
        """Yield the turns before this one, the latest first."""
        for index in range(len(self.history) - 1, -1, -1):
            remark = self.history[index]
            if remark.speaker == "learner":
                yield Turn(remark.text, self.history[:index])

    def vary(self, *options: str) -> str:
        """Return one of ``options``: always the same for this turn, another for the next."""
        seed = f"{self.text}|{len(self.history)}|{options[0]}"
        return options[crc32(seed.encode()) % len(options)]


class Skill(Protocol):
    """Something the practice tutor can do."""

    def reply(self, turn: Turn) -> str | None:
        """Return the answer in spoken sentences, or None if the turn is not for this skill."""
        ...
