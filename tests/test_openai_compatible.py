"""The tutor behind any server with OpenAI's chat completions: a real llama.cpp, and its faults."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from engine_api import Picture, Question, Remark
from engines.openai_compatible import OpenAITutor, create_tutor
from errors import EngineError
from settings import Settings
from tests.chat_server import ChatServer, Fault, Refusal, Script, ended, serving
from tests.leaving import leave_answers
from tests.llama_server import INSTALLED, KEY, MODEL_FILE, llama_server

RETRIED_WITHIN_S = 0.300

FINE: Script = ["Fine", ".", ended()]
PICTURE = Picture(b"\xff\xd8", "image/jpeg")

needs_llama = pytest.mark.skipif(
    not INSTALLED, reason="the packages of requirements-llama.lock are not installed"
)


def ask(text: str = "Why?", *history: Remark, pictures: tuple[Picture, ...] = ()) -> Question:
    """Return a question that nobody has cancelled."""
    return Question(text, asyncio.Event(), history, pictures=pictures)


@asynccontextmanager
async def connected(**settings: Any) -> AsyncIterator[OpenAITutor]:
    """A tutor that was started, for the length of the block."""
    tutor = create_tutor(Settings(**settings))
    try:
        await tutor.start()
        yield tutor
    finally:
        await tutor.aclose()


@asynccontextmanager
async def asking(*replies: Script | Refusal, **settings: Any) -> AsyncIterator["Asked"]:
    """A tutor on a server that plays these replies."""
    server = ChatServer(list(replies))
    async with serving(server) as url, connected(openai_base_url=url, **settings) as tutor:
        yield Asked(server, tutor)


class Asked:
    """A server, and the tutor on it."""

    def __init__(self, server: ChatServer, tutor: OpenAITutor):
        self.server = server
        self.tutor = tutor
        self.words: list[str] = []

    async def answer(self, question: Question | None = None, busy_s: float = 0) -> str:
        """Return the whole answer; ``words`` keeps what came before an error.

        Args:
            question: The question.
            busy_s: How long nothing is read after the first word, in seconds.
        """
        async with asyncio.timeout(20), aclosing(self.tutor.answer(question or ask())) as words:
            async for word in words:
                self.words.append(word)
                await asyncio.sleep(busy_s if len(self.words) == 1 else 0)
        return "".join(self.words)

    async def fail(self, question: Question | None = None, busy_s: float = 0) -> EngineError:
        """Return the error that the answer ends in."""
        with pytest.raises(EngineError) as caught:
            await self.answer(question, busy_s)
        return caught.value


# --- a real server ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """The base URL of a llama.cpp server that runs as long as the tests of this file."""
    with llama_server() as url:
        yield url


@needs_llama
async def test_a_real_model_answers(llama: str) -> None:
    """The answer comes word by word, from the one model that the server has."""
    async with connected(openai_base_url=llama, openai_api_key=KEY) as tutor:
        assert tutor.name == MODEL_FILE
        async with aclosing(tutor.answer(ask("What is the capital of France?"))) as words:
            answer = [word async for word in words]
    assert len(answer) > 3
    assert "Paris" in "".join(answer)


@needs_llama
async def test_a_real_model_remembers(llama: str) -> None:
    """What was said before stands before the question."""
    history = (Remark("learner", "My name is Zoltan."), Remark("tutor", "Hello, Zoltan!"))
    async with (
        connected(openai_base_url=llama, openai_api_key=KEY) as tutor,
        aclosing(tutor.answer(ask("What is my name?", *history))) as words,
    ):
        assert "Zoltan" in "".join([word async for word in words])


@needs_llama
async def test_a_real_server_stops_when_interrupted(llama: str) -> None:
    """Its one place is free for the next answer; left alone, it would write for a minute."""
    async with connected(openai_base_url=llama, openai_api_key=KEY) as tutor:
        async with aclosing(tutor.answer(ask("Tell me a long story."))) as words:
            await anext(words)
        async with asyncio.timeout(5), aclosing(tutor.answer(ask("Hello!"))) as words:
            assert await anext(words)


@needs_llama
async def test_a_real_server_refuses_a_wrong_key(llama: str) -> None:
    """The start ends with the name of the setting to change."""
    with pytest.raises(EngineError, match="tutor_unauthorized") as caught:
        async with connected(openai_base_url=llama, openai_api_key="another key"):
            pass
    assert "OPENAI_API_KEY" in caught.value.action


@needs_llama
async def test_a_real_model_without_eyes_says_so(llama: str) -> None:
    """A picture that the model cannot take does not pass for a failure of the server."""
    async with connected(openai_base_url=llama, openai_api_key=KEY) as tutor:
        with pytest.raises(EngineError, match="picture") as caught:
            await anext(tutor.answer(ask(pictures=(PICTURE,))))
    assert caught.value.code == "tutor_rejected"


# --- the start ----------------------------------------------------------------------------------


async def test_the_only_model_is_taken() -> None:
    """Who serves one model need not name it."""
    async with asking(FINE) as asked:
        assert asked.tutor.name == "small-model"
        assert await asked.answer() == "Fine."
    assert asked.server.questions[0]["model"] == "small-model"


@pytest.mark.parametrize("names", [(), ("one", "two")], ids=len)
async def test_a_choice_of_models_must_be_made(names: tuple[str, ...]) -> None:
    """With none or several of them, the start names the setting that chooses."""
    server = ChatServer([FINE], models={"data": [{"id": name} for name in names]})
    async with serving(server) as url:
        with pytest.raises(EngineError, match="tutor_rejected") as caught:
            async with connected(openai_base_url=url):
                pass
    assert "OPENAI_MODEL" in caught.value.action


@pytest.mark.parametrize(
    ("model", "warnings"), [("one", 0), ("two", 0), ("two:latest", 0), ("three", 1)]
)
async def test_a_model_that_is_not_listed_is_a_warning(
    model: str, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Lists are not always complete, so the model is asked for all the same."""
    server = ChatServer([FINE], models={"data": [{"id": "one"}, {"id": "two:latest"}]})
    async with serving(server) as url, connected(openai_base_url=url, openai_model=model) as tutor:
        assert await Asked(server, tutor).answer() == "Fine."
    assert len(caplog.records) == warnings
    assert all("OPENAI_MODEL" in record.getMessage() for record in caplog.records)
    assert server.questions[0]["model"] == model


