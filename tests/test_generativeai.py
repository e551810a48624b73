"""The tutor on Google's former library, against a service of the same definition, over TLS.

The library lives in an environment of its own: ``make test-generativeai`` runs these tests.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]  # it and its messages ship no type hints
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.ai import generativelanguage as glm
from google.protobuf.duration_pb2 import Duration  # type: ignore[import-untyped]
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from engine_api import Picture, Question, Remark
from engines.generativeai import GenerativeAITutor, create_tutor
from errors import EngineError
from settings import Settings
from tests.leaving import leave_answers

KEY = "a-key-for-tests"
SAID = "what a service says may quote a learner"
WRONG_KEY = ErrorInfo(reason="API_KEY_INVALID", domain="googleapis.com")

Code: Any = grpc.StatusCode
Reason: Any = glm.Candidate.FinishReason


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a call ends with an error."""

    code: Any
    detail: ErrorInfo | RetryInfo | None = None


class Stall:
    """A pause that never ends."""


Script = list[Any]
"""Words, a reason to end, a refusal or a stall, in the order they are sent."""

FINE: Script = ["Fi", "ne.", Reason.STOP]


@dataclass(slots=True)
class Service:
    """Plays one script for each question, and then the last one again."""

    scripts: list[Script]
    described: Refusal | None = None
    questions: list[Any] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    left: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    """When a client cancelled its call, on the loop's clock."""

    async def get_model(self, request: Any, context: Any) -> Any:
        """Describe a model."""
        if self.described is not None:
            await _refuse(self.described, context)
        return glm.Model(name=request.name)

    async def answer(self, request: Any, context: Any) -> AsyncIterator[Any]:
        """Play the next script."""
        self.questions.append(request)
        self.metadata |= dict(context.invocation_metadata())
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        try:
            for part in script:
                if isinstance(part, Refusal):
                    await _refuse(part, context)
                elif isinstance(part, Stall):
                    await asyncio.Event().wait()
                else:
                    yield _chunk(part)
        except asyncio.CancelledError:
            self.left.put_nowait(None)
            raise


async def _refuse(refusal: Refusal, context: Any) -> None:
    status = Status(code=refusal.code.value[0], message=SAID)
    if refusal.detail is not None:
        status.details.add().Pack(refusal.detail)
    details = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(refusal.code, SAID, details)


