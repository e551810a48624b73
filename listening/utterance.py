"""One utterance as the ears follow it: its transcripts, and when they are due."""

from dataclasses import dataclass, field

from errors import EngineError
from messages import TranscriptFinal, TranscriptInterim
from text.joining import join
from turn import TurnTimes


@dataclass(slots=True, eq=False)
class Utterance:
    """What has been understood of an utterance so far.

    Attributes:
        tentative: It may be the tutor's echo; nothing of it is shown until that is clear.
        before: What was said just before it and has not been answered.
        final_due: When the last transcript is due, on the loop's clock in seconds; set once the
            utterance is over.
        settled: No more transcripts of it will come.
        broken_by: What kept us from hearing it whole.
    """

    utterance_id: int
    language: str
    tentative: bool = False
    finals: list[str] = field(default_factory=list)
    interim: str = ""
    before: str = ""
    final_due: float | None = None
    settled: bool = False
    broken_by: EngineError | None = None
    times: TurnTimes = field(default_factory=TurnTimes)

    @property
    def text(self) -> str:
        """Everything understood, the last guess included: better a guess than a lost word."""
        return join(*self.finals, self.interim)

    @property
    def question(self) -> str:
        """The text to answer: with what was said before it, where the learner just went on."""
        return join(self.before, self.text)

    def add_final(self, text: str, language: str) -> None:
        """Take in a transcript that will not change any more; it settles the last guess."""
        self.finals.append(text.strip())
        self.interim = ""
        self.language = language

    def add_interim(self, text: str, stability: float) -> TranscriptInterim:
        """Take in a guess and return what to show for it."""
        self.interim = text.strip()
        return TranscriptInterim(self.utterance_id, self.text, stability)

    def break_off(self, error: EngineError) -> None:
        """Give up on an utterance that was only half heard: half a question is another one."""
        self.broken_by = error
        self.finals, self.interim = [], ""

    def to_message(self) -> TranscriptFinal:
        """Return what the client is told of it."""
        return TranscriptFinal(self.utterance_id, self.text, self.language)
