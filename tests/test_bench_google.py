"""The benches of Google's engines, small: two learners, our service and the emulator."""

import sys

import pytest

from bench import google, google_barge_in, scenarios
from bench.google_hops import SENTENCE_CHUNK, measure_hops
from bench.google_learner import Asked
from bench.google_report import render
from bench.learner import Timetable
from bench.process import serve
from bench.questions import first_sentence, number_questions, say
from tests.google_emulator.journal import Entry
from tests.google_emulator.process import run_emulator
from tests.google_emulator.tone_words import decode_words

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")

SHORT = Timetable(pause=0.7, listen=(0.05, 0.05), watch=0.05, rest=(0.0, 0.0))
SESSIONS = 2
SECONDS = 4.0


async def test_each_hop_of_a_reply_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learners are answered, and the journal tells every hop of theirs and of the bare relay's."""
    monkeypatch.setattr(scenarios, "WARM_UP_S", 0.1)
    monkeypatch.setattr(google, "TIMETABLE", SHORT)
    with google.start(core=None) as (server, emulator):
        measured = await google.measure(server, emulator, SESSIONS, SECONDS)
    assert measured.phase.measured.unanswered == 0
    assert len(measured.service.order) > SESSIONS
    assert len(measured.relay.order) > SESSIONS
    for hops in (measured.service, measured.relay):
        assert len(hops.order) == len(hops.audio)
        assert all(0 < ms < 1_000 for ms in (*hops.request["end first"], *hops.order))
    assert f"{SESSIONS} learners" in render(measured)


def test_a_hop_begins_with_what_a_service_sent() -> None:
    """To the request it is counted from the transcript or the end of the turn, the later one."""
    question = next(number_questions(7, 1))
    early, late = Asked(question, 9.0, 15.5), Asked(question, 12.0, 15.5)
    journal = tell(question)
    assert measure_hops(journal, [early]).request == {"end first": [3_000], "final first": []}
    assert measure_hops(journal, [late]).request == {"end first": [], "final first": [1_000]}
    assert measure_hops(journal, [early]).order == [500]
    assert measure_hops(journal, [early]).audio == [500]


def tell(question: str) -> list[Entry]:
    """Return the journal of one question, a second from event to event."""
    sentence = first_sentence(question)
    return [
        {"at": 10.0, "service": "stt", "call": 1, "event": "final", "text": question},
        {"at": 13.0, "service": "llm", "call": 2, "event": "read"},
        {"at": 13.1, "service": "llm", "call": 2, "event": "request"}
        | {"contents": [{"role": "user", "texts": [question]}]},
        {"at": 14.0, "service": "llm", "call": 2, "event": "chunk", "number": SENTENCE_CHUNK},
        {"at": 14.5, "service": "tts", "call": 3, "event": "input", "text": sentence},
        {"at": 15.0, "service": "tts", "call": 3, "event": "audio"},
        {"at": 15.2, "service": "tts", "call": 3, "event": "audio"},
    ]


def test_no_question_is_asked_twice() -> None:
    """Each asker has questions of its own, in words that the emulator understands."""
    first, second = number_questions(0, 2), number_questions(1, 2)
    questions = [next(asker) for asker in (first, second) for _ in range(1_000)]
    assert len(set(questions)) == 2_000
    assert decode_words(say(questions[5])) == questions[5].split()


async def test_barge_ins_end_calls_and_leave_nothing_behind() -> None:
    """Each call of a reply that was broken in on is accounted for, and none stays open."""
    with run_emulator() as emulator:
        options = ("--no-collection",)
        with serve("google", settings=emulator.settings, options=options) as server:
            result = await google_barge_in.measure(server, emulator, trials=8, more=8)
    timed = [ms for ended in result.calls.values() for ms in ended.after_ms]
    assert len(timed) >= 8
    assert max(timed) < 500
    assert all(ended.never == 0 for ended in result.calls.values())
    assert not result.after.exceeds(result.before), google_barge_in.render(result)
