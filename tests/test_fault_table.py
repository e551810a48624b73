"""Each row of the fault tables in ``BACKEND_SPEC.md``, in a conversation over the wire."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio

from listening import recognition
from tests.fault_outcomes import CHECKS, NEXT_ANSWER, NEXT_QUESTION, QUESTION
from tests.fault_scenarios import SCENARIOS, Scenario
from tests.fault_stage import DEADLINES_S, ask, heal, serving
from tests.fault_table import FaultRow, read_fault_rows
from tests.google_emulator.process import Emulator
from tests.google_emulator.vocabulary import find_words
from tests.leaks import no_task_left
from tests.quick_learner import QuickLearner, Reply, learn_from
from tests.serving import Address
from tests.test_backend_spec import documented_errors
from text.apologies import apologise

ROWS = read_fault_rows()

GRACE_S = 0.5
"""How long after its deadline a turn may end."""

CLOSING_S = 1.0
"""How long the tasks of a session may take to end."""

RETRY_S = 0.05
"""Pause before a recognizer that gave up is opened again."""

WARNING = re.compile(
    r"(?:a call of the \w+ engine ended|tutor: attempt \d+ failed|tutor: the answer was cut short)"
    r": (?P<cause>.+?)(?:, attempt \d+)?"
)

in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_service(google_emulator: Emulator) -> AsyncIterator[Address]:
    """The application, for all rows that need no other settings."""
    async with serving(google_emulator) as address:
        yield address


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open ears that gave up again as soon as the learner has heard the apology."""
    monkeypatch.setattr(recognition, "RETRY_S", RETRY_S)


def test_each_row_has_its_scenario() -> None:
    """No row goes untested, and no scenario is without a row."""
    assert list(ROWS) == list(SCENARIOS)


def test_the_codes_of_the_google_engines_have_their_rows() -> None:
    """Each code in their table of errors is that of a fault, and each fault's code is explained."""
    own, google = documented_errors()
    codes = {row.code for row in ROWS.values() if row.code}
    assert google <= codes <= own | google


@in_one_loop
@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_row_is_true(
    name: str,
    google_emulator: Emulator,
    shared_service: Address,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The turn ends in time, as the row says; the next one is like any other; the log is clean."""
    row, scenario = ROWS[name], SCENARIOS[name]
    async with learning(google_emulator, shared_service, scenario) as learner:
        caplog.clear()
        reply = await ask(learner, google_emulator, row.service, scenario)
        check_reply(row, reply)
        check_calls(row, scenario, google_emulator, caplog)
        await check_next_turn(row, scenario, learner, google_emulator)
    check_log(caplog, capfd)


@in_one_loop
@pytest.mark.parametrize(
    "name",
    [
        "stt-stall",
        "stt-unavailable-midway",
        "tutor-stall",
        "tutor-reset-midway",
        "voice-stall",
        "voice-unavailable-midway",
    ],
)
async def test_a_fault_in_one_session_harms_no_other(
    name: str, google_emulator: Emulator, shared_service: Address
) -> None:
    """While one learner's call is struck, another one asks and is answered as ever."""
    row, scenario = ROWS[name], SCENARIOS[name]
    async with (
        learning(google_emulator, shared_service, scenario) as struck,
        learn_from(shared_service.ws) as other,
    ):
        asking = asyncio.create_task(ask(struck, google_emulator, row.service, scenario))
        await google_emulator.wait_for("fault")
        await check_next_turn(row, scenario, other, google_emulator)
        check_reply(row, await asking)


@in_one_loop
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("stt-quota", "stt_quota"),
        ("tutor-quota", "quota_refused"),
        ("voice-quota", "quota_refused"),
    ],
)
async def test_a_refusal_for_want_of_quota_is_counted(
    name: str, count: str, google_emulator: Emulator, shared_service: Address
) -> None:
    """Operators see in the answer of ``/health`` how often a service had no more to give."""
    row, scenario = ROWS[name], SCENARIOS[name]

    async def counted() -> int:
        async with httpx.AsyncClient(trust_env=False) as client:
            health = (await client.get(f"{shared_service.http}/health")).json()
        found: int = health["engines"][row.stage]["counts"].get(count, 0)
        return found

    before = await counted()
    async with learning(google_emulator, shared_service, scenario) as learner:
        await ask(learner, google_emulator, row.service, scenario)
    assert await counted() == before + 1


@asynccontextmanager
async def learning(
    emulator: Emulator, shared: Address, scenario: Scenario
) -> AsyncIterator[QuickLearner]:
    """Connect a learner, to a service with the scenario's settings; nothing of it may be left."""
    before = asyncio.all_tasks()
    if scenario.settings:
        async with (
            serving(emulator, **scenario.settings) as address,
            learn_from(address.ws) as learner,
        ):
            yield learner
    else:
        async with learn_from(shared.ws) as learner:
            yield learner
    await no_task_left(CLOSING_S, besides=before)


def check_reply(row: FaultRow, reply: Reply) -> None:
    """Compare a reply with what the row says of it."""
    assert reply.codes == ([row.code] if row.code else [])
    assert reply.seconds <= DEADLINES_S[row.stage] + GRACE_S
    CHECKS[row.gets](reply, apologise(row.code, "en-US"))


def check_calls(
    row: FaultRow, scenario: Scenario, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Compare the calls made, and the warnings of those that failed, with the row."""
    records = [record for record in caplog.records if record.levelname != "INFO"]
    found = [WARNING.fullmatch(record.getMessage()) for record in records]
    assert all(found), [record.getMessage() for record in records]
    causes = {match["cause"] for match in found if match}
    assert causes <= row.causes
    assert bool(causes) == bool(row.causes)
    least, most = row.retries
    assert least <= count_retries(row, scenario, emulator, len(found)) <= most


def count_retries(row: FaultRow, scenario: Scenario, emulator: Emulator, failed: int) -> int:
    """Return how many calls were made beyond those that the turn needs."""
    if scenario.outage_s:  # a closed port keeps no journal
        return failed - (1 if row.code else 0)
    sentences = {entry.get("text") for entry in emulator.journal(service="tts", method="unary")}
    needed = max(len(sentences - {None}), 1) if row.stage == "voice" else 1
    return len(emulator.journal(service=row.service, event="opened")) - needed


async def check_next_turn(
    row: FaultRow, scenario: Scenario, learner: QuickLearner, emulator: Emulator
) -> None:
    """Ask another question, now that nothing goes wrong; where settings are wrong, in writing."""
    heal(emulator)
    if row.stage == "stt" and not scenario.settings:
        # A learner would have listened to the apology meanwhile, for longer.
        await asyncio.sleep(2 * RETRY_S if row.code else 0)
        reply = await learner.say(NEXT_QUESTION)
        assert reply.transcript == NEXT_QUESTION
    else:
        reply = await learner.type(NEXT_QUESTION)
    assert reply.codes == []
    assert reply.text == NEXT_ANSWER
    assert reply.words == find_words(NEXT_ANSWER)


def check_log(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """Look for what must never be logged: tracebacks, and the learner's words."""
    output = caplog.text + "".join(capfd.readouterr())
    assert "Traceback" not in output
    assert not [record for record in caplog.records if record.exc_info]
    assert not [word for word in f"{QUESTION} {NEXT_QUESTION}".split() if word in output]
