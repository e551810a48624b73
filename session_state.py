"""The state of one session, and every way it may change. Nothing here awaits but the fence.

The phases, the generation and its cancel event, the queues and the history live in this file and
nowhere else. Stages hold a :class:`~turn.Turn`; whatever they do for a turn that is over changes
nothing, and whatever they queue for it is dropped by the fence, :meth:`SessionState.next_outbound`.
"""

import asyncio
import dataclasses
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from engine_api import Picture, Question, Remark
from errors import InvalidTransition, TeachMeError
from listening.audio_queue import AudioQueue
from listening.utterances import HeardEvent
from messages import (
    MAX_TEXT_CHARS,
    AudioChunk,
    AudioFrame,
    Config,
    Error,
    Interrupted,
    ServerMessage,
    State,
    TutorText,
)
from messages import Phase as ShownPhase
from outbound import FencedMessage, Outbound
from settings import Settings
from text.joining import join
from turn import Segment, Turn, TurnTimes

MAX_HEARD = 4
"""Turns waiting to be answered; the ears wait to hand on another."""

DROP_NOTICE_S = 1.0
"""Dropped audio is reported to the client at most this often."""


class Phase(StrEnum):
    """Whose move it is."""

    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


TRANSITIONS: dict[Phase, frozenset[Phase]] = {
    Phase.LISTENING: frozenset({Phase.THINKING}),
    Phase.THINKING: frozenset({Phase.SPEAKING, Phase.LISTENING}),
    Phase.SPEAKING: frozenset({Phase.LISTENING}),
}


