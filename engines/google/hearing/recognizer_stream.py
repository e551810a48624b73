"""The ears of one session: its utterances, one after the other."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from engine_api import RecognizerEvent, RecognizerOptions
from engines.google.faults import failure, log_fault
from engines.google.hearing.ledger import PRE_ROLL_BYTES, Ledger, LedgerFull
from engines.google.hearing.speech_messages import request_config
from engines.google.hearing.transcript_queue import TranscriptQueue
from engines.google.hearing.utterance_recognition import SpeechService, UtteranceRecognition
from errors import EngineError

MAX_WAITING = 4
"""Utterances that may wait for the one before them to be recognised."""


class GoogleStream:
    """Calls Google only while the learner speaks, and listens to one utterance at a time.

    So a muted microphone costs nothing and no call grows old in silence.

    Args:
        options: What to expect to hear.
        model: Google's name of the model.
        service: What the sessions share.
        max_bytes: Audio of an utterance kept until it is recognised.
    """

    def __init__(
        self, options: RecognizerOptions, model: str, service: SpeechService, max_bytes: int
    ):
        self._config = request_config(options, model)
        self._language = options.language
        self._service = service
        self._max_bytes = max_bytes
        self._heard = 0
        self._pre_roll = bytearray()
        self._current: UtteranceRecognition | None = None
        self._waiting: deque[UtteranceRecognition] = deque()
        self._news = asyncio.Event()
        self._transcripts = TranscriptQueue()
        self._closed = False
        self._task = asyncio.create_task(self._recognise(), name="recognise")

    # --- what is heard ---------------------------------------------------------------------------

    def push(self, pcm: bytes | memoryview) -> None:
        """Hear the next audio."""
        self._heard += len(pcm)
        if self._current is None:
            self._pre_roll += pcm
            del self._pre_roll[:-PRE_ROLL_BYTES]
            return
        try:
            self._current.push(pcm)
        except LedgerFull:
            self._fail(failure("stt"))

    def begin_utterance(self, utterance_id: int) -> None:
        """Listen to an utterance that began within the pre-roll."""
        if self._closed:
            return
        start = self._heard - len(self._pre_roll)
        ledger = Ledger(start, self._pre_roll, self._max_bytes)
        self._current = UtteranceRecognition(
            utterance_id, ledger, self._config, self._language, self._service, self._transcripts
        )
        self._waiting.append(self._current)
        self._news.set()
        if len(self._waiting) > MAX_WAITING:
            self._fail(failure("stt"))

    def pause_utterance(self) -> None:
        """Have what was said so far recognised, unless the learner speaks on very soon."""
        if self._current is not None:
            self._current.pause()

    def resume_utterance(self) -> None:
        """Go on listening."""
        if self._current is not None:
            self._current.resume()

    def end_utterance(self) -> None:
        """Have the rest recognised."""
        if self._current is not None:
            self._pre_roll = bytearray(self._current.end())
            self._current = None

    # --- what is understood ----------------------------------------------------------------------

    def events(self) -> AsyncIterator[RecognizerEvent]:
        """Yield what was understood, for as long as the stream is open.

        Raises:
            EngineError: Google refuses, or cannot be reached in time; the stream is closed.
        """
        return self._transcripts.events()

    async def aclose(self) -> None:
        """Forget the audio and hang up."""
        self._transcripts.close()
        self._close()
        await asyncio.wait([self._task])

    async def _recognise(self) -> None:
        """Recognise utterances, in the order they were spoken."""
        try:
            while True:
                await self._wait_for_utterance()
                await self._waiting[0].run()
                self._waiting.popleft()
        except EngineError as error:
            self._fail(error)
        except Exception as error:
            log_fault("stt", error, 1)
            self._fail(failure("stt"))

    async def _wait_for_utterance(self) -> None:
        while not self._waiting:
            self._news.clear()
            await self._news.wait()

    def _fail(self, error: EngineError) -> None:
        self._transcripts.fail(error)
        self._close()

    def _close(self) -> None:
        self._closed = True
        self._current = None
        self._pre_roll.clear()
        self._task.cancel()