async def test_a_server_may_start_later(free_port: int, caplog: pytest.LogCaptureFixture) -> None:
    """One that cannot be reached at the start is a warning, and answers once it can."""
    server = ChatServer([FINE])
    async with connected(openai_base_url=f"http://127.0.0.1:{free_port}/v1") as tutor:
        assert "OPENAI_BASE_URL" in caplog.text
        async with serving(server, free_port):
            assert await Asked(server, tutor).answer() == "Fine."


@pytest.mark.parametrize("models", [Refusal(404), Refusal(500), "no list"], ids=str)
async def test_a_server_without_a_list_of_models_will_do(
    models: object, caplog: pytest.LogCaptureFixture
) -> None:
    """A model that was named is asked, whether the server can list it or not."""
    server = ChatServer([FINE], models=models)
    async with serving(server) as url, connected(openai_base_url=url, openai_model="one") as tutor:
        assert "OPENAI_BASE_URL" in caplog.text
        assert await Asked(server, tutor).answer() == "Fine."


@pytest.mark.parametrize("url", ["http://127.0.0.1:port/v1", "127.0.0.1:11434/v1", "server/v1"])
async def test_an_address_that_is_none_is_named(url: str) -> None:
    """A slip in the base URL ends the start, with the setting's name."""
    with pytest.raises(EngineError, match="tutor_rejected") as caught:
        async with connected(openai_base_url=url):
            pass
    assert "OPENAI_BASE_URL" in caught.value.action


@pytest.mark.parametrize("key", ["“quoted”", "two\nlines"])
async def test_a_key_that_is_none_is_named(key: str) -> None:
    """It would fail every turn, for no header can carry it."""
    with pytest.raises(EngineError, match="tutor_unauthorized") as caught:
        async with connected(openai_api_key=key):
            pass
    assert "OPENAI_API_KEY" in caught.value.action


async def test_only_a_tutor_that_was_started_answers() -> None:
    """Before the start, and after the end, there is no one to ask."""
    tutor = create_tutor(Settings())
    await tutor.aclose()
    with pytest.raises(EngineError, match="tutor_not_started"):
        await anext(tutor.answer(ask()))


# --- what is asked ------------------------------------------------------------------------------


