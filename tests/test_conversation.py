"""Whole conversations in virtual time: turns, barge-in, failures, and what the history keeps."""

import asyncio
import dataclasses

import pytest

from engine_api import RecognizerOptions, Remark
from engines.scripted import (
    Script,
    ScriptedRecognizer,
    ScriptedRecognizerStream,
    play,
    reply_number,
)
from errors import EngineError
from listening.utterances import HearingFailed
from messages import (
    AudioChunk,
    AudioComplete,
    AudioFrame,
    BargeIn,
    Config,
    Error,
    Image,
    Interrupted,
    SpeechEnd,
    SpeechStart,
    State,
    TextMessage,
    TranscriptFinal,
    TranscriptInterim,
    TurnMetrics,
    TutorText,
)
from session_state import Phase
from tests.scenario import QUIET, Learner, lesson
from tests.virtual_time import in_virtual_time

QUICK = Script(
    utterances=("What is a verb?", "And a noun?", "Thank you"),
    replies=("Reply 1 is short.", "Reply 2 is short.", "Reply 3 is short."),
)


async def ask(learner: Learner, ms: int = 1_000) -> None:
    """Say something and fall silent for as long as the tutor waits."""
    await learner.speak(ms)
    await learner.be_silent(900)


@in_virtual_time
async def test_a_spoken_question_is_answered_in_speech() -> None:
    """Interims while it is spoken, a final, text and audio of the reply, and back to listening."""
    async with lesson(play(QUICK)) as learner:
        await ask(learner)
        await learner.wait_for(TurnMetrics)
        assert learner.all(TranscriptInterim)[0].text == "What"
        assert learner.all(TranscriptFinal)[0].text == "What is a verb?"
        assert learner.text(1) == "Reply 1 is short."
        samples = sum(len(chunk.pcm) // 2 for chunk in learner.all(AudioChunk))
        assert learner.all(AudioComplete) == [AudioComplete(1, samples)]
        assert learner.phases() == ["hearing", "thinking", "speaking", "listening"]


@in_virtual_time
async def test_chunks_are_whole_and_in_step() -> None:
    """4,800 samples each, the last may be shorter, each begins where the one before ended."""
    async with lesson(play(Script())) as learner:
        await ask(learner)
        await learner.wait_for(AudioComplete)
        chunks = learner.all(AudioChunk)
        lengths = [len(chunk.pcm) // 2 for chunk in chunks]
        assert set(lengths[1:-1]) == {4_800}
        starts = [sum(lengths[:number]) for number in range(len(chunks))]
        assert [chunk.first_sample for chunk in chunks] == starts


@in_virtual_time
async def test_text_names_the_sample_at_which_its_voice_begins() -> None:
    """The second sentence begins where the first one's audio ended."""
    script = Script(replies=("Reply 1 has four words. Then come five more words.",))
    async with lesson(play(script)) as learner:
        await ask(learner)
        await learner.wait_for(AudioComplete)
        texts = learner.all(TutorText)
        assert [text.first_sample for text in texts] == [0, 5 * 300 * 24]


@in_virtual_time
async def test_the_server_never_runs_further_ahead_than_the_lead() -> None:
    """Audio sent and not yet played stays within two seconds."""
    async with lesson(play(Script())) as learner:
        await ask(learner)
        turn = learner.session.turn
        while turn is None or turn.queued_samples < 5 * 24_000:
            await asyncio.sleep(0.01)
            turn = learner.session.turn
            if turn is not None and turn.played_samples is not None:
                assert turn.queued_samples - turn.played_samples <= 2 * 24_000


@in_virtual_time
async def test_a_client_that_reports_no_playback_is_paced_by_the_clock() -> None:
    """The turn of a silent client ends when its audio has had time to sound."""
    async with lesson(play(QUICK), plays=False) as learner:
        await ask(learner)
        await learner.wait_for(TurnMetrics)
        spoken_s = learner.all(AudioComplete)[0].total_samples / 24_000
        first = next(at for at, m in learner.received if isinstance(m, AudioChunk))
        end = next(at for at, m in learner.received if isinstance(m, TurnMetrics))
        assert end - first == pytest.approx(spoken_s, abs=0.05)


@in_virtual_time
async def test_the_end_of_a_turn_costs_the_same_before_and_after_the_final_transcript() -> None:
    """SPEECH_END may come before or after the final; only the later of the two counts."""
    async with lesson(play(QUICK), silence_timeout_ms=5_000) as learner:
        await learner.speak(1_000)
        learner.send(SpeechEnd())  # the final is 150 ms away
        metrics = await learner.wait_for(TurnMetrics)
        assert metrics.stt_ms == pytest.approx(150, abs=1)
        await learner.speak(1_000)
        await learner.be_silent(600)  # the final came during the silence
        learner.send(SpeechEnd())
        metrics = await learner.wait_for(TurnMetrics, 2)
        assert metrics.stt_ms == pytest.approx(0, abs=1)


@in_virtual_time
async def test_barge_in_stops_the_reply_and_the_next_turn_goes_on() -> None:
    """BARGE_IN ends the generation; the history keeps what was played; the learner asks again."""
    async with lesson(play(Script())) as learner:
        await ask(learner)
        await learner.wait_for(AudioChunk, 3)
        learner.send(BargeIn(1, 4_800))
        interrupted = await learner.wait_for(Interrupted)
        assert interrupted.generation_id == 1
        assert learner.session.phase is Phase.LISTENING
        assert learner.session.history[-1].interrupted
        await ask(learner)
        await learner.wait_for(AudioComplete)
        assert reply_number(learner.text(learner.session.generation_id)) == 2


@in_virtual_time
async def test_a_stale_barge_in_hits_nothing() -> None:
    """A BARGE_IN for an older generation leaves the present reply alone."""
    async with lesson(play(QUICK)) as learner:
        await ask(learner)
        await learner.wait_for(AudioChunk)
        learner.send(BargeIn(99, 0))
        await learner.wait_for(TurnMetrics)
        assert learner.all(Interrupted) == []


@in_virtual_time
async def test_speech_start_while_the_tutor_speaks_is_a_barge_in() -> None:
    """The client's own detector may interrupt."""
    async with lesson(play(Script())) as learner:
        await ask(learner)
        await learner.wait_for(AudioChunk, 3)
        learner.send(SpeechStart())
        assert (await learner.wait_for(Interrupted)).generation_id == 1


@in_virtual_time
async def test_speech_over_the_tutor_ducks_first_and_then_interrupts() -> None:
    """Maybe comes after about 100 ms; the sixth window of speech confirms."""
    async with lesson(play(Script())) as learner:
        await ask(learner)
        await learner.wait_for(AudioChunk, 3)
        await learner.speak(400)
        order = [
            getattr(m, "barge_in", None) or type(m).__name__
            for _, m in learner.received
            if isinstance(m, Interrupted) or getattr(m, "barge_in", None)
        ]
        assert order == ["maybe", "Interrupted"]
        await learner.be_silent(900)
        final = await learner.wait_for(TranscriptFinal, 2)
        assert final.text == "This is utterance number 2"


@in_virtual_time
async def test_a_cough_over_the_tutor_is_rejected() -> None:
    """A short noise ducks the tutor and lets it come back; the reply goes on."""
    async with lesson(play(dataclasses.replace(Script(), utterances=("Hi", "")))) as learner:
        await ask(learner)
        await learner.wait_for(AudioChunk, 3)
        await learner.speak(140)
        await learner.be_silent(1_500)
        ducking = [state.barge_in for state in learner.all(State) if state.barge_in]
        assert ducking == ["maybe", "rejected"]
        await learner.wait_for(TurnMetrics)
        assert learner.all(Interrupted) == []
        assert len(learner.all(TranscriptFinal)) == 1


@in_virtual_time
async def test_tap_mode_lets_only_the_client_interrupt() -> None:
    """Speech over the tutor is not listened to."""
    async with lesson(play(Script())) as learner:
        learner.send(Config(barge_in="tap"))
        await ask(learner)
        await learner.wait_for(AudioChunk, 3)
        await learner.speak(800)
        assert learner.all(Interrupted) == []
        learner.send(BargeIn())
        await learner.wait_for(Interrupted)


@in_virtual_time
async def test_who_goes_on_speaking_before_the_answer_has_asked_one_question() -> None:
    """A pause in mid-question costs nothing but time."""
    script = dataclasses.replace(QUICK, utterances=("What is", "a verb?"), first_word_ms=2_000)
    async with lesson(play(script)) as learner:
        await ask(learner)
        await learner.wait_for_phase("thinking")
        await ask(learner)
        await learner.wait_for(TurnMetrics)
        assert learner.session.history[0] == Remark("learner", "What is a verb?")


@in_virtual_time
async def test_who_goes_on_speaking_before_the_final_transcript_is_not_talked_over() -> None:
    """The tutor waits for the second utterance and answers both as one."""
    script = dataclasses.replace(QUICK, utterances=("What is", "a verb?"), final_ms=2_000)
    async with lesson(play(script)) as learner:
        await ask(learner, 600)
        await ask(learner, 2_000)
        await learner.wait_for(TurnMetrics)
        assert [final.text for final in learner.all(TranscriptFinal)] == ["What is", "a verb?"]
        assert learner.session.history[0] == Remark("learner", "What is a verb?")
        assert learner.phases() == ["hearing", "thinking", "speaking", "listening"]


@in_virtual_time
async def test_a_noise_while_the_tutor_thinks_does_not_cost_the_answer() -> None:
    """An utterance without words asks the broken-off question again."""
    script = dataclasses.replace(QUICK, utterances=("What is a verb?", ""), first_word_ms=2_000)
    async with lesson(play(script)) as learner:
        await ask(learner)
        await learner.wait_for_phase("thinking")
        await ask(learner, 200)
        await learner.wait_for(TurnMetrics)
        assert learner.session.history[0] == Remark("learner", "What is a verb?")
        assert learner.session.history[1].speaker == "tutor"


@in_virtual_time
async def test_a_client_that_stops_sending_ends_its_utterance() -> None:
    """No frame for the length of the silence timeout is silence."""
    async with lesson(play(QUICK)) as learner:
        await learner.speak(1_000)
        await learner.wait_for(TurnMetrics)
        assert learner.all(TranscriptFinal)[0].text == "What is a verb?"


@in_virtual_time
async def test_the_silence_timeout_is_the_learners_to_choose() -> None:
    """CONFIG changes it within the session, and the turn waits for it."""
    async with lesson(play(QUICK)) as learner:
        learner.send(Config(silence_timeout_ms=2_000))
        await learner.speak(1_000)
        await learner.be_silent(2_200)
        metrics = await learner.wait_for(TurnMetrics)
        assert metrics.endpointing_ms == pytest.approx(2_000, abs=40)


@in_virtual_time
async def test_a_typed_question_is_answered_too_and_interrupts() -> None:
    """TEXT_MESSAGE takes the turn at once."""
    async with lesson(play(Script())) as learner:
        learner.send(TextMessage("What is a verb?"))
        await learner.wait_for(AudioChunk, 3)
        learner.send(TextMessage("And a noun?"))
        await learner.wait_for(AudioComplete)
        assert len(learner.all(Interrupted)) == 1
        texts = [r.text for r in learner.session.history if r.speaker == "learner"]
        assert texts == ["What is a verb?", "And a noun?"]


@in_virtual_time
async def test_noise_alone_is_not_answered() -> None:
    """An utterance without words leaves the tutor silent."""
    async with lesson(play(Script(utterances=("",)))) as learner:
        await ask(learner)
        await learner.be_silent(1_000)
        assert learner.all(AudioChunk) == []
        assert learner.phases() == ["hearing", "listening"]


@in_virtual_time
async def test_three_utterances_before_the_first_transcript_are_one_question() -> None:
    """No word of a hasty learner is lost, and nobody answers into it."""
    script = dataclasses.replace(QUICK, utterances=("What", "is", "a verb?"), final_ms=3_000)
    async with lesson(play(script)) as learner:
        await ask(learner, 300)
        await ask(learner, 300)
        await ask(learner, 300)
        await learner.wait_for(TurnMetrics)
        assert learner.session.history[0] == Remark("learner", "What is a verb?")
        assert learner.all(Interrupted) == []


@in_virtual_time
async def test_typing_while_speaking_asks_both_as_one() -> None:
    """The utterance ends, and the microphone may interrupt the answer afterwards."""
    async with lesson(play(Script(utterances=("What is", "Stop")))) as learner:
        await learner.speak(600)
        learner.send(TextMessage("a verb?"))
        await learner.wait_for(AudioChunk, 3)
        assert learner.session.history[0] == Remark("learner", "What is a verb?")
        await learner.be_silent(200)
        await learner.speak(600)
        assert len(learner.all(Interrupted)) == 1


@in_virtual_time
async def test_endless_speech_loses_no_word_at_its_bound() -> None:
    """The longest utterance ends, the next begins at once, and the answer waits for both."""
    script = dataclasses.replace(QUICK, utterances=("What is", "a verb?"))
    async with lesson(play(script), max_utterance_ms=2_000) as learner:
        await learner.speak(3_000)
        await learner.be_silent(1_000)
        await learner.wait_for(TurnMetrics)
        assert learner.session.history[0] == Remark("learner", "What is a verb?")


@in_virtual_time
async def test_a_change_of_language_waits_for_the_end_of_the_utterance() -> None:
    """What is being said is heard to its end; the next utterance in the new language."""
    async with lesson(play(QUICK)) as learner:
        await learner.speak(500)
        learner.send(Config(language="es-ES"))
        await ask(learner, 500)
        first = await learner.wait_for(TranscriptFinal)
        await learner.wait_for(TurnMetrics)
        await ask(learner)
        second = await learner.wait_for(TranscriptFinal, 2)
        assert (first.text, first.language) == ("What is a verb?", "en-US")
        assert second.language == "es-ES"


@in_virtual_time
async def test_a_picture_stays_with_the_question_that_is_asked_again() -> None:
    """Who goes on speaking still talks about the picture."""
    script = dataclasses.replace(QUICK, utterances=("What is", "on it?"), first_word_ms=2_000)
    async with lesson(play(script)) as learner:
        learner.send(Image(b"\xff\xd8\xff picture"))
        await ask(learner)
        await learner.wait_for_phase("thinking")
        await ask(learner)
        await learner.wait_for_phase("speaking")
        turn = learner.session.turn
        assert turn is not None
        assert len(turn.question.pictures) == 1


@in_virtual_time
async def test_a_question_never_grows_beyond_the_longest_message() -> None:
    """However often it is broken off and gone on with."""
    async with lesson(play(dataclasses.replace(QUICK, first_word_ms=2_000))) as learner:
        for _ in range(4):
            learner.send(TextMessage("x" * 3_000))
            await asyncio.sleep(0.1)
            learner.send(SpeechStart())
            learner.send(SpeechEnd())
            await asyncio.sleep(0.5)
        assert max(len(remark.text) for remark in learner.session.history) <= 4_000


@in_virtual_time
async def test_a_typed_question_has_no_times_of_speech() -> None:
    """Only stages that happened are measured."""
    async with lesson(play(QUICK)) as learner:
        learner.send(TextMessage("What is a verb?"))
        metrics = await learner.wait_for(TurnMetrics)
        assert (metrics.endpointing_ms, metrics.stt_ms, metrics.total_ms) == (None, None, None)
        assert metrics.llm_ms is not None


@in_virtual_time
async def test_an_apology_is_not_taken_for_the_learners_words() -> None:
    """Who speaks into it asks a question of their own."""
    async with lesson(play(QUICK)) as learner:
        learner.session.heard.put_nowait(HearingFailed(EngineError("stt_failed", "Broken.")))
        await learner.wait_for_phase("thinking")
        await ask(learner)
        await learner.wait_for(TurnMetrics)
        questions = [r.text for r in learner.session.history if r.speaker == "learner"]
        assert questions == ["What is a verb?"]


class CountingRecognizer(ScriptedRecognizer):
    """Counts the frames it gets to hear."""

    frames = 0

    def open(self, options: RecognizerOptions) -> ScriptedRecognizerStream:
        """Return a stream that counts."""
        stream = super().open(options)
        hear = stream.push

        def push(pcm: bytes | memoryview) -> None:
            self.frames += 1
            hear(pcm)

        stream.push = push  # type: ignore[method-assign]  # only this one counts
        return stream


@in_virtual_time
async def test_a_flood_drops_the_oldest_frames_and_counts_each() -> None:
    """At ten times real time the queue stays bounded and every frame was heard or counted."""
    recognizer = CountingRecognizer(Script())
    engines = dataclasses.replace(play(Script()), recognizer=recognizer)
    async with lesson(engines) as learner:
        for _ in range(5_000):
            learner.send(AudioFrame(QUIET))
            await asyncio.sleep(0.002)
            assert len(learner.session.audio_queue) <= 100
        dropped, waiting = learner.session.dropped_frames, len(learner.session.audio_queue)
        assert recognizer.frames + dropped + waiting == 5_000
        assert recognizer.frames == pytest.approx((4 + 10 * 2) * 50, abs=2)


@in_virtual_time
async def test_errors_are_reported_once_each() -> None:
    """A healthy conversation reports none."""
    async with lesson(play(QUICK)) as learner:
        await ask(learner)
        await learner.wait_for(TurnMetrics)
        assert learner.all(Error) == []
