"""Hearing: the audio queue becomes utterances, transcripts and the learner's turns."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Any

from endpointing import Endpointer, EndpointingPolicy
from engine_api import (
    INPUT_RATE,
    Engines,
    FinalTranscript,
    InterimTranscript,
    RecognizerEvent,
    RecognizerOptions,
    UtteranceEnded,
)
from errors import EngineError
from listening.audio_queue import Marker
from listening.decisions import (
    BargeInConfirmed,
    BargeInMaybe,
    BargeInRejected,
    Decision,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    TurnEnded,
)
from listening.pace import Pace
from listening.recognition import Recognition
from listening.utterance import Utterance
from listening.utterances import Utterances
from messages import AudioFrame, Config, SpeechEnd, SpeechStart, TextMessage
from session_state import Phase, SessionState
from turn import TurnTimes
from watchdog import failed, stalled


async def hear(session: SessionState, engines: Engines) -> None:
    """Hear the learner for as long as the session lasts; turns go to ``session.heard``."""
    ears = Ears(session, engines)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ears.listen(), name="listen")
            await ears.follow_transcripts()
    finally:
        await ears.recognition.aclose()


class Ears:
    """Follows the audio of one session: detector, endpointing and recognizer in step."""

    def __init__(self, session: SessionState, engines: Engines):
        self._session = session
        self._detector = engines.detector
        self._scorer = engines.detector.open()
        self._endpointer = Endpointer(_policy(session))
        self._utterances = Utterances()
        self._pace = Pace(_now())
        self.recognition = Recognition(engines.recognizer, _options(session))

    # --- audio in --------------------------------------------------------------------------------

    async def listen(self) -> None:
        """Take items from the audio queue, and act on what the endpointing makes of them."""
        while True:
            item = await self._next_item()
            if isinstance(item, AudioFrame):
                await self._hear_audio(item.pcm)
            else:
                self._obey(item)
            if self._is_behind():
                await self._keep_up()

    def _obey(self, marker: Marker | None) -> None:
        """Act on a marker, or on the time where there is none."""
        match marker:
            case SpeechStart():
                self._act(self._endpointer.start_speech(_now()))
            case SpeechEnd():
                self._act(self._endpointer.end_speech(_now()))
            case TextMessage(text):
                self._read(text)
            case Config():
                self._endpointer.policy = _policy(self._session)
            case None:
                self._act(self._endpointer.check_idle(_now()))

    async def _next_item(self) -> AudioFrame | Marker | None:
        """Return the next item, or ``None`` when something is due before there is one."""
        audio_queue = self._session.audio_queue
        if len(audio_queue):
            return await audio_queue.get()
        due = [at for at in (self._endpointer.deadline, self._utterances.due) if at is not None]
        if not due:
            return await audio_queue.get()
        try:
            async with asyncio.timeout_at(min(due)):
                return await audio_queue.get()
        except TimeoutError:
            return None

    async def _hear_audio(self, pcm: bytes | memoryview) -> None:
        self.recognition.push(pcm)
        # Without a recognizer too: whoever speaks then is owed an apology.
        if scores := self._score(pcm):
            speaking = self._session.phase is Phase.SPEAKING
            arrived = self._session.last_audio_time
            self._act(self._endpointer.hear(scores, arrived, speaking=speaking))
        wait_s = self._pace.take(len(pcm) / 2 / INPUT_RATE, self._session.last_audio_time)
        if wait_s or len(self._session.audio_queue):
            # Other sessions get their turn between the frames of a burst.
            await asyncio.sleep(wait_s)

    def _score(self, pcm: bytes | memoryview) -> list[float]:
        try:
            return self._scorer.score(pcm)
        except Exception as error:
            self._scorer = self._detector.open()
            if not self.recognition.deaf:
                self.recognition.fail(failed("stt", error))
            return []

    def _read(self, text: str) -> None:
        """What is typed ends what is being said; both are one question."""
        self._act(self._endpointer.end_speech(_now()))
        self._utterances.add_typed(text, TurnTimes())

    def _is_behind(self) -> bool:
        """Return whether anything may have become due; mostly nobody speaks and nothing has."""
        return (
            self._utterances.waiting
            or self.recognition.broken
            or self._session.language != self.recognition.language
        )

    async def _keep_up(self) -> None:
        """Do what has become due: a broken stream, a late final, a language, a complete turn."""
        if self.recognition.broken:
            await self.recognition.aclose()
        if self._utterances.due is not None and self._utterances.due <= _now():
            await self._give_up_waiting()
        if self._session.language != self.recognition.language and not self._utterances.busy:
            self.recognition.language = self._session.language
            await self.recognition.replace()
        if self._utterances.speaking and self._session.turn is not None:
            # The learner began between the end of one utterance and the turn made of it.
            self._session.start_hearing()
        await self._hand_on_turn()

    # --- decisions -------------------------------------------------------------------------------

    def _act(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            ACTIONS[type(decision)](self, decision)

    def _start_speech(self, _: SpeechStarted) -> None:
        self._session.start_hearing()
        if self._utterances.open is None:
            self._begin_utterance(tentative=False)
        else:
            self._utterances.open.tentative = False

    def _pause_speech(self, _: SpeechPaused) -> None:
        self.recognition.pause_utterance()

    def _resume_speech(self, _: SpeechResumed) -> None:
        self.recognition.resume_utterance()

    def _end_turn(self, ended: TurnEnded) -> None:
        self._end_utterance(TurnTimes(ended.speech_ended_at, _now()))

    def _barge_in(self, _: BargeInConfirmed) -> None:
        self._session.start_hearing()

    def _duck(self, _: BargeInMaybe) -> None:
        self._begin_utterance(tentative=True)
        self._session.tell_ducking("maybe")

    def _come_back_up(self, _: BargeInRejected) -> None:
        self._end_utterance(TurnTimes())
        self._session.tell_ducking("rejected")

    def _begin_utterance(self, *, tentative: bool) -> None:
        utterance = self._utterances.begin(self._session.language, tentative=tentative)
        if self.recognition.deaf:
            utterance.break_off(stalled("stt"))
        self.recognition.begin_utterance(utterance.utterance_id)

    def _end_utterance(self, times: TurnTimes) -> None:
        self._utterances.end(times, _now() + self._session.settings.stt_timeout_s)
        self.recognition.end_utterance()

    # --- transcripts -----------------------------------------------------------------------------

    async def follow_transcripts(self) -> None:
        """Take in what the recognizer understood, and what kept it from that."""
        async with aclosing(self.recognition.events()) as events:
            async for event in events:
                if isinstance(event, EngineError):
                    self._lose(event)
                elif utterance := self._utterances.find(event.utterance_id):
                    self._note(utterance, event)
                await self._hand_on_turn()

    def _note(self, utterance: Utterance, event: RecognizerEvent) -> None:
        match event:
            case InterimTranscript(_, text, stability):
                interim = utterance.add_interim(text, stability)
                if not utterance.tentative:
                    self._session.send(interim)
                self._act(self._endpointer.hear_words(text, _now(), spoken=self._spoken()))
            case FinalTranscript(_, text, language):
                utterance.add_final(text, language)
            case UtteranceEnded():
                utterance.settled = True
                self._show_final(utterance)

    def _spoken(self) -> str:
        turn = self._session.turn
        return turn.recent_text() if turn is not None else ""

    def _show_final(self, utterance: Utterance) -> None:
        if utterance.text:
            self._session.send(utterance.to_message())

    async def _hand_on_turn(self) -> None:
        if (heard := self._utterances.take_turn(_now())) is not None:
            await self._session.heard.put(heard)

    # --- failures --------------------------------------------------------------------------------

    def _lose(self, error: EngineError) -> None:
        """Report a recognizer that failed, and leave nothing said without an answer."""
        self._session.report(error)
        if self._utterances.open is not None:
            self._utterances.open.break_off(error)
        for utterance in self._utterances.settle_all(error):
            self._show_final(utterance)

    async def _give_up_waiting(self) -> None:
        """Replace a recognizer that owes a final transcript for too long."""
        self._lose(stalled("stt"))
        await self._hand_on_turn()
        await self.recognition.replace()


ACTIONS: dict[type, Callable[[Ears, Any], None]] = {
    SpeechStarted: Ears._start_speech,
    SpeechPaused: Ears._pause_speech,
    SpeechResumed: Ears._resume_speech,
    TurnEnded: Ears._end_turn,
    BargeInMaybe: Ears._duck,
    BargeInRejected: Ears._come_back_up,
    BargeInConfirmed: Ears._barge_in,
}
"""What follows from each decision of the endpointing."""


def _policy(session: SessionState) -> EndpointingPolicy:
    return EndpointingPolicy(
        silence_timeout_ms=session.silence_timeout_ms,
        max_utterance_ms=session.settings.max_utterance_ms,
        barge_in=session.config.barge_in or "auto",
    )


def _options(session: SessionState) -> RecognizerOptions:
    settings = session.settings
    return RecognizerOptions(
        session.language, settings.alternative_languages, settings.phrase_hints
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
