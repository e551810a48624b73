"""One utterance is guessed at while it lasts, decoded when it pauses, and final when it ends."""

import asyncio
from dataclasses import dataclass, field

import numpy as np

from engine_api import INPUT_RATE, InterimTranscript
from engines.decode_queue import Decode, Urgency
from engines.utterance_audio import BYTES_PER_SECOND, UtteranceAudio
from engines.utterance_decoder import (
    CAPTION_S,
    TRANSCRIPT_CUT_S,
    TRANSCRIPT_S,
    UtteranceDecoder,
)
from errors import EngineError
from tests.virtual_time import in_virtual_time


@dataclass
class Worker:
    """Stands in for the queue: takes decodes in, and answers when the test says so."""

    has_spare_worker: bool = True
    wanted: list[Decode] = field(default_factory=list)
    discarded: list[Decode] = field(default_factory=list)

    def submit(self, decode: Decode) -> None:
        """Take a decode in."""
        self.wanted.append(decode)

    def hasten(self, decode: Decode, urgency: Urgency) -> None:
        """Make it more urgent."""
        decode.urgency = min(urgency, decode.urgency)

    def discard(self, decode: Decode) -> None:
        """Never answer it."""
        self.discarded.append(decode)
        self.wanted.remove(decode)

    def answer(self, outcome: str | EngineError) -> Decode:
        """Answer the oldest decode and return it."""
        decode = self.wanted.pop(0)
        decode.deliver(outcome)
        return decode


