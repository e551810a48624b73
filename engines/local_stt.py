"""The embedded ears: Whisper base in worker threads, shared by all sessions."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable

from engine_api import (
    PRE_ROLL_MS,
    FinalTranscript,
    InterimTranscript,
    Recognizer,
    RecognizerEvent,
    RecognizerOptions,
    UtteranceEnded,
)
from engines.decode_queue import DecodeQueue, Transcriber
from engines.utterance_audio import BYTES_PER_SECOND, UtteranceAudio
from engines.utterance_decoder import Decodes, UtteranceDecoder
from engines.whisper_model import load_whisper
from errors import EngineError
from settings import Settings

WORKERS = 2
"""Decodes under way at a time, each on one core; guesses leave one of the workers to finals."""

PRE_ROLL_BYTES = PRE_ROLL_MS * BYTES_PER_SECOND // 1_000

SPARE_S = 2.0
"""Audio kept beyond the longest utterance: its beginning, and the time it takes to end it."""

MAX_EVENTS = 64
"""Events that may wait to be read; a guess replaces the one before it, so they are mostly ends."""

MAX_ENDING = 3
"""Utterances of one session that wait for their text, so that nobody takes the places of others."""

_LOGGER = logging.getLogger(__name__)


def create_recognizer(settings: Settings) -> Recognizer:
    """Return the embedded ears, not yet started."""
    return LocalRecognizer(lambda: load_whisper(WORKERS), settings)


class LocalRecognizer:
    """Whisper base for every session of the process.

    It serves English: the model knows other languages, but was not tried in them.

    Args:
        load: Returns the loaded model; runs in a thread and may block for seconds.
        settings: For the longest utterance and the language.
        workers: Decodes under way at a time.
    """

    name = "Whisper base"
    languages = ("en-US", "en-GB")

    def __init__(self, load: Callable[[], Transcriber], settings: Settings, workers: int = WORKERS):
        self._load = load
        self._workers = workers
        self._settings = settings
        self._decodes: DecodeQueue | None = None

    async def start(self) -> None:
        """Load the model.

        Raises:
            EngineError: A package is missing or broken, or the language is not served.
        """
        _code_of(self._settings.default_language)
        _LOGGER.info("loading the speech recognizer %s", self.name)
        began = asyncio.get_running_loop().time()
        action = "Install it again, or choose another recognizer with STT_ENGINE."
        try:
            transcriber = await asyncio.to_thread(self._load)
        except ImportError as error:
            message = f"The embedded speech recognizer needs the package {error.name}."
            raise EngineError("stt_missing", message, action) from error
        except Exception as error:
            message = "The embedded speech recognizer does not load."
            raise EngineError("stt_broken", message, action) from error
        self._decodes = DecodeQueue(transcriber, self._workers)
        took_s = asyncio.get_running_loop().time() - began
        _LOGGER.info("speech recognizer ready in %.1f s", took_s)

    async def aclose(self) -> None:
        """Let the decodes under way end and release threads and model."""
        decodes, self._decodes = self._decodes, None
        if decodes is not None:
            await decodes.aclose()

    def open(self, options: RecognizerOptions) -> "LocalStream":
        """Return the ears for one session.

        Raises:
            EngineError: The language is not served, or the recognizer is not running.
        """
        if self._decodes is None:
            raise EngineError("stt_closed", "The speech recognizer is not running.")
        limit_s = self._settings.max_utterance_ms / 1_000 + SPARE_S
        return LocalStream(options.language, self._decodes, limit_s)


class LocalStream:
    """The ears of one session.

    Args:
        language: BCP 47 tag of an English.
        decodes: Shared by all sessions.
        limit_s: Audio kept of one utterance.
    """

    def __init__(self, language: str, decodes: Decodes, limit_s: float):
        self._language = language
        self._code = _code_of(language)
        self._decodes = decodes
        self._limit_s = limit_s
        self._pre_roll = bytearray()
        self._current: UtteranceDecoder | None = None
        self._ending: deque[UtteranceDecoder] = deque()
        self._events: deque[RecognizerEvent] = deque()
        self._news = asyncio.Event()
        self._error: EngineError | None = None
        self._closed = False

    # --- what is heard ---------------------------------------------------------------------------

    def push(self, pcm: bytes | memoryview) -> None:
        """Hear the next audio; guess at it now and then while an utterance lasts."""
        if self._current is not None:
            self._current.push(pcm)
        else:
            self._pre_roll += pcm
            del self._pre_roll[:-PRE_ROLL_BYTES]

    def begin_utterance(self, utterance_id: int) -> None:
        """Listen to an utterance that began within the pre-roll."""
        if self._closed:
            return
        audio = UtteranceAudio(self._pre_roll, self._limit_s)
        self._current = UtteranceDecoder(utterance_id, audio, self._code, self._decodes, self)

    def pause_utterance(self) -> None:
        """Decode what was said already."""
        if self._current is not None:
            self._current.pause()

    def resume_utterance(self) -> None:
        """Go on listening."""
        if self._current is not None:
            self._current.resume()

    def end_utterance(self) -> None:
        """Report the utterance as soon as it is understood, mostly at once."""
        if self._current is None:
            return
        decoder, self._current = self._current, None
        if len(self._ending) >= MAX_ENDING:
            busy = "You speak faster than this machine can follow."
            self.note_failure(EngineError("busy", busy, "Say it again.", retryable=True))
            return
        self._ending.append(decoder)
        decoder.end()
        self._pre_roll = bytearray(decoder.rest()[-PRE_ROLL_BYTES:])

    # --- what is understood ----------------------------------------------------------------------

    def note_interim(self, interim: InterimTranscript) -> None:
        """Tell a guess; it replaces one that nobody has read."""
        last = self._events[-1] if self._events else None
        if isinstance(last, InterimTranscript) and last.utterance_id == interim.utterance_id:
            self._events.pop()
        self._tell(interim)

    def note_understood(self) -> None:
        """Tell the transcripts that are final, in the order of the utterances."""
        while self._ending and self._ending[0].is_done:
            decoder = self._ending.popleft()
            if decoder.text:
                self._tell(FinalTranscript(decoder.utterance_id, decoder.text, self._language))
            self._tell(UtteranceEnded(decoder.utterance_id))

    def note_failure(self, error: EngineError) -> None:
        """Give up: the reader gets the error after what was understood before it."""
        self._error = error
        self._close()

    async def events(self) -> AsyncIterator[RecognizerEvent]:
        """Yield what was understood, for as long as the stream is open.

        Raises:
            EngineError: The model failed, or has too much to do; the stream is closed.
        """
        while True:
            while self._events:
                yield self._events.popleft()
            if self._error is not None:
                raise self._error
            if self._closed:
                return
            self._news.clear()
            await self._news.wait()

    async def aclose(self) -> None:
        """Forget the audio and all that is not yet decoded or read."""
        self._events.clear()
        self._close()

    def _tell(self, event: RecognizerEvent) -> None:
        if len(self._events) >= MAX_EVENTS:
            self.note_failure(EngineError("stt_unread", "Nobody reads the transcripts."))
            return
        self._events.append(event)
        self._news.set()

    def _close(self) -> None:
        self._closed = True
        for decoder in (*self._ending, *filter(None, [self._current])):
            decoder.discard()
        self._current = None
        self._ending.clear()
        self._pre_roll.clear()
        self._news.set()


def _code_of(language: str) -> str:
    """Return Whisper's code for the language.

    Raises:
        EngineError: It is not served.
    """
    code = language.partition("-")[0].lower()
    if code != "en":
        message = "The embedded speech recognizer understands English only."
        action = "Set DEFAULT_LANGUAGE to en-US, or choose another recognizer with STT_ENGINE."
        raise EngineError("unsupported_language", message, action)
    return code
