"""The recognizer of a session: what it is told to expect."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

from engine_api import RecognizerEvent, RecognizerOptions
from engines.scripted import Script, ScriptedRecognizer, ScriptedRecognizerStream, play
from errors import EngineError
from messages import Config, Error, TranscriptFinal, TurnMetrics
from tests.scenario import lesson
from tests.virtual_time import in_virtual_time
from text.apologies import ENGLISH


class CuriousRecognizer(ScriptedRecognizer):
    """Remembers what each stream was told to expect."""

    def __init__(self) -> None:
        super().__init__(Script())
        self.told: list[RecognizerOptions] = []

    def open(self, options: RecognizerOptions) -> ScriptedRecognizerStream:
        """Return a stream."""
        self.told.append(options)
        return super().open(options)


@in_virtual_time
async def test_a_recognizer_is_told_what_the_settings_expect() -> None:
    """Other languages and phrases go with every stream, and the language is the session's."""
    recognizer = CuriousRecognizer()
    engines = dataclasses.replace(play(Script()), recognizer=recognizer)
    expecting: dict[str, Any] = {
        "alternative_languages": ("de-DE", "fr-FR"),
        "phrase_hints": ("chlorophyll",),
    }
    async with lesson(engines, **expecting) as learner:
        await learner.be_silent(100)
        learner.send(Config(language="es-ES"))
        await learner.be_silent(100)
        await asyncio.sleep(1)
    expected = RecognizerOptions("en-US", ("de-DE", "fr-FR"), ("chlorophyll",))
    assert recognizer.told == [expected, dataclasses.replace(expected, language="es-ES")]


class SlowToClose(ScriptedRecognizerStream):
    """Ears whose events have ended for a while when they are closed at last."""

    async def aclose(self) -> None:
        """End the events at once, and take a moment more."""
        await super().aclose()
        await asyncio.sleep(0.1)


class SlowRecognizer(ScriptedRecognizer):
    """Opens ears that are slow to close."""

    def open(self, options: RecognizerOptions) -> ScriptedRecognizerStream:
        """Return a stream."""
        return SlowToClose(self.script, options.language)


@in_virtual_time
async def test_ears_that_are_slow_to_close_leave_the_next_alone() -> None:
    """A new language is no failure: the stream opened for it hears what is said next."""
    recognizer = SlowRecognizer(Script(utterances=("Hola",)))
    async with lesson(dataclasses.replace(play(Script()), recognizer=recognizer)) as learner:
        await learner.be_silent(100)
        learner.send(Config(language="es-ES"))
        await learner.be_silent(500)
        await learner.speak(600)
        await learner.be_silent(1_200)
        final = await learner.wait_for(TranscriptFinal)
        assert (final.text, final.language) == ("Hola", "es-ES")
        assert not learner.all(Error)


class RefusingStream(ScriptedRecognizerStream):
    """Is refused as soon as somebody has spoken."""

    async def events(self) -> AsyncIterator[RecognizerEvent]:
        """Fail instead of telling the first thing."""
        async for event in super().events():
            raise EngineError("stt_quota", "Too many learners.", retryable=True)
            yield event


class RefusingRecognizer(ScriptedRecognizer):
    """Opens at once, and is refused when it counts."""

    def open(self, options: RecognizerOptions) -> ScriptedRecognizerStream:
        """Return a stream."""
        return RefusingStream(self.script, options.language)


@in_virtual_time
async def test_each_of_many_questions_that_are_refused_is_answered() -> None:
    """However often it happens, the learner is told each time, and never has to wait longer."""
    refusing = dataclasses.replace(play(Script()), recognizer=RefusingRecognizer(Script()))
    async with lesson(refusing) as learner:
        for number in range(1, 9):
            await learner.speak(600)
            await learner.be_silent(1_200)
            await learner.wait_for(TurnMetrics, number)
        assert [error.code for error in learner.all(Error)] == 8 * ["stt_quota"]


class NoRecognizer(ScriptedRecognizer):
    """Cannot be opened."""

    def open(self, _: RecognizerOptions) -> ScriptedRecognizerStream:
        """Refuse."""
        raise EngineError("stt_failed", "No room.", retryable=True)


@in_virtual_time
async def test_who_speaks_while_there_is_no_recognizer_gets_an_apology() -> None:
    """The tutor says that it could not hear, and does not leave the learner waiting."""
    deaf = dataclasses.replace(play(Script()), recognizer=NoRecognizer(Script()))
    async with lesson(deaf) as learner:
        await learner.be_silent(5_000)
        await learner.speak(600)
        await learner.be_silent(1_200)
        await learner.wait_for(TurnMetrics)
        assert learner.text(1) == ENGLISH["stt"]