async def test_the_conversation_is_sent_as_messages() -> None:
    """What the tutor is told, the history, and the question, each in its place."""
    history = (Remark("learner", "Hello."), Remark("tutor", "Good day."))
    async with asking(FINE, openai_api_key="secret") as asked:
        await asked.answer(ask("And then?", *history))
    (question,) = asked.server.questions
    system, *messages = question["messages"]
    assert question["stream"]
    assert system["role"] == "system"
    assert "en-US" in system["content"]
    assert messages == [
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": "Good day."},
        {"role": "user", "content": "And then?"},
    ]
    assert "authorization: bearer secret" in asked.server.headers[-1]


async def test_a_picture_is_sent_with_the_question() -> None:
    """It goes within the message, as a data URI."""
    async with asking(FINE) as asked:
        await asked.answer(ask("What is this?", pictures=(PICTURE,)))
    assert asked.server.questions[0]["messages"][-1]["content"] == [
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9g="}},
        {"type": "text", "text": "What is this?"},
    ]


# --- what is spoken -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        [{"reasoning_content": "Hm."}, {"content": None}, {"reasoning": "Ah."}, *FINE],
        ["<thi", "nk>Hm.</th", "ink>", "\n\n", *FINE],
        [b'{"choices": []}', *FINE, b'{"choices": [], "usage": {"total_tokens": 3}}'],
    ],
    ids=["fields", "marks", "usage"],
)
async def test_only_the_answer_is_spoken(reply: Script) -> None:
    """Neither thoughts, in a field or between marks, nor figures are words."""
    async with asking(reply) as asked:
        assert (await asked.answer()).strip() == "Fine."


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("length", "tutor_cut_short"),
        ("content_filter", "tutor_blocked"),
        ("abort", "tutor_failed"),
        ("error", "tutor_failed"),
        ("tool_calls", "tutor_failed"),
    ],
)
async def test_an_answer_may_end_early(ending: str, code: str) -> None:
    """What was written is spoken, and then the learner is told why there is no more."""
    async with asking(["Half", ended(ending)]) as asked:
        assert (await asked.fail()).code == code
    assert asked.words == ["Half"]


async def test_an_endless_answer_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that never ends does not talk for ever."""
    monkeypatch.setattr("engines.openai_compatible.LONGEST_ANSWER", 100)
    async with asking(["and on "] * 1_000) as asked:
        assert (await asked.fail()).code == "tutor_cut_short"
    assert len("".join(asked.words)) < 110


@pytest.mark.parametrize("reply", [["a" * 100_000, ended()], ["a"] * 6_000], ids=["huge", "many"])
async def test_no_answer_is_longer_than_its_limit(
    reply: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one piece or in many, and however slowly it is read."""
    monkeypatch.setattr("engines.openai_compatible.LONGEST_ANSWER", 5_000)
    async with asking(reply) as asked:
        assert (await asked.fail(busy_s=0.5)).code == "tutor_cut_short"
    assert len("".join(asked.words)) == 5_000


async def test_an_answer_that_has_ended_is_not_waited_for() -> None:
    """A stream that stays open after its end is left soon."""
    async with asking(["Fine.", ended(), Fault.STALL]) as asked:
        assert await asked.answer() == "Fine."


@pytest.mark.parametrize(
    ("status", "blames_picture", "requests"), [(400, True, 1), (404, False, 1), (500, True, 2)]
)
async def test_a_picture_is_not_always_to_blame(
    status: int, blames_picture: bool, requests: int
) -> None:
    """A missing model is named as such, and a server that broke is asked once more."""
    async with asking(Refusal(status)) as asked:
        error = await asked.fail(ask(pictures=(PICTURE,)))
    assert error.code == "tutor_rejected"
    assert ("picture" in error.message) == blames_picture
    assert len(asked.server.questions) == requests


async def test_a_server_that_broke_once_looks_at_the_picture() -> None:
    """Status 500 does not always mean a model without eyes."""
    async with asking(Refusal(500), FINE) as asked:
        assert await asked.answer(ask(pictures=(PICTURE,))) == "Fine."


async def test_a_cancelled_question_is_not_asked() -> None:
    """Nothing is sent, and nothing is yielded, once the event of the turn is set."""
    async with asking(FINE) as asked:
        question = ask()
        assert isinstance(question.cancel_event, asyncio.Event)
        question.cancel_event.set()
        assert await asked.answer(question) == ""
    assert not asked.server.questions


# --- barge-in -----------------------------------------------------------------------------------