def _chunk(part: Any) -> Any:
    text = {"content": {"parts": [{"text": part}]}}
    candidate = text if isinstance(part, str) else {"finish_reason": part}
    return glm.GenerateContentResponse(candidates=[candidate])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[bytes, bytes]]:
    """Key and certificate of ``localhost``, which gRPC trusts for the length of the tests."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    ).public_bytes(serialization.Encoding.PEM)
    roots = Path(tmp_path_factory.mktemp("certificates")) / "roots.pem"
    roots.write_bytes(certificate)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", str(roots))
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        yield private, certificate


class Asked:
    """A service, and the tutor on it."""

    def __init__(self, service: Service, tutor: GenerativeAITutor):
        self.service = service
        self.tutor = tutor
        self.words: list[str] = []

    async def answer(self, question: Question | None = None) -> str:
        """Return the whole answer; ``words`` keeps what came before an error."""
        async with asyncio.timeout(20), aclosing(self.tutor.answer(question or ask())) as words:
            async for word in words:
                self.words.append(word)
        return "".join(self.words)

    async def fail(self) -> EngineError:
        """Return the error that the answer ends in."""
        with pytest.raises(EngineError) as caught:
            await self.answer()
        return caught.value


def ask(text: str = "Why?", *history: Remark, pictures: tuple[Picture, ...] = ()) -> Question:
    """Return a question that nobody has cancelled."""
    return Question(text, asyncio.Event(), history, pictures=pictures)


Asking = Callable[..., Any]


@pytest.fixture
def asking(certificate: tuple[bytes, bytes]) -> Asking:
    """Serve scripts for the length of a block, and give the tutor on them."""

    @asynccontextmanager
    async def serve(
        *scripts: Script, described: Refusal | None = None, **settings: Any
    ) -> AsyncIterator[Asked]:
        service = Service(list(scripts), described)
        server = grpc.aio.server()
        server.add_generic_rpc_handlers(_handlers(service))
        port = server.add_secure_port("localhost:0", grpc.ssl_server_credentials([certificate]))
        await server.start()
        url = f"https://localhost:{port}"
        tutor = create_tutor(
            Settings(**({"gemini_api_key": KEY, "google_gemini_base_url": url} | settings))
        )
        try:
            await tutor.start()
            yield Asked(service, tutor)
        finally:
            await tutor.aclose()
            await server.stop(None)

    return serve


def _handlers(service: Service) -> tuple[Any, ...]:
    package = "google.ai.generativelanguage.v1beta"
    answer = grpc.unary_stream_rpc_method_handler(
        service.answer,
        glm.GenerateContentRequest.deserialize,
        glm.GenerateContentResponse.serialize,
    )
    describe = grpc.unary_unary_rpc_method_handler(
        service.get_model, glm.GetModelRequest.deserialize, glm.Model.serialize
    )
    return (
        grpc.method_handlers_generic_handler(
            f"{package}.GenerativeService", {"StreamGenerateContent": answer}
        ),
        grpc.method_handlers_generic_handler(f"{package}.ModelService", {"GetModel": describe}),
    )


# --- the answer ---------------------------------------------------------------------------------


async def test_the_answer_comes_as_it_is_written(asking: Asking) -> None:
    """Its pieces are yielded in order, and the service is shown the key."""
    async with asking(FINE) as asked:
        assert await asked.answer() == "Fine."
    assert asked.words == ["Fi", "ne."]
    assert asked.service.metadata["x-goog-api-key"] == KEY


async def test_the_conversation_is_sent_as_contents(asking: Asking) -> None:
    """What the tutor is told, the history, the picture and the question, each in its place."""
    history = (Remark("learner", "Hello."), Remark("tutor", "Good day."))
    picture = Picture(b"\xff\xd8", "image/jpeg")
    async with asking(FINE) as asked:
        await asked.answer(ask("What is this?", *history, pictures=(picture,)))
    (question,) = asked.service.questions
    first, second, third = question.contents
    assert "en-US" in question.system_instruction.parts[0].text
    assert (first.role, first.parts[0].text) == ("user", "Hello.")
    assert (second.role, second.parts[0].text) == ("model", "Good day.")
    assert third.parts[0].inline_data.data == picture.data
    assert third.parts[0].inline_data.mime_type == "image/jpeg"
    assert third.parts[1].text == "What is this?"
    assert question.generation_config.max_output_tokens == 2_048
    assert len(question.safety_settings) >= 4


async def test_a_cancelled_question_is_not_asked(asking: Asking) -> None:
    """Nothing is sent, and nothing is yielded, once the event of the turn is set."""
    async with asking(FINE) as asked:
        question = ask()
        assert isinstance(question.cancel_event, asyncio.Event)
        question.cancel_event.set()
        assert await asked.answer(question) == ""
    assert not asked.service.questions


async def test_no_answer_is_longer_than_its_limit(asking: Asking) -> None:
    """Eight characters for each token, in whatever pieces."""
    async with asking(["a" * 3_000, Reason.STOP], gemini_max_output_tokens=64) as asked:
        assert (await asked.fail()).code == "tutor_cut_short"
    assert len("".join(asked.words)) == 8 * 64


@pytest.mark.parametrize("parked", [True, False])
async def test_a_barge_in_cancels_the_call(asking: Asking, parked: bool) -> None:
    """The service sees it, whether the reader is busy or waits for the next word."""
    async with asking(["One", "two", Stall()]) as asked:
        await leave_answers(asked.tutor, ask(), asked.service.left, parked=parked)


# --- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (Refusal(Code.UNAUTHENTICATED), "tutor_unauthorized"),
        (Refusal(Code.PERMISSION_DENIED), "tutor_unauthorized"),
        (Refusal(Code.INVALID_ARGUMENT, WRONG_KEY), "tutor_unauthorized"),
        (Refusal(Code.INVALID_ARGUMENT), "tutor_rejected"),
        (Refusal(Code.NOT_FOUND), "tutor_rejected"),
        (Refusal(Code.RESOURCE_EXHAUSTED), "tutor_quota"),
        (
            Refusal(Code.RESOURCE_EXHAUSTED, RetryInfo(retry_delay=Duration(seconds=7))),
            "tutor_quota",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value.code.name,
)
async def test_a_refusal_is_not_asked_again(asking: Asking, refusal: Refusal, code: str) -> None:
    """It would be refused again."""
    async with asking([refusal]) as asked:
        assert (await asked.fail()).code == code
    assert len(asked.service.questions) == 1


@pytest.mark.parametrize(
    "script",
    [
        [Refusal(Code.UNAVAILABLE)],
        [Refusal(Code.INTERNAL)],
        [Refusal(Code.RESOURCE_EXHAUSTED, RetryInfo(retry_delay=Duration(nanos=100_000_000)))],
        [Stall()],
        [],
        [Reason.STOP],
    ],
    ids=["unavailable", "internal", "busy", "stall", "nothing", "empty"],
)
async def test_a_fault_before_the_first_word_is_not_noticed(asking: Asking, script: Script) -> None:
    """The service is asked once more, and the learner hears one whole answer."""
    async with asking(script, FINE, gemini_first_token_timeout_s=0.3) as asked:
        assert await asked.answer() == "Fine."
    assert len(asked.service.questions) == 2


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (["Half", "way", Refusal(Code.UNAVAILABLE)], "tutor_failed"),
        (["Half", "way", "on", Stall()], "tutor_timeout"),
        (["Half", "way", Reason.MAX_TOKENS], "tutor_cut_short"),
        (["Half", "way", Reason.SAFETY], "tutor_blocked"),
        (["Half", "way", Reason.OTHER], "tutor_failed"),
        (["Half", "way"], "tutor_failed"),
    ],
    ids=["broken", "stall", "too long", "safety", "other", "no reason"],
)
async def test_a_fault_after_the_first_word_ends_the_answer(
    asking: Asking, script: Script, code: str
) -> None:
    """What was spoken is not spoken again, and the learner is told."""
    async with asking(script, FINE, tutor_timeout_s=0.5) as asked:
        assert (await asked.fail()).code == code
    assert "".join(asked.words) == "Halfway"
    assert len(asked.service.questions) == 1


async def test_another_model_is_asked_in_the_end(asking: Asking) -> None:
    """Where one is set, it answers after the first has failed twice."""
    down: Script = [Refusal(Code.UNAVAILABLE)]
    async with asking(down, down, FINE, gemini_fallback_model="gemini-other") as asked:
        assert await asked.answer() == "Fine."
    assert [question.model for question in asked.service.questions][-1] == "models/gemini-other"


# --- the start ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("described", "code", "setting"),
    [
        (Refusal(Code.INVALID_ARGUMENT, WRONG_KEY), "tutor_unauthorized", "GEMINI_API_KEY"),
        (Refusal(Code.NOT_FOUND), "tutor_rejected", "GEMINI_MODEL"),
    ],
    ids=["key", "model"],
)
async def test_the_start_names_the_setting_to_change(
    asking: Asking, described: Refusal, code: str, setting: str
) -> None:
    """A wrong key, or a model that does not exist, is known before a learner asks."""
    with pytest.raises(EngineError, match=code) as caught:
        async with asking(FINE, described=described):
            pass
    assert setting in caught.value.action


async def test_a_service_may_be_away_at_the_start(
    asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be back when a learner asks; that is only logged."""
    async with asking(FINE, described=Refusal(Code.UNAVAILABLE)) as asked:
        assert "GEMINI_MODEL was not reached" in caplog.text
        assert await asked.answer() == "Fine."


@pytest.mark.parametrize(
    ("settings", "code", "setting"),
    [
        ({"gemini_api_key": ""}, "tutor_unauthorized", "GEMINI_API_KEY"),
        (
            {"google_gemini_base_url": "http://localhost:1"},
            "tutor_rejected",
            "GOOGLE_GEMINI_BASE_URL",
        ),
    ],
    ids=["key", "address"],
)
async def test_a_start_that_cannot_work_says_so(
    asking: Asking, settings: dict[str, Any], code: str, setting: str
) -> None:
    """What is missing or wrong in the settings is named."""
    with pytest.raises(EngineError, match=code) as caught:
        async with asking(FINE, **settings):
            pass
    assert setting in caught.value.action


async def test_only_a_tutor_that_was_started_answers() -> None:
    """Before the start, and after the end, there is no one to ask."""
    tutor = create_tutor(Settings())
    await tutor.aclose()
    with pytest.raises(EngineError, match="tutor_not_started"):
        await anext(tutor.answer(ask()))
