"""What each message of a client does to its session."""

import asyncio

import pytest

from engines.scripted import Script, ScriptedRecognizer, ScriptedVoice, play
from errors import EngineError, ProtocolError
from listening.audio_queue import MAX_MARKERS
from messages import (
    BargeIn,
    ClientMessage,
    Config,
    Hello,
    Image,
    Interrupted,
    Ping,
    Playback,
    Pong,
    ServerMessage,
    SpeechEnd,
    TextMessage,
    Welcome,
)
from reception import Reception
from session_state import SessionState
from settings import Settings
from tests.virtual_time import in_virtual_time
from turn import TurnTimes


class EnglishRecognizer(ScriptedRecognizer):
    """Serves two languages."""

    languages = ("en-US", "es-ES")


class EnglishVoice(ScriptedVoice):
    """Serves one of them."""

    languages = ("en-US",)


def make_session() -> tuple[SessionState, Reception]:
    """Return a session and its reception."""
    session = SessionState(Settings())
    return session, Reception(session, play())


async def take_all(session: SessionState) -> list[ServerMessage]:
    """Return everything that waits to be sent."""
    return [await session.outbound.get() for _ in range(len(session.outbound))]


@in_virtual_time
async def test_a_ping_is_answered_with_its_bytes() -> None:
    """PONG repeats what PING brought."""
    session, reception = make_session()
    reception.receive(Ping(b"now"))
    assert await take_all(session) == [Pong(b"now")]


@in_virtual_time
async def test_hello_is_answered_with_a_welcome() -> None:
    """A session that nobody kept is not resumed, and that is said."""
    session, reception = make_session()
    reception.receive(Hello(resume="a token of long ago"))
    welcome = (await take_all(session))[0]
    assert isinstance(welcome, Welcome)
    assert welcome.resumed is False


@in_virtual_time
async def test_another_protocol_version_is_refused() -> None:
    """The error says which version is spoken here."""
    _, reception = make_session()
    with pytest.raises(ProtocolError) as refusal:
        reception.receive(Hello(version=99))
    assert refusal.value.code == "unsupported_version"


@in_virtual_time
async def test_a_language_is_served_where_ears_and_voice_both_serve_it() -> None:
    """The languages offered are those of all engines, and another one is refused."""
    session = SessionState(Settings())
    script = Script()
    engines = play(script)
    reception = Reception(
        session,
        type(engines)(
            engines.detector, EnglishRecognizer(script), engines.tutor, EnglishVoice(script)
        ),
    )
    reception.welcome()
    welcome = (await take_all(session))[0]
    assert isinstance(welcome, Welcome)
    assert welcome.languages == ("en-US",)
    with pytest.raises(ProtocolError) as refusal:
        reception.receive(Config(language="es-ES"))
    assert (refusal.value.code, session.config.language) == ("unsupported_language", "en-US")


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPrest", "image/webp"),
    ],
)
@in_virtual_time
async def test_a_picture_goes_with_the_next_question(data: bytes, media_type: str) -> None:
    """Once, and told by its first bytes."""
    session, reception = make_session()
    reception.receive(Image(data))
    first = session.begin_turn("What is this?", TurnTimes())
    session.interrupt()
    second = session.begin_turn("And this?", TurnTimes())
    assert [picture.media_type for picture in first.question.pictures] == [media_type]
    assert second.question.pictures == ()


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg>", b"RIFF\x00\x00\x00\x00WAVE"])
@in_virtual_time
async def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """Other formats get a clear error."""
    _, reception = make_session()
    with pytest.raises(ProtocolError) as refusal:
        reception.receive(Image(data))
    assert refusal.value.code == "bad_image"


@pytest.mark.parametrize("message", [TextMessage("What is a verb?"), SpeechEnd(), Config(voice="")])
@in_virtual_time
async def test_more_messages_than_can_wait_are_refused(message: ClientMessage) -> None:
    """Nothing typed or set is lost silently."""
    _, reception = make_session()
    for _ in range(MAX_MARKERS):
        reception.receive(message)
    with pytest.raises(EngineError) as refusal:
        reception.receive(message)
    assert (refusal.value.code, refusal.value.retryable) == ("busy", True)


@in_virtual_time
async def test_a_barge_in_tells_what_was_played() -> None:
    """The report of the message counts, within what was sent."""
    session, reception = make_session()
    turn = session.begin_turn("What is a verb?", TurnTimes())
    turn.note_sent(9_600, asyncio.get_running_loop().time())
    reception.receive(BargeIn(turn.generation_id, 4_800))
    interrupted = [m for m in await take_all(session) if isinstance(m, Interrupted)]
    assert interrupted == [Interrupted(turn.generation_id, 4_800)]


@in_virtual_time
async def test_playback_reports_reach_the_turn_they_name() -> None:
    """A report for another generation is ignored; done means all that was sent."""
    session, reception = make_session()
    turn = session.begin_turn("What is a verb?", TurnTimes())
    turn.note_sent(9_600, 0.0)
    reception.receive(Playback(turn.generation_id + 1, 9_000))
    assert turn.played_samples is None
    reception.receive(Playback(turn.generation_id, 4_800))
    assert turn.played_samples == 4_800
    reception.receive(Playback(turn.generation_id, 9_599, done=True))
    assert turn.played_samples == 9_600


@in_virtual_time
async def test_the_end_of_speech_reaches_the_ears_in_order() -> None:
    """Markers wait in the queue of the audio."""
    session, reception = make_session()
    reception.receive(SpeechEnd())
    assert await session.audio_queue.get() == SpeechEnd()
