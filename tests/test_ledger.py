"""The audio of an utterance: cut at pauses, forgotten when it is final, kept when it is not."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engines.google.hearing.ledger import (
    BYTES_PER_MS,
    GUARD_BYTES,
    PAUSE_BYTES,
    PRE_ROLL_BYTES,
    Ledger,
    LedgerFull,
)

ROOM = 10_000 * BYTES_PER_MS
FRAME = 20 * BYTES_PER_MS


def ledger_of(pcm: bytes = b"", start: int = 0) -> Ledger:
    """Return a ledger with room for ten seconds."""
    return Ledger(start, pcm, ROOM)


def push(ledger: Ledger, size: int) -> None:
    """Push silence in frames."""
    for _ in range(size // FRAME):
        ledger.append(bytes(FRAME))


def test_positions_count_from_the_beginning_of_the_session() -> None:
    """The pre-roll and what follows can be read by where they were heard."""
    ledger = ledger_of(b"abcd", start=1_000)
    ledger.append(b"efgh")
    assert (ledger.settled, ledger.ready_until, ledger.end) == (1_000, 1_008, 1_008)
    assert ledger.read(1_002, 1_006) == b"cdef"


def test_settled_audio_is_forgotten() -> None:
    """What is final is not sent again, and a time that lies back changes nothing."""
    ledger = ledger_of(b"abcdefgh")
    ledger.settle(4)
    ledger.settle(2)
    assert ledger.settled == 4
    assert ledger.read(4, 8) == b"efgh"


def test_a_pause_holds_the_newest_audio_back() -> None:
    """A word may have begun in it that nobody has noticed yet."""
    ledger = ledger_of(bytes(10 * FRAME))
    ledger.pause()
    assert ledger.ready_until == 10 * FRAME
    push(ledger, 10 * FRAME)
    assert ledger.ready_until == ledger.end - GUARD_BYTES


def test_a_pause_that_lasts_cuts_the_stretch() -> None:
    """Before the audio held back, so that the next stretch begins with it."""
    ledger = ledger_of(bytes(10 * FRAME))
    ledger.pause()
    push(ledger, PAUSE_BYTES - FRAME)
    assert ledger.cut is None
    push(ledger, FRAME)
    assert ledger.cut == ledger.end - GUARD_BYTES


def test_speaking_on_before_the_cut_is_settled_goes_on_with_the_stretch() -> None:
    """Nothing was final yet; so nothing needs to be."""
    ledger = ledger_of(bytes(10 * FRAME))
    ledger.pause()
    push(ledger, PAUSE_BYTES)
    ledger.resume()
    assert ledger.cut is None
    assert ledger.ready_until == ledger.end


def test_after_a_cut_the_next_stretch_has_a_pre_roll() -> None:
    """However long the silence was, and nothing is to be done during it."""
    ledger = ledger_of(bytes(10 * FRAME))
    ledger.pause()
    push(ledger, PAUSE_BYTES)
    assert ledger.cut is not None
    ledger.settle(ledger.cut)
    assert ledger.is_settled
    push(ledger, 4 * ROOM)
    ledger.resume()
    assert not ledger.is_settled
    assert ledger.end - ledger.settled == PRE_ROLL_BYTES


def test_an_utterance_that_ends_in_a_pause_leaves_its_rest_to_the_next() -> None:
    """The beginning of a word may be in it."""
    ledger = ledger_of(bytes(10 * FRAME))
    ledger.pause()
    push(ledger, PAUSE_BYTES)
    for number in range(5):
        ledger.append(bytes([number]) * FRAME)
    rest = ledger.finish()
    assert len(rest) == GUARD_BYTES + 5 * FRAME
    assert rest.endswith(bytes([4]) * FRAME)


def test_an_utterance_that_ends_in_speech_is_recognised_to_its_end() -> None:
    """And is done once all of it is settled."""
    ledger = ledger_of(bytes(10 * FRAME))
    assert ledger.finish() == b""
    assert not ledger.is_done
    ledger.settle(10 * FRAME)
    assert ledger.is_done


def test_audio_that_nobody_settles_has_a_limit() -> None:
    """Memory is bounded, whatever the service does."""
    ledger = ledger_of()
    push(ledger, ROOM)
    with pytest.raises(LedgerFull):
        ledger.append(bytes(FRAME))


class Calls(RuleBasedStateMachine):
    """Calls that send, get finals, drain and break, in any order, while the learner speaks.

    ``source`` is all the audio there was, ``sent`` how far the present call has come.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ledger = ledger_of()
        self.source = bytearray()
        self.sent = 0

    @rule(frames=st.integers(1, 19))
    def push(self, frames: int) -> None:
        """The microphone goes on; only silence after a settled cut is forgotten unsent."""
        was_idle, settled = self.ledger.is_settled, self.ledger.settled
        for _ in range(frames):
            frame = (len(self.source) // FRAME % 251).to_bytes() * FRAME
            self.source += frame
            self.ledger.append(frame)
        assert was_idle or self.ledger.settled == settled
        self.sent = max(self.sent, self.ledger.settled)

    @rule()
    def pause(self) -> None:
        """The learner falls silent."""
        self.ledger.pause()

    @rule()
    def resume(self) -> None:
        """The learner speaks on."""
        self.ledger.resume()

    @rule()
    def send(self) -> None:
        """What may be sent never shrinks below what was sent."""
        if not self.ledger.is_settled:
            assert self.ledger.ready_until >= self.sent
            self.sent = self.ledger.ready_until

    @rule(percent=st.integers(0, 100))
    def hear_final(self, percent: int) -> None:
        """A final covers some of what was sent."""
        settled = self.ledger.settled
        self.ledger.settle(settled + (self.sent - settled) * percent // 100)

    @rule()
    def drain(self) -> None:
        """The call has answered all of its stretch, and another one begins."""
        if self.ledger.cut is not None and self.sent >= self.ledger.cut:
            self.ledger.settle(self.ledger.cut)
            self.sent = self.ledger.settled

    @rule()
    def break_off(self) -> None:
        """The call ends, and another one begins."""
        self.sent = self.ledger.settled

    @invariant()
    def what_is_not_settled_is_there(self) -> None:
        """Byte for byte, up to the newest."""
        ledger = self.ledger
        assert ledger.end == len(self.source)
        assert ledger.read(ledger.settled, ledger.end) == self.source[ledger.settled :]

    def teardown(self) -> None:
        """At the end of the utterance, the rest of it can be settled."""
        rest = self.ledger.finish()
        assert self.source.endswith(rest)
        self.send()
        self.drain()
        assert self.ledger.is_done


TestCalls = Calls.TestCase
TestCalls.settings = settings(max_examples=100, stateful_step_count=25)