@dataclass(slots=True, eq=False)
class SessionState:
    """Everything one connection knows."""

    settings: Settings
    config: Config = field(init=False)
    session_id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    resume_token: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    phase: Phase = Phase.LISTENING
    hearing: bool = False
    generation_id: int = 0
    cancel_event: asyncio.Event = field(default_factory=asyncio.Event)
    turn: Turn | None = None
    history: list[Remark] = field(default_factory=list)
    picture: Picture | None = None

    audio_queue: AudioQueue = field(init=False)
    heard: asyncio.Queue[HeardEvent] = field(init=False)
    outbound: Outbound = field(default_factory=Outbound)
    stt_task: asyncio.Task[None] | None = None
    llm_task: asyncio.Task[None] | None = None
    tts_task: asyncio.Task[None] | None = None
    reply_task: asyncio.Task[None] | None = None

    last_audio_time: float = 0.0
    dropped_frames: int = 0
    _dropped_told: int = 0
    _told_at: float = float("-inf")
    _question_open: bool = False

    def __post_init__(self) -> None:
        self.config = Config(
            language=self.settings.default_language,
            voice="",
            speaking_rate=1.0,
            silence_timeout_ms=self.settings.silence_timeout_ms,
            barge_in="auto",
        )
        self.audio_queue = AudioQueue(self.max_queue_size)
        self.heard = asyncio.Queue(MAX_HEARD)

    @property
    def max_queue_size(self) -> int:
        """Audio frames that may wait to be heard."""
        return self.settings.max_queue_size

    @property
    def language(self) -> str:
        """Language of the conversation (BCP 47)."""
        return self.config.language or self.settings.default_language

    @property
    def silence_timeout_ms(self) -> int:
        """Silence after which an utterance is over, as the learner set it."""
        return self.config.silence_timeout_ms or self.settings.silence_timeout_ms

    # --- what comes in ---------------------------------------------------------------------------

    def offer_audio(self, frame: AudioFrame) -> None:
        """Queue a frame to be heard; when the queue is full the oldest goes and is counted."""
        now = asyncio.get_running_loop().time()
        self.last_audio_time = now
        if self.audio_queue.put_frame(frame):
            self.dropped_frames += 1
        if self.dropped_frames > self._dropped_told and now - self._told_at >= DROP_NOTICE_S:
            self._tell_dropped(now)

    def _tell_dropped(self, now: float) -> None:
        dropped = self.dropped_frames - self._dropped_told
        self._dropped_told, self._told_at = self.dropped_frames, now
        self.send(
            Error(
                "audio_dropped",
                f"{dropped} audio frames came faster than they could be heard and were dropped.",
                "Send audio at the pace it is recorded.",
                retryable=True,
            )
        )

    def configure(self, change: Config) -> None:
        """Change the settings the message names and keep the others."""
        named = {
            name: value for name, value in dataclasses.asdict(change).items() if value is not None
        }
        self.config = dataclasses.replace(self.config, **named)

    # --- the turn --------------------------------------------------------------------------------

    def begin_turn(self, text: str, times: TurnTimes) -> Turn:
        """Take the turn: LISTENING to THINKING, a new generation, the question in the history.

        A question that the learner broke off and goes on with is asked as one. An empty text
        asks an open question again, or makes a turn for the tutor to speak of itself.

        Raises:
            InvalidTransition: A turn is under way; it has to be interrupted first.
        """
        self._enter(Phase.THINKING)
        self.generation_id += 1
        if self._question_open:
            text = join(self.history.pop().text, text)
        self._question_open = False
        text = text[-MAX_TEXT_CHARS:]
        question = Question(
            text=text,
            cancel_event=self.cancel_event,
            history=tuple(self.history),
            language=self.language,
            pictures=(self.picture,) if self.picture and text else (),
        )
        if text:
            self.picture = None
            self._remember(Remark("learner", text))
        self.turn = Turn(self.generation_id, question, times)
        self.hearing = False
        self.tell_state()
        return self.turn

    def begin_speaking(self, turn: Turn) -> None:
        """Note the first sound of a reply: THINKING to SPEAKING."""
        if turn is self.turn and self.phase is Phase.THINKING:
            self._enter(Phase.SPEAKING)
            self.tell_state()

    def finish_turn(self, turn: Turn) -> None:
        """End a turn whose reply was heard to its end, and go back to LISTENING."""
        if turn is not self.turn:
            return
        self._record_reply(turn, turn.queued_samples, interrupted=False)
        self.turn = None
        self._enter(Phase.LISTENING)
        self.send(turn.measure(self.dropped_frames))
        self.tell_state()

    def interrupt(self, heard_samples: int | None = None, *, resumed: bool = False) -> None:
        """Barge in: end the reply now, wherever it is. Does nothing when there is none.

        Args:
            heard_samples: How much was played, where the client told; else it is estimated.
            resumed: The learner goes on speaking, so that a question nobody heard an answer to
                is to be asked again together with what follows.
        """
        turn = self.turn
        if turn is None:
            return
        self.cancel_event.set()
        self.generation_id += 1
        # A new event, for one that is cleared and used again would wake the dead.
        self.cancel_event = asyncio.Event()
        if self.reply_task is not None:
            self.reply_task.cancel()
        self.outbound.forget_generation()
        if heard_samples is not None:
            turn.note_played(heard_samples)
        heard = turn.heard_samples(asyncio.get_running_loop().time())
        self._record_reply(turn, heard, interrupted=True)
        if resumed and heard == 0:
            self._reopen_question(turn)
        turn.end()
        self.turn = None
        self._enter(Phase.LISTENING)
        self.send(Interrupted(turn.generation_id, heard))
        self.tell_state()

    def _reopen_question(self, turn: Turn) -> None:
        """Let the question of a turn be asked again, unless something of the reply was shown."""
        asked = bool(turn.question.text and self.history)
        self._question_open = asked and self.history[-1].speaker == "learner"
        if self._question_open and turn.question.pictures and self.picture is None:
            self.picture = turn.question.pictures[0]

    @property
    def has_open_question(self) -> bool:
        """Whether the last question was broken off before any of its answer was heard."""
        return self._question_open

    def _enter(self, phase: Phase) -> None:
        if phase not in TRANSITIONS[self.phase]:
            raise InvalidTransition("invalid_transition", f"{self.phase} cannot become {phase}")
        self.phase = phase

    def _record_reply(self, turn: Turn, heard_samples: int, *, interrupted: bool) -> None:
        if text := turn.heard_text(heard_samples):
            self._remember(Remark("tutor", text, interrupted))

    def _remember(self, remark: Remark) -> None:
        self.history.append(remark)
        del self.history[: -self.settings.max_history]

    # --- what goes out ---------------------------------------------------------------------------

    def send(self, message: ServerMessage) -> None:
        """Queue a message for the client.

        Raises:
            LimitExceeded: The client has stopped reading.
        """
        self.outbound.put(message)

    def say(self, turn: Turn, text: str, first_sample: int, *, voiced: bool = True) -> None:
        """Queue the next piece of the reply's text, whose voice begins at ``first_sample``."""
        turn.segments.append(Segment(first_sample, text, voiced))
        self.send(TutorText(turn.generation_id, text, first_sample))

    def tell_state(self) -> None:
        """Queue where the conversation stands."""
        self.send(State(self._shown_phase(), self.generation_id))

    def tell_ducking(self, barge_in: Literal["maybe", "rejected"]) -> None:
        """Queue the request to duck (``maybe``) or to come back up (``rejected``)."""
        self.send(State(self._shown_phase(), self.generation_id, barge_in))

    def _shown_phase(self) -> ShownPhase:
        if self.hearing and self.phase is Phase.LISTENING:
            return "hearing"
        return self.phase.value

    def start_hearing(self) -> None:
        """Note that the learner speaks; whatever reply is under way ends."""
        told, self.hearing = self.hearing, True
        if self.turn is not None:
            self.interrupt(resumed=True)
        elif not told:
            self.tell_state()

    def stop_hearing(self) -> None:
        """Note that what the learner said asks for no reply."""
        if self.hearing:
            self.hearing = False
            self.tell_state()

    def report(self, error: TeachMeError) -> None:
        """Queue an error for the client."""
        self.send(Error(error.code, error.message, error.action, error.retryable))

    def report_in(self, turn: Turn, error: TeachMeError) -> None:
        """Queue an error of a reply, unless that reply is over: then nobody waits for it."""
        if turn is self.turn:
            self.report(error)

    def close(self) -> None:
        """End the reply under way, for the session ends: no stage waits for anything any more."""
        self.cancel_event.set()
        if self.turn is not None:
            self.turn.end()

    def release(self) -> None:
        """Let go of the tasks, which hold the session in turn, once they have ended."""
        self.stt_task = self.llm_task = self.tts_task = self.reply_task = None

    async def next_outbound(self) -> ServerMessage:
        """Return the next message for the wire. This is the fence.

        A message of another generation than the present one is dropped here, in the last step
        before the wire; so no byte of a reply leaves after its ``INTERRUPTED``.
        """
        while True:
            message = await self.outbound.get()
            if isinstance(message, FencedMessage):
                if message.generation_id != self.generation_id:
                    continue
                if isinstance(message, AudioChunk) and self.turn is not None:
                    samples = len(message.pcm) // 2
                    self.turn.note_sent(samples, asyncio.get_running_loop().time())
            return message
