"""Recognises one utterance, by as many calls as it takes."""

import asyncio
from collections import Counter
from dataclasses import dataclass

import grpc  # type: ignore[import-untyped]  # ships no type hints

from engine_api import FinalTranscript, InterimTranscript, UtteranceEnded
from engines.google.channels import Channels, Connection
from engines.google.faults import failure, lacks_token, log_fault, refusal, refused
from engines.google.hearing.ledger import BYTES_PER_MS, Ledger
from engines.google.hearing.recognition_call import CallLimits, RecognitionCall
from engines.google.hearing.speech_messages import (
    Guess,
    Response,
    ended_with,
    finals_in,
    has_final,
    interim_in,
)
from engines.google.hearing.transcript_queue import TranscriptQueue
from errors import EngineError

RETRY_S = 0.05
"""Pause before a call that failed is made again; doubled each time it fails without progress."""

MAX_RETRY_S = 1.0

MAX_PATIENCE = 4
"""How many times longer than the first call a further one may wait for an answer: the service may
be slow, and noise has no answer at all."""

FINAL_SHARE = 1.5
"""Time another call is granted for its end, as a multiple of what this one had. Where that does
not fit before the deadline, the service may be slow, and waiting is the better choice."""

TOKEN_ATTEMPTS = 5
"""Calls in a row without a token before the credentials are taken for wrong: the server of tokens
may be out of reach for a moment."""


@dataclass(frozen=True, slots=True)
class SpeechService:
    """What the sessions share.

    ``final_within_s``: longest wait for the final transcript after the end of an utterance.
    ``counts``: how often something happened, for operators.
    """

    channels: Channels
    limits: CallLimits
    final_within_s: float
    counts: Counter[str]


