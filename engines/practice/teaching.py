"""Explains what the learner asks about: a lesson, a sum, whatever a source finds."""

from collections.abc import Sequence
from itertools import islice

from engines.practice.skill import Turn
from lessons.subject import Source, Subject

EXAMPLE_OFFER = "Would you like an example?"
CHECK_OFFER = "Shall I ask you a question about it?"
OFFERS = (EXAMPLE_OFFER, CHECK_OFFER)
"""What may be offered at the end of an answer."""

_LOOK_BACK = 8
"""Earlier remarks that are searched for what 'why?' may be about; it bounds the time it takes."""


class Teaching:
    """Explains subjects, and knows which one the conversation is about.

    Args:
        sources: Where subjects come from, in the order in which they are asked.
    """

    def __init__(self, sources: Sequence[Source]):
        self._sources = tuple(sources)

    def reply(self, turn: Turn) -> str | None:
        """Explain what the learner asks about."""
        subject = self.find(turn.text)
        if subject is None:
            return None
        return f"{subject.explanation} {EXAMPLE_OFFER}" if subject.check else subject.explanation

    def find(self, text: str) -> Subject | None:
        """Return the subject that ``text`` asks about, or None."""
        found = (source(text) for source in self._sources)
        return next((subject for subject in found if subject), None)

    def recall(self, turn: Turn) -> Subject | None:
        """Return the subject the conversation is about at ``turn``, or None."""
        found = (self.find(earlier.text) for earlier in islice(turn.earlier(), _LOOK_BACK))
        return next((subject for subject in found if subject), None)