class Learner:
    """Speaks into a decoder, and notes what comes of it."""

    def __init__(self, limit_s: float = 32.0) -> None:
        self.worker = Worker()
        self.interims: list[InterimTranscript] = []
        self.endings = 0
        self.errors: list[EngineError] = []
        audio = UtteranceAudio(b"", limit_s)
        self.decoder = UtteranceDecoder(7, audio, "en", self.worker, self)

    def note_interim(self, interim: InterimTranscript) -> None:
        """Take in a guess."""
        self.interims.append(interim)

    def note_understood(self) -> None:
        """The utterance is final."""
        self.endings += 1

    def note_failure(self, error: EngineError) -> None:
        """The utterance cannot be understood."""
        self.errors.append(error)

    async def speak(self, seconds: float) -> None:
        """Push noise at the pace of speech."""
        frame = np.random.default_rng(1).normal(0, 900, INPUT_RATE // 50).astype("<i2").tobytes()
        for _ in range(round(seconds * 50)):
            await asyncio.sleep(0.02)
            self.decoder.push(frame)

    def seconds_wanted(self) -> list[float]:
        """Return how much audio each decode that waits is about."""
        return [len(decode.pcm) / BYTES_PER_SECOND for decode in self.worker.wanted]


@in_virtual_time
async def test_the_first_guess_comes_early() -> None:
    """A quarter of a second after the beginning there is something to decode."""
    learner = Learner()
    await learner.speak(0.24)
    assert learner.worker.wanted == []
    await learner.speak(0.04)
    assert [decode.urgency for decode in learner.worker.wanted] == [Urgency.INTERIM]


@in_virtual_time
async def test_one_guess_is_made_at_a_time() -> None:
    """While a guess is decoded, or no worker is to spare, no other is wanted."""
    learner = Learner()
    await learner.speak(3.0)
    assert len(learner.worker.wanted) == 1
    learner.worker.answer("one")
    learner.worker.has_spare_worker = False
    await learner.speak(1.0)
    assert learner.worker.wanted == []


@in_virtual_time
async def test_slow_guesses_are_rare() -> None:
    """A guess is followed by a rest of half the time that it took."""
    learner = Learner()
    await learner.speak(0.26)
    await learner.speak(1.0)
    learner.worker.answer("slow")
    await learner.speak(0.46)
    assert learner.worker.wanted == []
    await learner.speak(0.06)
    assert len(learner.worker.wanted) == 1


@in_virtual_time
async def test_a_guess_tells_how_much_of_it_is_new() -> None:
    """Stability is the share of words that stood in the same place before."""
    learner = Learner()
    for text in ("why", "why is the", "why is a sky"):
        await learner.speak(0.4)
        learner.worker.answer(text)
    assert [interim.stability for interim in learner.interims] == [0.0, 1 / 3, 2 / 4]


@in_virtual_time
async def test_noise_makes_no_guess() -> None:
    """Audio without text is not told, and an utterance of it ends without text."""
    learner = Learner()
    await learner.speak(0.4)
    learner.worker.answer("")
    learner.decoder.end()
    learner.worker.answer("")
    assert (learner.interims, learner.endings, learner.decoder.text) == ([], 1, "")


@in_virtual_time
async def test_a_pause_is_used_to_decode() -> None:
    """What was said up to the pause is final at the end of the hold, without another decode."""
    learner = Learner()
    learner.worker.has_spare_worker = False
    await learner.speak(1.0)
    learner.decoder.pause()
    assert learner.seconds_wanted() == [1.0]
    assert learner.worker.answer("that was all").urgency is Urgency.EARLY
    await learner.speak(0.7)
    assert (learner.worker.wanted, learner.endings) == ([], 0)
    learner.decoder.end()
    assert (learner.worker.wanted, learner.endings) == ([], 1)
    assert learner.decoder.text == "that was all"


@in_virtual_time
async def test_the_end_hastens_the_decode_of_the_pause() -> None:
    """A hold shorter than a decode makes the early decode the final one."""
    learner = Learner()
    await learner.speak(0.2)
    learner.decoder.pause()
    learner.decoder.end()
    assert [decode.urgency for decode in learner.worker.wanted] == [Urgency.FINAL]
    learner.worker.answer("yes")
    assert (learner.endings, learner.decoder.text) == (1, "yes")


@in_virtual_time
async def test_a_pause_replaces_a_guess_under_way() -> None:
    """The guess would miss the last words, so it is dropped in favour of all of them."""
    learner = Learner()
    await learner.speak(0.3)
    (guess,) = learner.worker.wanted
    await learner.speak(0.2)
    learner.decoder.pause()
    assert learner.worker.discarded == [guess]
    assert learner.seconds_wanted() == [0.5]


@in_virtual_time
async def test_speaking_on_makes_a_guess_of_the_early_decode() -> None:
    """A learner who hesitates is heard to the end: the end decodes all of it again."""
    learner = Learner()
    await learner.speak(0.2)
    learner.decoder.pause()
    await learner.speak(0.3)
    learner.decoder.resume()
    learner.worker.answer("I think")
    assert [interim.text for interim in learner.interims] == ["I think"]
    learner.worker.has_spare_worker = False
    await learner.speak(0.5)
    learner.decoder.end()
    assert (learner.endings, learner.seconds_wanted()) == (0, [1.0])
    learner.worker.answer("I think so")
    assert (learner.endings, learner.decoder.text) == (1, "I think so")


@in_virtual_time
async def test_pauses_in_a_row_decode_one_at_a_time() -> None:
    """Who stutters holds one worker only: the next early decode waits for the last."""
    learner = Learner()
    await learner.speak(0.2)
    for _ in range(5):
        learner.decoder.pause()
        learner.decoder.resume()
        await learner.speak(0.1)
    learner.decoder.pause()
    assert learner.seconds_wanted() == [0.2]
    learner.worker.answer("I")
    assert learner.seconds_wanted() == [0.7]


@in_virtual_time
async def test_an_end_without_a_pause_decodes_at_once() -> None:
    """A button ends an utterance mid-word; what is decoded for less is dropped."""
    learner = Learner()
    await learner.speak(0.3)
    learner.decoder.end()
    (final,) = learner.worker.wanted
    assert (final.urgency, len(learner.worker.discarded)) == (Urgency.FINAL, 1)
    learner.worker.answer("stop")
    assert (learner.interims, learner.endings) == ([], 1)


@in_virtual_time
async def test_a_long_utterance_is_decoded_in_pieces() -> None:
    """No decode is longer than the longest piece, and the pieces make up all of the audio."""
    learner = Learner()
    learner.worker.has_spare_worker = False
    await learner.speak(25.0)
    learner.decoder.end()
    heard: list[float] = []
    while learner.worker.wanted:
        heard += learner.seconds_wanted()
        learner.worker.answer(f"piece {len(heard)}")
    assert sum(heard) == 25.0
    assert max(heard) <= TRANSCRIPT_S
    assert all(TRANSCRIPT_CUT_S[0] <= seconds <= TRANSCRIPT_CUT_S[1] for seconds in heard[:-1])
    assert learner.decoder.text == " ".join(f"piece {n + 1}" for n in range(len(heard)))
    assert learner.endings == 1


@in_virtual_time
async def test_a_long_transcript_is_begun_while_the_learner_speaks() -> None:
    """After half a minute only the last piece is left to decode."""
    learner = Learner()
    learner.worker.has_spare_worker = False
    await learner.speak(TRANSCRIPT_S)
    learner.worker.has_spare_worker = True
    await learner.speak(0.02)
    assert TRANSCRIPT_CUT_S[0] <= learner.seconds_wanted()[0] <= TRANSCRIPT_CUT_S[1]
    begun = learner.worker.answer("the beginning")
    learner.worker.has_spare_worker = False
    await learner.speak(1.0)
    learner.decoder.end()
    rest = learner.worker.answer("and the rest")
    assert len(begun.pcm) + len(rest.pcm) == round((TRANSCRIPT_S + 1.02) * BYTES_PER_SECOND)
    assert (learner.endings, learner.decoder.text) == (1, "the beginning and the rest")


@in_virtual_time
async def test_guesses_stay_short() -> None:
    """What is older than a few seconds is guessed at once, and stands before the newer guesses."""
    learner = Learner()
    for number in range(40):
        await learner.speak(0.4)
        while learner.worker.wanted:
            assert learner.seconds_wanted()[0] <= TRANSCRIPT_S
            decode = learner.worker.answer(f"{number}")
            assert len(decode.pcm) <= (CAPTION_S + 4.0) * BYTES_PER_SECOND
    last = learner.interims[-1].text.split()
    assert last == sorted(last, key=int)
    assert len(last) >= 4


@in_virtual_time
async def test_the_transcript_of_a_pause_is_the_next_caption() -> None:
    """Who speaks on after a pause is guessed at from there, not again from the beginning."""
    learner = Learner()
    learner.worker.has_spare_worker = False
    await learner.speak(4.0)
    learner.decoder.pause()
    learner.worker.answer("so far")
    learner.decoder.resume()
    learner.worker.has_spare_worker = True
    await learner.speak(0.5)
    assert learner.seconds_wanted()[0] < 1.0
    learner.worker.answer("and on")
    assert [interim.text for interim in learner.interims] == ["so far", "so far and on"]


@in_virtual_time
async def test_a_failure_is_told_once() -> None:
    """A decode that fails ends the matter; nothing else is decoded."""
    learner = Learner()
    await learner.speak(0.2)
    learner.decoder.end()
    learner.worker.answer(EngineError("busy", "Too many."))
    assert ([error.code for error in learner.errors], learner.worker.wanted) == (["busy"], [])
    assert learner.endings == 0


@in_virtual_time
async def test_a_discarded_utterance_wants_nothing() -> None:
    """Its decode is given back."""
    learner = Learner()
    await learner.speak(0.3)
    learner.decoder.discard()
    assert learner.worker.wanted == []


@in_virtual_time
async def test_the_rest_begins_where_speech_ended() -> None:
    """The silence after a pause may hold the beginning of the next utterance; speech may not."""
    paused, cut_off = Learner(), Learner()
    for learner in (paused, cut_off):
        await learner.speak(1.0)
    paused.decoder.pause()
    await paused.speak(0.5)
    for learner in (paused, cut_off):
        learner.decoder.end()
    assert len(paused.decoder.rest()) == BYTES_PER_SECOND // 2
    assert cut_off.decoder.rest() == b""
