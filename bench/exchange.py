"""One exchange with the tutor: ask, hear the answer or break in, and keep what was measured."""

import asyncio
from dataclasses import dataclass

from bench.client import TalkClient, background
from bench.message_log import Received
from bench.player import SAMPLE_BYTES, Reply
from bench.speech import Recording
from messages import (
    AudioChunk,
    Error,
    Interrupted,
    TextMessage,
    TranscriptFinal,
    TranscriptInterim,
    TurnMetrics,
    TutorText,
)

PATIENCE_S = 30.0
"""Longest silence of the server before the exchange is given up."""

SETTLE_S = 0.5
"""How long to look out for stale audio after a barge-in."""


class NoAnswer(Exception):
    """The tutor did not answer."""


@dataclass(frozen=True, slots=True)
class BargedIn:
    """A barge-in as the client saw it. Times in milliseconds after ``BARGE_IN`` was sent."""

    interrupted_ms: float
    """When ``INTERRUPTED`` came."""
    last_stale_ms: float
    """When the last audio of the old reply came; 0 where none did."""
    stale_after_interrupted: int
    """Bytes of the old reply that came after ``INTERRUPTED``: must be none."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came of one question. Moments are seconds on the loop's clock."""

    began: float
    """When the first sample of the question was spoken."""
    speech_began: float
    speech_ended: float
    interims: list[Received[TranscriptInterim]]
    finals: list[Received[TranscriptFinal]]
    texts: list[TutorText]
    """The answer, piece by piece."""
    reply: Reply | None
    """The answer's audio; ``None`` where it came in writing only."""
    metrics: TurnMetrics | None
    barged_in: BargedIn | None
    errors: list[Error]

    @property
    def answer(self) -> str:
        """The whole answer in writing."""
        return " ".join(" ".join(text.delta for text in self.texts).split())

    @property
    def spoken_pieces(self) -> list[bytes]:
        """The audio of each piece of the answer: PCM16 at 24 kHz."""
        if self.reply is None:
            return []
        starts = [text.first_sample * SAMPLE_BYTES for text in self.texts]
        ends = [*starts[1:], len(self.reply.pcm)]
        return [bytes(self.reply.pcm[a:b]) for a, b in zip(starts, ends, strict=True)]

    @property
    def heard(self) -> str:
        """The question as recognised."""
        return " ".join(final.message.text for final in self.finals)

    @property
    def first_interim_s(self) -> float | None:
        """Time from the beginning of speech to the first guess at it."""
        return self.interims[0].at - self.speech_began if self.interims else None

    @property
    def response_s(self) -> float | None:
        """Time from the end of speech to the first audio."""
        return self.reply.first_at - self.speech_ended if self.reply else None

    def interim_lags(self, recording: Recording) -> list[float]:
        """Return by how many seconds the display of each word came after the word was said.

        Only words that some interim showed; the rest came with the final transcript.
        """
        ends, lags, shown = recording.word_ends(self.heard), [], 0
        for interim in self.interims:
            words = min(self._words_until(interim.message), len(ends))
            lags += [interim.at - self.began - end for end in ends[shown:words]]
            shown = max(shown, words)
        return lags

    def _words_until(self, interim: TranscriptInterim) -> int:
        finals = [final.message for final in self.finals]
        earlier = [f.text for f in finals if f.utterance_id < interim.utterance_id]
        return sum(len(text.split()) for text in (*earlier, interim.text))


async def ask(
    client: TalkClient, question: Recording | str, *, interrupt_after_s: float | None = None
) -> Exchange:
    """Say or type a question with the microphone open, and hear the answer to its end.

    Args:
        client: Who asks.
        question: A recording is spoken, a text typed.
        interrupt_after_s: Break in that long after the first audio of the answer.

    Raises:
        NoAnswer: None came.
        HungUp: The server ended the conversation.
    """
    clock = asyncio.get_running_loop().time
    began = speech_began = asked = clock()
    if isinstance(question, Recording):
        speech_began, asked = began + question.speech_begins, began + question.speech_ends
    barged_in = None
    async with background(microphone=_speak(client, question)):
        try:
            if interrupt_after_s is not None:
                barged_in = await _interrupt(client, asked, interrupt_after_s)
            else:
                await _hear_out(client, asked)
        except TimeoutError as error:
            raise NoAnswer(f"no answer within {PATIENCE_S:.0f} s") from error
    return _sum_up(client, (began, speech_began, asked), barged_in)


async def _speak(client: TalkClient, question: Recording | str) -> None:
    if isinstance(question, Recording):
        await client.speak(question.pcm)
    else:
        await client.send(TextMessage(question))
    await client.keep_silent()


async def _hear_out(client: TalkClient, asked: float) -> None:
    """Wait until a turn has ended that was not over before the question was."""
    while True:
        received = await client.log.expect(
            TurnMetrics, AudioChunk, TutorText, TranscriptInterim, timeout_s=PATIENCE_S
        )
        if isinstance(received.message, TurnMetrics) and received.at >= asked:
            return


async def _interrupt(client: TalkClient, asked: float, after_s: float) -> BargedIn:
    chunk = await client.log.expect(
        AudioChunk,
        timeout_s=PATIENCE_S,
        where=lambda r: r.at >= asked and r.message.first_sample == 0,
    )
    generation_id = chunk.message.generation_id
    await asyncio.sleep(chunk.at + after_s - asyncio.get_running_loop().time())
    sent = await client.barge_in()
    try:
        interrupted = await client.log.expect(
            Interrupted, timeout_s=SETTLE_S, where=lambda r: r.at >= sent
        )
    except TimeoutError:
        raise NoAnswer("the answer was over before it could be interrupted") from None
    await asyncio.sleep(SETTLE_S)
    stale = [
        received
        for received in client.log.received(AudioChunk, since=sent)
        if received.message.generation_id == generation_id
    ]
    return BargedIn(
        interrupted_ms=(interrupted.at - sent) * 1_000,
        last_stale_ms=max((received.at - sent for received in stale), default=0.0) * 1_000,
        stale_after_interrupted=sum(
            len(received.message.pcm) for received in stale if received.at > interrupted.at
        ),
    )


def _sum_up(
    client: TalkClient, moments: tuple[float, float, float], barged_in: BargedIn | None
) -> Exchange:
    began, speech_began, asked = moments
    metrics = [r.message for r in client.log.received(TurnMetrics, since=asked)]
    reply = client.player.reply
    if reply is not None and reply.first_at < began:
        reply = None
    generation_id = reply.generation_id if reply else metrics[-1].generation_id
    texts = [
        received.message
        for received in client.log.received(TutorText, since=began)
        if received.message.generation_id == generation_id
    ]
    return Exchange(
        began=began,
        speech_began=speech_began,
        speech_ended=asked,
        interims=client.log.received(TranscriptInterim, since=began),
        finals=client.log.received(TranscriptFinal, since=began),
        texts=texts,
        reply=reply,
        metrics=next((m for m in metrics if m.generation_id == generation_id), None),
        barged_in=barged_in,
        errors=[received.message for received in client.log.received(Error, since=began)],
    )
