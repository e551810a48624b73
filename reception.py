"""What each message of a client does to its session. Nothing here awaits."""

from collections.abc import Callable
from typing import Any

from engine_api import Engines, Picture
from errors import EngineError, ProtocolError
from listening.audio_queue import Marker
from messages import (
    MAX_FRAME_MS,
    MAX_TEXT_CHARS,
    MIN_FRAME_MS,
    PROTOCOL_VERSION,
    AudioFormats,
    AudioFrame,
    BargeIn,
    ClientMessage,
    Config,
    EngineNames,
    Hello,
    Image,
    Limits,
    Ping,
    Playback,
    Pong,
    SpeechEnd,
    SpeechStart,
    TextMessage,
    Welcome,
)
from session_state import SessionState
from settings import Settings

MEDIA_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
"""Pictures are told by how they begin, never by what a client calls them."""


class Reception:
    """Takes in the messages of one session."""

    def __init__(self, session: SessionState, engines: Engines):
        self._session = session
        self._engines = engines

    def receive(self, message: ClientMessage) -> None:
        """Do what the message asks for.

        Raises:
            ProtocolError: The message cannot be honoured; the session goes on.
            LimitExceeded: The client has stopped reading.
        """
        HANDLERS[type(message)](self, message)

    def welcome(self, *, resumed: bool = False) -> None:
        """Tell the client what it is connected to."""
        session, engines = self._session, self._engines
        names = EngineNames(engines.recognizer.name, engines.tutor.name, engines.voice.name)
        session.send(
            Welcome(
                version=PROTOCOL_VERSION,
                session_id=session.session_id,
                resume_token=session.resume_token,
                resumed=resumed,
                engines=names,
                languages=engines.languages,
                settings=session.config,
                limits=_limits(session.settings),
                formats=AudioFormats(chunk_samples=session.settings.chunk_samples),
            )
        )
        session.tell_state()

    def _hear(self, frame: AudioFrame) -> None:
        self._session.offer_audio(frame)

    def _greet(self, hello: Hello) -> None:
        if hello.version != PROTOCOL_VERSION:
            raise ProtocolError(
                "unsupported_version",
                f"This server speaks protocol version {PROTOCOL_VERSION}, not {hello.version}.",
                "Reload the page to get the matching client.",
            )
        self.welcome()

    def _configure(self, config: Config) -> None:
        if config.language and not self._engines.serve(config.language):
            raise ProtocolError(
                "unsupported_language",
                "The engines in use do not serve this language.",
                f"Choose one of: {', '.join(self._engines.languages)}.",
            )
        self._mark(config)
        self._session.configure(config)

    def _read(self, message: TextMessage) -> None:
        self._mark(message)
        self._session.interrupt()

    def _mark(self, marker: Marker) -> None:
        """Let a marker take its place in the audio."""
        if not self._session.audio_queue.put_marker(marker):
            raise EngineError(
                "busy", "Earlier messages still wait.", "Send it again in a moment.", retryable=True
            )

    def _look(self, image: Image) -> None:
        for beginning, media_type in MEDIA_TYPES.items():
            if image.data.startswith(beginning):
                self._session.picture = Picture(image.data, media_type)
                return
        if image.data[:4] == b"RIFF" and image.data[8:12] == b"WEBP":
            self._session.picture = Picture(image.data, "image/webp")
            return
        raise ProtocolError(
            "bad_image", "This is not a picture we can read.", "Send a JPEG, PNG or WebP picture."
        )

    def _start_speech(self, start: SpeechStart) -> None:
        self._mark(start)
        self._session.start_hearing()

    def _end_speech(self, end: SpeechEnd) -> None:
        self._mark(end)

    def _answer_ping(self, ping: Ping) -> None:
        self._session.send(Pong(ping.data))

    def _barge_in(self, barge_in: BargeIn) -> None:
        turn = self._session.turn
        if turn is None or barge_in.generation_id not in (None, turn.generation_id):
            return
        self._session.interrupt(barge_in.played_samples)

    def _note_playback(self, playback: Playback) -> None:
        turn = self._session.turn
        if turn is not None and playback.generation_id == turn.generation_id:
            turn.note_played(turn.sent_samples if playback.done else playback.played_samples)


def _limits(settings: Settings) -> Limits:
    return Limits(
        max_message_bytes=settings.max_message_bytes,
        max_image_bytes=settings.max_image_bytes,
        max_text_chars=MAX_TEXT_CHARS,
        min_frame_ms=MIN_FRAME_MS,
        max_frame_ms=MAX_FRAME_MS,
        max_queue_size=settings.max_queue_size,
        lead_ms=settings.lead_ms,
    )


HANDLERS: dict[type, Callable[[Reception, Any], None]] = {
    AudioFrame: Reception._hear,
    Config: Reception._configure,
    Image: Reception._look,
    TextMessage: Reception._read,
    Hello: Reception._greet,
    SpeechStart: Reception._start_speech,
    SpeechEnd: Reception._end_speech,
    BargeIn: Reception._barge_in,
    Playback: Reception._note_playback,
    Ping: Reception._answer_ping,
}
"""Who takes in which message."""
