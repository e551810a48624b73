"""The emulator's Cloud Speech, asked by Google's own client: its rules, limits and faults."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import grpc  # type: ignore[import-untyped]  # ships no type hints
import pytest
from google.api_core.exceptions import GoogleAPICallError
from google.cloud.speech_v1 import SpeechAsyncClient, types
from google.cloud.speech_v1.services.speech.transports import SpeechGrpcAsyncIOTransport

from tests.google_emulator.faults import Fault
from tests.google_emulator.process import Emulator
from tests.google_emulator.speech_responses import GARBAGE
from tests.google_emulator.tone_words import WORD_MS, encode_words, silence
from tests.recordings import load_recording

FRAME_BYTES = 3_200
DEADLINE_S = 20.0
QUESTION = ["what", "is", "two", "plus", "two"]
EventType = types.StreamingRecognizeResponse.SpeechEventType

Request = types.StreamingRecognizeRequest


@pytest.fixture
def emulator(google_emulator: Emulator) -> Emulator:
    """The emulator, as new."""
    google_emulator.reset()
    return google_emulator


@pytest.fixture
async def client(emulator: Emulator) -> AsyncIterator[SpeechAsyncClient]:
    """Google's client, pointed at it."""
    own_connection = [("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.insecure_channel(emulator.speech_host, own_connection) as channel:
        yield SpeechAsyncClient(transport=SpeechGrpcAsyncIOTransport(channel=channel))


def configure(
    streaming: dict[str, Any] | None = None, **fields: Any
) -> types.StreamingRecognizeRequest:
    """Return the first request of a stream."""
    config = types.RecognitionConfig(
        {
            "encoding": types.RecognitionConfig.AudioEncoding.LINEAR16,
            "sample_rate_hertz": 16_000,
            "language_code": "en-US",
            "model": "latest_long",
            **fields,
        }
    )
    options = {"interim_results": True, **(streaming or {})}
    return Request(streaming_config=types.StreamingRecognitionConfig({"config": config, **options}))


def audio(pcm: bytes) -> list[types.StreamingRecognizeRequest]:
    """Return requests with audio, 100 ms each."""
    return [
        Request(audio_content=pcm[at : at + FRAME_BYTES]) for at in range(0, len(pcm), FRAME_BYTES)
    ]


@dataclass
class Heard:
    """What came back from a stream."""

    responses: list[types.StreamingRecognizeResponse] = field(default_factory=list)
    error: GoogleAPICallError | None = None

    @property
    def status(self) -> grpc.StatusCode:
        """How it ended."""
        return grpc.StatusCode.OK if self.error is None else self.error.grpc_status_code

    @property
    def finals(self) -> list[types.StreamingRecognitionResult]:
        """The final results."""
        return [result for each in self.responses for result in each.results if result.is_final]

    @property
    def text(self) -> str:
        """The final transcripts, one after the other."""
        return "".join(each.transcript for final in self.finals for each in final.alternatives)

    @property
    def interims(self) -> list[list[tuple[str, float]]]:
        """The texts of each interim response, with their stability."""
        return [
            [
                (result.alternatives[0].transcript, round(result.stability, 2))
                for result in each.results
            ]
            for each in self.responses
            if each.results and not each.results[0].is_final
        ]

    @property
    def events(self) -> list[int]:
        """The voice activity events."""
        return [each.speech_event_type for each in self.responses if each.speech_event_type]


async def recognize(
    client: SpeechAsyncClient,
    requests: Sequence[types.StreamingRecognizeRequest],
    *,
    pace_s: float = 0.0,
    half_close: bool = True,
) -> Heard:
    """Send requests and return what comes back until the stream ends.

    Where the service is to end the stream the last request must be what makes it: gRPC turns the
    status of a stream that ends during a write into ``INTERNAL`` (grpc/grpc#36066).
    """
    heard, over = Heard(), asyncio.Event()

    async def send() -> AsyncIterator[types.StreamingRecognizeRequest]:
        for request in requests:
            yield request
            await asyncio.sleep(pace_s)
        if not half_close:
            await over.wait()

    try:
        await receive(client, send(), heard.responses)
    except GoogleAPICallError as error:
        heard.error = error
    over.set()
    await asyncio.sleep(0)
    return heard


async def receive(
    client: SpeechAsyncClient,
    requests: AsyncIterator[types.StreamingRecognizeRequest],
    responses: list[types.StreamingRecognizeResponse],
) -> None:
    """Add the responses of a call. It is cancelled on every way out, which gRPC may forget."""
    stream = await client.streaming_recognize(requests=requests, retry=None, timeout=DEADLINE_S)
    try:
        async for response in stream:
            responses.append(response)  # noqa: PERF401 - an error must not lose them
    finally:
        cast(grpc.aio.Call, stream).cancel()


def milliseconds(result: types.StreamingRecognitionResult) -> int:
    """Return where in the audio a result ends."""
    seconds: float = result.result_end_time.total_seconds()
    return round(seconds * 1_000)


# --- transcripts --------------------------------------------------------------------------------


async def test_words_come_back(client: SpeechAsyncClient) -> None:
    """What the tones say is the final transcript, with its end and its language."""
    heard = await recognize(client, [configure(), *audio(encode_words(QUESTION) + silence(600))])
    (final,) = heard.finals
    assert final.alternatives[0].transcript == "what is two plus two"
    assert milliseconds(final) == 5 * WORD_MS - 40
    assert final.language_code == "en-us"


async def test_half_close_flushes(client: SpeechAsyncClient) -> None:
    """The end of the audio makes final what was said, and tells what is billed."""
    heard = await recognize(client, [configure(), *audio(encode_words(QUESTION))])
    assert heard.text == "what is two plus two"
    assert heard.responses[-1].total_billed_time.total_seconds() == 5 * WORD_MS / 1_000


async def test_interims_grow(client: SpeechAsyncClient) -> None:
    """While somebody speaks there are guesses: a stable part and a tail."""
    heard = await recognize(client, [configure(), *audio(encode_words(QUESTION))])
    assert heard.interims[0] == [("what", 0.01)]
    assert heard.interims[1] == [("what is", 0.9), (" two", 0.01)]
    texts = ["".join(text for text, _ in parts) for parts in heard.interims]
    assert all("what is two plus two".startswith(text) for text in texts)
    assert texts == sorted(texts, key=len)


async def test_interims_only_if_wanted(client: SpeechAsyncClient) -> None:
    """Who does not ask for guesses gets none."""
    first = configure({"interim_results": False})
    heard = await recognize(client, [first, *audio(encode_words(QUESTION))])
    assert not heard.interims
    assert heard.text == "what is two plus two"


async def test_pauses_part_results(client: SpeechAsyncClient) -> None:
    """A pause makes a result final; those after the first begin with a space."""
    pcm = encode_words(["one"]) + silence(700) + encode_words(["two"]) + silence(700)
    heard = await recognize(client, [configure(), *audio(pcm)])
    assert [final.alternatives[0].transcript for final in heard.finals] == ["one", " two"]
    assert [milliseconds(final) for final in heard.finals] == [200, 940 + 200]


async def test_long_speech_is_parted(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """Who never pauses gets results as well, and no word is cut."""
    emulator.configure(stt={"longest_result_s": 1})
    heard = await recognize(client, [configure(), *audio(encode_words(QUESTION * 4))])
    assert len(heard.finals) >= 3
    assert heard.text.split() == QUESTION * 4


async def test_silence_has_no_transcript(client: SpeechAsyncClient) -> None:
    """Where nobody speaks there is nothing but the bill."""
    heard = await recognize(client, [configure(), *audio(silence(2_000))])
    assert not [result for each in heard.responses for result in each.results]


async def test_voices_are_described(client: SpeechAsyncClient) -> None:
    """A person's voice becomes a sentence that tells how long it lasted."""
    pcm = load_recording("go_forward").pcm
    heard = await recognize(client, [configure(), *audio(pcm)])
    assert heard.text.startswith("I spoke for ")


async def test_a_lost_frame_shows(client: SpeechAsyncClient) -> None:
    """The transcript comes from the audio that arrived: without a frame it is another one."""
    requests = audio(encode_words(QUESTION))
    heard = await recognize(client, [configure(), *requests[:4], *requests[5:]])
    assert "unclear" in heard.text


async def test_detected_language(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """A language that the client offers as an alternative can be the one heard."""
    emulator.configure(stt={"detected_language": "es-ES"})
    requests = audio(encode_words(["hola"]))
    offered = configure(alternative_language_codes=["fr-FR", "es-ES"])
    heard = await recognize(client, [offered, *requests])
    assert heard.finals[0].language_code == "es-es"
    heard = await recognize(client, [configure(), *requests])
    assert heard.finals[0].language_code == "en-us"


async def test_delays(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """Results take as long as they are told to."""
    emulator.configure(stt={"final_ms": 200})
    began = time.monotonic()
    await recognize(client, [configure(), *audio(encode_words(QUESTION))])
    assert time.monotonic() - began >= 0.2


# --- rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requests", "text"),
    [
        ([Request(audio_content=b"\0\0")], "Malordered Data Received. Expected streaming_config"),
        ([configure(), configure()], "Malordered Data Received. Expected audio_content"),
        ([configure(), Request()], "Malordered Data Received. Expected audio_content"),
        (
            [configure(), Request(audio_content=bytes(25_602))],
            "maximum of 25600 bytes. Received audio of 25602 bytes instead.",
        ),
        ([configure(encoding=0)], "bad encoding"),
        ([configure(sample_rate_hertz=0)], "bad sample rate"),
        ([configure(language_code="")], "language_code is required"),
        ([configure(language_code="xx-XX")], "bad language code 'xx-XX'"),
        ([configure(language_code="he-IL")], "bad language code 'he-IL'"),
        ([configure(alternative_language_codes=["zh-Klingon"])], "bad language code"),
        ([configure(alternative_language_codes=["en-GB"] * 4)], "too many alternative"),
        ([configure(model="chirp_3")], "Incorrect model specified: 'chirp_3'"),
        ([configure({"single_utterance": True})], "single_utterance is not supported"),
        ([configure(speech_contexts=[{"phrases": ["long" * 26]}])], "phrases are too many"),
        (
            [configure({"voice_activity_timeout": {"speech_start_timeout": {"seconds": 1}}})],
            "needs enable_voice_activity_events",
        ),
        (
            [
                configure(
                    {
                        "enable_voice_activity_events": True,
                        "voice_activity_timeout": {"speech_end_timeout": {"seconds": 61}},
                    }
                )
            ],
            "between 500 ms and 60 s",
        ),
    ],
)
async def test_refused_requests(
    client: SpeechAsyncClient, requests: Sequence[types.StreamingRecognizeRequest], text: str
) -> None:
    """What the service does not take ends the stream with INVALID_ARGUMENT and says why."""
    heard = await recognize(client, requests, half_close=False)
    assert heard.status is grpc.StatusCode.INVALID_ARGUMENT
    assert text in str(heard.error)


@pytest.mark.parametrize("tag", ["en-US", "es-419", "cmn-Hans-CN", "iw-IL", "yue-Hant-HK", "no-NO"])
async def test_accepted_languages(client: SpeechAsyncClient, tag: str) -> None:
    """Languages go by the service's own names."""
    heard = await recognize(client, [configure(language_code=tag)])
    assert heard.status is grpc.StatusCode.OK


async def test_largest_audio(client: SpeechAsyncClient) -> None:
    """A message may hold exactly as much audio as the limit says."""
    heard = await recognize(client, [configure(), Request(audio_content=bytes(25_600))])
    assert heard.status is grpc.StatusCode.OK


async def test_stream_limit_by_audio(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """Too much audio ends the stream, however fast it came."""
    emulator.configure(stt={"stream_limit_s": 1})
    heard = await recognize(client, [configure(), *audio(silence(1_000))], half_close=False)
    assert heard.status is grpc.StatusCode.OUT_OF_RANGE
    assert "Exceeded maximum allowed stream duration of 1 seconds." in str(heard.error)


async def test_stream_limit_by_clock(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """A stream that is open for too long ends, however little it heard."""
    emulator.configure(stt={"stream_limit_s": 0.3})
    began = time.monotonic()
    heard = await recognize(client, [configure(), *audio(silence(100))], half_close=False)
    assert heard.status is grpc.StatusCode.OUT_OF_RANGE
    assert "Exceeded maximum allowed stream duration" in str(heard.error)
    assert 0.25 <= time.monotonic() - began < 3


async def test_audio_timeout(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """A stream without audio ends."""
    emulator.configure(stt={"audio_timeout_s": 0.2})
    heard = await recognize(client, [configure(), *audio(silence(100))], half_close=False)
    assert heard.status is grpc.StatusCode.OUT_OF_RANGE
    assert "Audio Timeout Error" in str(heard.error)


async def test_audio_that_comes_too_fast(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """Where the pace is limited, a burst may be short and no more."""
    emulator.configure(stt={"max_pace": 10})
    short = await recognize(client, [configure(), *audio(silence(1_900))])
    assert short.status is grpc.StatusCode.OK
    burst = [Request(audio_content=silence(800))] * 4
    long = await recognize(client, [configure(), *burst], half_close=False)
    assert "streamed too fast" in str(long.error)


async def test_voice_activity_events(client: SpeechAsyncClient) -> None:
    """Who asks is told when speech begins and ends."""
    first = configure({"enable_voice_activity_events": True})
    pcm = silence(300) + encode_words(["one"]) + silence(700)
    heard = await recognize(client, [first, *audio(pcm)])
    assert heard.events == [EventType.SPEECH_ACTIVITY_BEGIN, EventType.SPEECH_ACTIVITY_END]
    quiet = await recognize(client, [configure(), *audio(pcm)])
    assert quiet.events == []


async def test_voice_activity_timeout(client: SpeechAsyncClient) -> None:
    """A silence that is too long by the audio is told once."""
    timeout = {"speech_start_timeout": {"seconds": 1}}
    first = configure({"enable_voice_activity_events": True, "voice_activity_timeout": timeout})
    heard = await recognize(client, [first, *audio(silence(2_500))])
    assert heard.events == [EventType.SPEECH_ACTIVITY_TIMEOUT]


async def test_single_utterance(client: SpeechAsyncClient) -> None:
    """A single utterance ends with its first result."""
    first = configure({"single_utterance": True}, model="command_and_search")
    pcm = encode_words(["one"]) + silence(700) + encode_words(["two"]) + silence(700)
    heard = await recognize(client, [first, *audio(pcm)], pace_s=0.01, half_close=False)
    assert heard.events == [EventType.END_OF_SINGLE_UTTERANCE]
    assert heard.text == "one"


# --- faults -------------------------------------------------------------------------------------

STATUSES = [
    "UNAVAILABLE",
    "INTERNAL",
    "ABORTED",
    "UNKNOWN",
    "DEADLINE_EXCEEDED",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "INVALID_ARGUMENT",
]


@pytest.mark.parametrize("status", STATUSES)
async def test_status_at_open(emulator: Emulator, client: SpeechAsyncClient, status: str) -> None:
    """A stream can be refused with any status; the next one is served."""
    emulator.plan(Fault(service="stt", kind="status", status=status))
    heard = await recognize(client, [])
    assert heard.status.name == status
    assert (await recognize(client, [configure()])).status is grpc.StatusCode.OK


@pytest.mark.parametrize("status", STATUSES)
async def test_status_midway(emulator: Emulator, client: SpeechAsyncClient, status: str) -> None:
    """A stream can break at any time of its audio, after what it had understood."""
    emulator.plan(Fault(service="stt", kind="status", status=status, where="seconds", after=1))
    one_second = audio(encode_words(QUESTION))[:10]
    heard = await recognize(client, [configure(), *one_second], pace_s=0.01, half_close=False)
    assert heard.status.name == status
    assert heard.interims
    assert not heard.finals
    (audio_end,) = emulator.journal(service="stt", event="audio")[-1:]
    assert audio_end["total"] == 32_000


async def test_refused_connection(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """While the port is closed the client's call is UNAVAILABLE."""
    emulator.close_port("stt", seconds=0.3)
    heard = await recognize(client, [configure()])
    assert heard.status is grpc.StatusCode.UNAVAILABLE


async def test_dropped_connection(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """A running stream ends when its port closes."""
    requests = [configure(), *audio(encode_words(QUESTION))]
    talking = asyncio.create_task(recognize(client, requests, half_close=False))
    await emulator.wait_for("interim")
    emulator.close_port("stt", seconds=0.1)
    assert (await talking).status is not grpc.StatusCode.OK


@pytest.mark.parametrize("after", [0.0, 0.7])
async def test_stall(emulator: Emulator, client: SpeechAsyncClient, after: float) -> None:
    """A stalled stream answers nothing more, whatever is sent, and does not end."""
    emulator.plan(Fault(service="stt", kind="stall", where="seconds", after=after))
    emulator.configure(stt={"audio_timeout_s": 0.1})
    requests = [configure(), *audio(encode_words(QUESTION) + silence(700))]
    talking = asyncio.create_task(recognize(client, requests))
    await emulator.wait_for("audio", times=len(requests) - 1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(talking, 0.3)
    assert not emulator.journal(event="final")
    assert bool(emulator.journal(event="interim")) == bool(after)
    await emulator.wait_for("cancelled")


async def test_garbage(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """Nonsense comes before each response: empty results, odd times and stabilities."""
    emulator.plan(Fault(service="stt", kind="garbage"))
    heard = await recognize(client, [configure(), *audio(encode_words(["one"]))])
    assert "one" in heard.text
    results = [result for each in heard.responses for result in each.results]
    assert any(not result.alternatives for result in results)
    assert any(result.result_end_time.total_seconds() < 0 for result in results)
    assert any(math.isnan(result.stability) for result in results)
    sent = [entry["name"] for entry in emulator.journal(event="garbage")]
    assert sent[: len(GARBAGE)] == list(GARBAGE)


async def test_slow(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """Responses can come late, and in order."""
    emulator.plan(Fault(service="stt", kind="slow", details={"ms": 300}))
    began = time.monotonic()
    heard = await recognize(client, [configure(), *audio(encode_words(QUESTION))])
    assert time.monotonic() - began >= 0.3
    assert heard.text == "what is two plus two"


# --- the journal --------------------------------------------------------------------------------


async def test_journal(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """The journal tells the whole story of a call."""
    first = configure(speech_contexts=[{"phrases": ["two"]}], enable_automatic_punctuation=True)
    await recognize(client, [first, *audio(encode_words(["one"]))])
    await emulator.wait_for("ended", status="OK")
    entries = emulator.journal(service="stt")
    assert [entry["event"] for entry in entries] == [
        "opened", "config", "audio", "audio", "audio", "half_closed", "final", "billed", "ended",
    ]  # fmt: skip
    assert len({entry["call"] for entry in entries}) == 1
    assert entries[1]["phrases"] == ["two"]
    assert entries[1]["punctuation"]
    assert [entry["bytes"] for entry in entries[2:5]] == [3_200, 3_200, 1_280]


async def test_cancelled_call(emulator: Emulator, client: SpeechAsyncClient) -> None:
    """A client that goes away is noticed, and not taken for one that has finished."""
    requests = [configure(), *audio(encode_words(QUESTION))]
    talking = asyncio.create_task(recognize(client, requests, half_close=False))
    await emulator.wait_for("interim")
    talking.cancel()
    await asyncio.gather(talking, return_exceptions=True)
    gone = time.monotonic()
    (cancelled,) = await emulator.wait_for("cancelled")
    assert cancelled["at"] - gone < 0.5
    assert not emulator.journal(event="half_closed")


async def test_many_streams(client: SpeechAsyncClient, emulator: Emulator) -> None:
    """Fifty talk at once, and each gets its own words."""
    emulator.configure(stt={"journal_audio": False})
    questions = [["what", "is", QUESTION[n % 5], "plus", "one"] for n in range(50)]
    talks = [recognize(client, [configure(), *audio(encode_words(words))]) for words in questions]
    assert [heard.text.split() for heard in await asyncio.gather(*talks)] == questions