class UtteranceRecognition:
    """Follows one utterance to its end.

    Args:
        utterance_id: For the transcripts.
        ledger: Its audio.
        config: The first message of each call.
        language: Of transcripts that do not tell theirs.
        service: What the sessions share.
        transcripts: Told what was understood.
    """

    def __init__(
        self,
        utterance_id: int,
        ledger: Ledger,
        config: bytes,
        language: str,
        service: SpeechService,
        transcripts: TranscriptQueue,
    ):
        self._utterance_id = utterance_id
        self._ledger = ledger
        self._config = config
        self._language = language
        self._service = service
        self._transcripts = transcripts
        self._news = asyncio.Event()
        self._due: float | None = None
        self._limit: asyncio.Timeout | None = None
        self._sent_until = 0
        self._attempt = 0
        self._careful = False
        self._is_repeated = False
        self._lacks_token = False
        self._avoided: Connection | None = None

    # --- what the learner does -------------------------------------------------------------------

    def push(self, pcm: bytes | memoryview) -> None:
        """Hear the next audio.

        Raises:
            LedgerFull: Too much waits to be recognised.
        """
        was_cut = self._ledger.cut is not None
        self._ledger.append(pcm)
        if self._ledger.cut is not None and not was_cut:
            self._news.set()

    def pause(self) -> None:
        """The learner fell silent."""
        self._ledger.pause()

    def resume(self) -> None:
        """The learner speaks on."""
        self._ledger.resume()
        self._news.set()

    def end(self) -> bytes:
        """End the utterance, and return the audio in which the next one may begin."""
        self._due = asyncio.get_running_loop().time() + self._service.final_within_s
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(self._due)
        self._news.set()
        return self._ledger.finish()

    # --- what is understood ----------------------------------------------------------------------

    async def run(self) -> None:
        """Recognise all of it.

        Raises:
            EngineError: It cannot be recognised, or not in time.
        """
        try:
            async with asyncio.timeout_at(self._due) as self._limit:
                while not self._ledger.is_done:
                    await self._recognise_stretch()
        except TimeoutError as error:
            lost = refused("stt", "unauthorized") if self._lacks_token else failure("stt")
            raise self._counted(lost) from error
        self._transcripts.put(UtteranceEnded(self._utterance_id))

    async def _recognise_stretch(self) -> None:
        if self._ledger.is_settled:
            self._news.clear()
            await self._news.wait()
            return
        settled = self._ledger.settled
        call = await self._call()
        if call.cut is not None and call.is_drained:
            self._finish_stretch(call, call.cut)
        elif call.is_rotated:
            self._service.counts["rotations"] += 1
            self._attempt = 0
        else:
            if self._ledger.settled > settled:
                self._attempt = 0
            await self._recover(call)

    def _finish_stretch(self, call: RecognitionCall, cut: int) -> None:
        """Settle a stretch to which the service has no more to say, unless it said nothing."""
        self._attempt = 0
        if not call.results and not self._is_repeated:
            self._is_repeated = True
            self._service.counts["restarts"] += 1
            return
        if call.interim is not None:
            self._tell_final(call.interim, self._ledger.settled, cut)
        self._is_repeated = False
        self._ledger.settle(cut)

    async def _call(self) -> RecognitionCall:
        """Make a call and see it through."""
        counts = self._service.counts
        limits = self._service.limits.more_patient(min(2**self._attempt, MAX_PATIENCE))
        with self._service.channels.lease(self._avoided) as connection:
            call = RecognitionCall(
                connection.channel, self._ledger, limits, self._news, self._hear, self._may_give_up
            )
            counts["calls"] += 1
            counts["resent_ms"] += max(0, self._sent_until - call.start) // BYTES_PER_MS
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(call.read(), name="read transcripts")
                try:
                    await call.run(self._config, careful=self._careful)
                finally:
                    connection.is_suspect |= call.is_owed and self._is_late(call)
                    call.cancel()
            self._sent_until = max(self._sent_until, call.sent)
            fell_silent = call.has_interim and isinstance(call.fault, TimeoutError)
            self._avoided = connection if fell_silent else None
        return call

    def _is_late(self, call: RecognitionCall) -> bool:
        """Return whether time has run out for a call: its own, or that of the utterance."""
        is_due = self._limit is not None and self._limit.expired()
        return is_due or isinstance(call.fault, TimeoutError)

    def _may_give_up(self, call: RecognitionCall) -> bool:
        """Return whether another call can end in time, should this one never end."""
        if self._due is None:
            return True
        limits = self._service.limits
        replay_s = (call.sent - self._ledger.settled) / BYTES_PER_MS / 1_000 / limits.burst_speed
        ends_at = asyncio.get_running_loop().time() + replay_s + FINAL_SHARE * limits.drain_s
        return ends_at < self._due

    async def _recover(self, call: RecognitionCall) -> None:
        """Wait until it is worth calling again.

        Raises:
            EngineError: It is not.
        """
        fault = call.fault or ended_with(grpc.StatusCode.OK)
        self._attempt += 1
        log_fault("stt", fault, self._attempt)
        status = fault.code() if isinstance(fault, grpc.RpcError) else None
        self._lacks_token = lacks_token(fault)
        if not self._lacks_token or self._attempt >= TOKEN_ATTEMPTS:
            self._refuse(fault)
        self._careful = status is grpc.StatusCode.INTERNAL and not call.answers
        self._service.counts["restarts"] += 1
        await asyncio.sleep(min(RETRY_S * 2 ** (self._attempt - 1), MAX_RETRY_S))

    def _refuse(self, fault: Exception) -> None:
        if isinstance(fault, grpc.RpcError) and (error := refusal("stt", fault)) is not None:
            raise self._counted(error)

    def _counted(self, error: EngineError) -> EngineError:
        self._service.counts[error.code] += 1
        return error

    def _hear(self, call: RecognitionCall, response: Response) -> None:
        for final in finals_in(response):
            start, end = self._ledger.settled, call.position_of(final.end_ms)
            self._ledger.settle(end)
            self._tell_final(final, start, end)
            call.interim = None
        if call.interim is not None and has_final(response):
            self._tell_interim(Guess("", 0, call.interim.language), call.sent)
            call.interim = None
        if (guess := interim_in(response)) is not None:
            self._tell_interim(guess, call.position_of(guess.end_ms))
            call.interim = guess

    def _tell_final(self, final: Guess, start: int, end: int) -> None:
        language = final.language or self._language
        times = start // BYTES_PER_MS, end // BYTES_PER_MS
        self._transcripts.put(FinalTranscript(self._utterance_id, final.text, language, *times))

    def _tell_interim(self, guess: Guess, end: int) -> None:
        language = guess.language or self._language
        times = self._ledger.settled // BYTES_PER_MS, end // BYTES_PER_MS
        self._transcripts.put(
            InterimTranscript(self._utterance_id, guess.text, guess.stability, language, *times)
        )
