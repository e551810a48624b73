"""Hearing: the audio queue becomes utterances, transcripts and the learner's turns."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from decisions import (
    BargeInConfirmed,
    BargeInMaybe,
    BargeInRejected,
    Decision,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    TurnEnded,
)
from endpointing import Endpointer, EndpointingPolicy
from engine_api import (
    INPUT_RATE,
    Engines,
    FinalTranscript,
    InterimTranscript,
    RecognizerEvent,
    RecognizerOptions,
    RecognizerStream,
    UtteranceEnded,
)
from errors import EngineError
from messages import AudioFrame, Config, SpeechEnd, SpeechStart
from no_ears import NoEars
from pace import Pace
from session_state import HeardEvent, HearingFailed, LearnerSpoke, Phase, SessionState
from utterance import Utterance
from watchdog import failed, stalled

RETRY_S = 0.5
"""Pause before a recognizer that failed is opened again, doubled up to a few seconds."""
MAX_RETRY_S = 8.0


async def hear(session: SessionState, engines: Engines) -> None:
    """Hear the learner for as long as the session lasts; turns go to ``session.heard``."""
    ears = Ears(session, engines)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ears.listen(), name="listen")
            await ears.follow_transcripts()
    finally:
        await ears.stream.aclose()


class Ears:
    """Follows the audio of one session: detector, endpointing and recognizer in step."""

    def __init__(self, session: SessionState, engines: Engines):
        self._session = session
        self._recognizer = engines.recognizer
        self._scorer = engines.detector.open()
        self._endpointer = Endpointer(_policy(session))
        self._utterances: dict[int, Utterance] = {}
        self._current: Utterance | None = None
        self._count = 0
        self._pace = Pace(_now())
        self._reopening = False
        self.stream: RecognizerStream = NoEars()

    # --- audio in --------------------------------------------------------------------------------

    async def listen(self) -> None:
        """Take items from the audio queue, and act on what the endpointing makes of them."""
        while True:
            match await self._next_item():
                case AudioFrame(pcm):
                    await self._hear_audio(pcm)
                case SpeechStart():
                    self._act(self._endpointer.start_speech(_now()))
                case SpeechEnd():
                    self._act(self._endpointer.end_speech(_now()))
                case Config() as change:
                    await self._reconfigure(change)
                case None:
                    await self._look_at_the_clock()

    async def _next_item(self) -> AudioFrame | SpeechStart | SpeechEnd | Config | None:
        """Return the next item, or ``None`` when something is due before there is one."""
        deadline = self._deadline()
        if deadline is None or len(self._session.audio_queue):
            return await self._session.audio_queue.get()
        try:
            async with asyncio.timeout_at(deadline):
                return await self._session.audio_queue.get()
        except TimeoutError:
            return None

    def _deadline(self) -> float | None:
        due = [u.final_due for u in self._utterances.values() if u.final_due is not None]
        if self._endpointer.deadline is not None:
            due.append(self._endpointer.deadline)
        return min(due, default=None)

    async def _hear_audio(self, pcm: bytes | memoryview) -> None:
        self.stream.push(pcm)
        now = _now()
        if scores := self._scorer.score(pcm):
            speaking = self._session.phase is Phase.SPEAKING
            self._act(self._endpointer.hear(scores, now, speaking=speaking))
        wait_s = self._pace.take(len(pcm) / 2 / INPUT_RATE, now)
        if wait_s or len(self._session.audio_queue):
            # Other sessions get their turn between the frames of a burst.
            await asyncio.sleep(wait_s)

    async def _look_at_the_clock(self) -> None:
        now = _now()
        self._act(self._endpointer.check_idle(now))
        await self._settle_overdue(now)

    async def _reconfigure(self, change: Config) -> None:
        self._endpointer.policy = _policy(self._session)
        if change.language is not None:
            await self._reopen(stalled("stt"))

    # --- decisions -------------------------------------------------------------------------------

    def _act(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            ACTIONS[type(decision)](self, decision)

    def _start_speech(self, _: SpeechStarted) -> None:
        self._begin_utterance()

    def _pause_speech(self, _: SpeechPaused) -> None:
        self.stream.pause_utterance()

    def _resume_speech(self, _: SpeechResumed) -> None:
        self.stream.resume_utterance()

    def _end_turn(self, ended: TurnEnded) -> None:
        self._end_utterance(ended.speech_ended_at)

    def _barge_in(self, _: BargeInConfirmed) -> None:
        self._session.start_hearing()

    def _duck(self, _: BargeInMaybe) -> None:
        self._begin_utterance(tentative=True)
        self._session.tell_ducking("maybe")

    def _come_back_up(self, _: BargeInRejected) -> None:
        self._end_utterance(None)
        self._session.tell_ducking("rejected")

    def _begin_utterance(self, *, tentative: bool = False) -> None:
        if not tentative:
            self._session.start_hearing()
        if self._current is not None:
            self._current.tentative = tentative
            return
        self._count += 1
        self._current = Utterance(self._count, self._session.language, tentative)
        self._utterances[self._count] = self._current
        self.stream.begin_utterance(self._count)

    def _end_utterance(self, speech_ended_at: float | None) -> None:
        utterance, self._current = self._current, None
        if utterance is None:
            return
        now = _now()
        utterance.times.speech_ended, utterance.times.turn_ended = speech_ended_at, now
        patience_s = 0 if utterance.broken_by else self._session.settings.stt_timeout_s
        utterance.final_due = now + patience_s
        self.stream.end_utterance()

    # --- transcripts -----------------------------------------------------------------------------

    async def follow_transcripts(self) -> None:
        """Take in what the recognizer understood; open it again whenever it fails."""
        retry_s = RETRY_S
        while True:
            try:
                async for event in self._open():
                    await self._note(event)
                    retry_s = RETRY_S
                self._check_reopening()
                continue
            except EngineError as error:
                await self._recover(error)
            except Exception as error:
                await self._recover(failed("stt", error))
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, MAX_RETRY_S)

    def _check_reopening(self) -> None:
        """Tell a stream that we closed from one that ended by itself, which is a failure."""
        if not self._reopening:
            raise EngineError("stt_failed", "The recognizer ended by itself.", retryable=True)
        self._reopening = False

    def _open(self) -> AsyncIterator[RecognizerEvent]:
        self.stream = self._recognizer.open(RecognizerOptions(self._session.language))
        if self._current is not None and self._current.broken_by is None:
            self.stream.begin_utterance(self._current.utterance_id)
        return self.stream.events()

    async def _note(self, event: RecognizerEvent) -> None:
        utterance = self._utterances.get(event.utterance_id)
        if utterance is None:
            return
        match event:
            case InterimTranscript(_, text, stability):
                interim = utterance.add_interim(text, stability)
                if not utterance.tentative:
                    self._session.send(interim)
                self._act(self._endpointer.hear_words(text, _now(), spoken=self._spoken()))
            case FinalTranscript(_, text, language):
                utterance.add_final(text, language)
            case UtteranceEnded():
                await self._settle(utterance)

    def _spoken(self) -> str:
        turn = self._session.turn
        return turn.recent_text() if turn is not None else ""

    async def _settle(self, utterance: Utterance, error: EngineError | None = None) -> None:
        """Hand a finished utterance on: its words, what kept us from them, or that it had none."""
        del self._utterances[utterance.utterance_id]
        utterance.times.transcribed = _now()
        if utterance.tentative:
            return
        if utterance.text:
            self._session.send(utterance.to_message())
        if self._current is not None and not self._current.tentative:
            # The learner speaks on: both are one question, and nobody answers into it.
            self._current.before = utterance.question
            return
        heard: HeardEvent = LearnerSpoke(utterance.question, utterance.times)
        if error is not None and not utterance.question:
            heard = HearingFailed(error)
        await self._session.heard.put(heard)

    # --- failures --------------------------------------------------------------------------------

    async def _recover(self, error: EngineError) -> None:
        """Report a recognizer that failed, and leave no utterance without an answer."""
        await self.stream.aclose()
        self.stream = NoEars()
        self._session.report(error)
        if self._current is not None:
            self._current.break_off(error)
        await self._settle_ended(error)

    async def _settle_overdue(self, now: float) -> None:
        """Settle what no final transcript will come for, and replace a recognizer that hangs."""
        for utterance in list(self._utterances.values()):
            if utterance.final_due is None or utterance.final_due > now:
                continue
            if utterance.broken_by is None:
                await self._reopen(stalled("stt"))
                return
            await self._settle(utterance, utterance.broken_by)

    async def _reopen(self, error: EngineError) -> None:
        self._reopening = True
        await self.stream.aclose()
        await self._settle_ended(error)

    async def _settle_ended(self, error: EngineError) -> None:
        for utterance in list(self._utterances.values()):
            if utterance is not self._current:
                await self._settle(utterance, error)


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


def _now() -> float:
    return asyncio.get_running_loop().time()
