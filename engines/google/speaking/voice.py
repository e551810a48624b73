"""Google's voices: streaming where the voice can, sentence by sentence where it cannot."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from functools import partial

from engine_api import SpokenAudio, Voice, VoiceOptions
from engines.google.channels import Channels
from engines.google.faults import failure, refused
from engines.google.speaking.sentence_tracker import SAMPLES_PER_LETTER
from engines.google.speaking.voice_list import VoiceList
from engines.google.speaking.voice_messages import (
    HOST,
    streaming_config,
    unary_request,
)
from engines.google.speaking.voice_names import SERVED, VoiceChoice
from engines.google.speaking.voice_reply import IDLE_S, StreamedReply, VoiceLine
from engines.google.speaking.voice_requests import PIECES_AHEAD, RequestedReply
from engines.prefetch import prefetch
from errors import EngineError
from settings import Settings

ATTEMPT_SHARE = 0.4
"""An attempt's share of the time a voice has. Two of them, and the wait for a connection between,
end before the loop's own watchdog does."""


def create_voice(settings: Settings) -> Voice:
    """Return Google's voices, not yet connected."""
    return GoogleVoice(settings)


class GoogleVoice:
    """The voices for every session of the process.

    Args:
        settings: Tell the way to the service and the voice to use.
        idle_s: How long a stream waits for text before it ends.
    """

    languages = SERVED

    def __init__(self, settings: Settings, idle_s: float = IDLE_S):
        self._settings = settings
        self._idle_s = idle_s
        self._channels = Channels(
            "voice", HOST, settings.tts_emulator_host, settings.google_application_credentials
        )
        self._list: VoiceList | None = None
        self._counts: Counter[str] = Counter(quota_refused=0)

    @property
    def name(self) -> str:
        """The voice's name."""
        return f"Google {self._settings.google_voice}"

    @property
    def counts(self) -> Mapping[str, int]:
        """How often Google refused to speak for want of quota."""
        return dict(self._counts)

    async def start(self) -> None:
        """Connect, and see whether Google lets us in and has the voice.

        Raises:
            EngineError: The credentials are missing or wrong, or there is no such voice.
        """
        await self._channels.start()
        self._list = VoiceList(self._channels, self._settings.google_voice)
        await self._list.start()
        if not self._list.table.knows(self._settings.google_voice):
            raise refused("voice", "rejected")

    async def aclose(self) -> None:
        """Close the connections."""
        voices, self._list = self._list, None
        if voices is not None:
            await voices.aclose()
        await self._channels.aclose()

    async def speak(
        self, sentences: AsyncIterator[str], options: VoiceOptions
    ) -> AsyncGenerator[SpokenAudio, None]:
        """Yield the speech of each sentence as soon as there is some.

        Raises:
            EngineError: The sentence that was due cannot be spoken.
        """
        if (voices := self._list) is None:
            raise EngineError("voice_closed", "The voice is not running.", "Start the service.")
        wishes = options.voice, self._settings.google_voice
        voice = voices.table.choose(options.language, *wishes)
        say = self._stream if voice.can_stream else self._request
        try:
            async with aclosing(say(voice, sentences, options.speaking_rate)) as pieces:
                async for piece in pieces:
                    if options.cancel_event.is_set():
                        return
                    yield piece
        except EngineError as error:
            self._counts["quota_refused"] += error.code == "voice_quota"
            if error.code == "voice_rejected":
                voices.doubt()
            raise

    async def _stream(
        self, voice: VoiceChoice, sentences: AsyncIterator[str], rate: float
    ) -> AsyncGenerator[SpokenAudio, None]:
        """Yield the speech of the sentences from as few streams as will do."""
        reply = StreamedReply(self._line_for(voice, rate), sentences)
        running = asyncio.create_task(reply.run(), name="google voice")
        running.add_done_callback(reply.wake)
        try:
            while not running.done():
                while piece := reply.take():
                    yield piece
                await reply.changed()
            while piece := reply.take():
                yield piece
            await _result(running)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _request(
        self, voice: VoiceChoice, sentences: AsyncIterator[str], rate: float
    ) -> AsyncGenerator[SpokenAudio, None]:
        """Yield the speech of the sentences from a request for each."""
        request = partial(unary_request, voice=voice, speaking_rate=rate)
        reply = RequestedReply(self._channels, request, self._patience_s)
        async with aclosing(prefetch(reply.speak(sentences), PIECES_AHEAD)) as pieces:
            async for piece in pieces:
                yield piece

    def _line_for(self, voice: VoiceChoice, rate: float) -> VoiceLine:
        return VoiceLine(
            channels=self._channels,
            config=streaming_config(voice, rate),
            pace=SAMPLES_PER_LETTER / rate,
            patience_s=self._patience_s,
            idle_s=self._idle_s,
        )

    @property
    def _patience_s(self) -> float:
        return ATTEMPT_SHARE * self._settings.voice_timeout_s


async def _result(running: "asyncio.Task[None]") -> None:
    """Raise what ended a reply, if it did not end well.

    Closed connections cancel its calls and with them the reply, though nobody cancelled us.
    """
    if running.cancelled():
        raise failure("voice")
    await running