@pytest.mark.parametrize("parked", [True, False])
async def test_a_barge_in_closes_the_connection(parked: bool) -> None:
    """The server sees it, whether the reader is busy or waits for the next word."""
    async with asking(["One", Fault.STALL]) as asked:
        await leave_answers(asked.tutor, ask(), asked.server.left, parked=parked)


# --- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "setting"),
    [
        (400, "tutor_rejected", "OPENAI_MODEL"),
        (401, "tutor_unauthorized", "OPENAI_API_KEY"),
        (403, "tutor_unauthorized", "OPENAI_API_KEY"),
        (404, "tutor_rejected", "OPENAI_MODEL"),
        (429, "tutor_quota", ""),
    ],
)
async def test_a_refusal_is_not_asked_again(status: int, code: str, setting: str) -> None:
    """It would be refused again; who can change that is told the setting's name."""
    async with asking(Refusal(status)) as asked:
        error = await asked.fail()
    assert error.code == code
    assert setting in error.action
    assert len(asked.server.questions) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Refusal(500),
        Refusal(503),
        Refusal(429, {"retry-after": "0"}),
        [Fault.RESET],
        [b"{no json", *FINE],
        [b'{"error": {"code": 500, "message": "overloaded"}}', *FINE],
        [b'{"choices": "none"}', *FINE],
        [],
        [ended()],
        [{"reasoning_content": "Hm."}, ended("length")],
    ],
    ids=["500", "503", "429", "reset", "garbage", "error", "nonsense", "nothing", "empty", "spent"],
)
async def test_a_fault_before_the_first_word_is_not_noticed(reply: Script | Refusal) -> None:
    """The server is asked once more within 300 ms, and the learner hears one whole answer."""
    async with asking(reply, FINE) as asked:
        assert await asked.answer() == "Fine."
    first, second = asked.server.asked_at
    assert second - first <= RETRIED_WITHIN_S


@pytest.mark.parametrize(
    "reply",
    [
        ["Half", Fault.RESET],
        ["Half", b"{no json", *FINE],
        ["Half", b'{"error": {"message": "overloaded"}}', *FINE],
        ["Half"],
    ],
    ids=["reset", "garbage", "error", "no ending"],
)
async def test_a_fault_after_the_first_word_ends_the_answer(reply: Script) -> None:
    """What was spoken is not spoken again, and half an answer does not pass for a whole one."""
    async with asking(reply, FINE) as asked:
        assert (await asked.fail()).code == "tutor_failed"
    assert asked.words == ["Half"]
    assert len(asked.server.questions) == 1


@pytest.mark.parametrize(("reply"), [[Fault.STALL], ["Half", Fault.STALL]], ids=["first", "midway"])
async def test_a_stall_ends_in_time(reply: Script) -> None:
    """A server that falls silent is waited for as long as the setting says, and asked once."""
    async with asking(reply, tutor_timeout_s=0.1) as asked:
        assert (await asked.fail()).code == "tutor_timeout"
    assert len(asked.server.questions) == 1


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Refusal(500), "tutor_failed"),
        ([ended()], "tutor_empty"),
        ([ended("length")], "tutor_empty"),
    ],
)
async def test_two_faults_are_the_end(reply: Script | Refusal, code: str) -> None:
    """After the second attempt the learner is told."""
    async with asking(reply) as asked:
        assert (await asked.fail()).code == code
    assert len(asked.server.questions) == 2


async def test_a_server_that_went_away_is_told_at_once() -> None:
    """Nobody waits for a server that refuses connections."""
    async with asking(FINE) as asked:
        await asked.answer()
    server = ChatServer([FINE])
    async with serving(server) as url:
        tutor = create_tutor(Settings(openai_base_url=url))
        await tutor.start()
    async with asyncio.timeout(2):
        assert (await Asked(server, tutor).fail()).code == "tutor_failed"
    await tutor.aclose()


async def test_no_log_line_quotes_anybody(caplog: pytest.LogCaptureFixture) -> None:
    """Neither what the learner said nor what the server did, even where everything is logged."""
    with caplog.at_level(logging.DEBUG):
        async with asking(Refusal(500), FINE, openai_api_key="secret") as asked:
            await asked.answer(ask("A private question"))
    assert "attempt 1 failed: status 500" in caplog.text
    assert not re.search("private question|Fine|learner's words|secret", caplog.text)
