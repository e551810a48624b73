"""The recognizer of a session: what it is told to expect."""

import asyncio
import dataclasses
from typing import Any

from engine_api import RecognizerOptions
from engines.scripted import Script, ScriptedRecognizer, ScriptedRecognizerStream, play
from messages import Config
from tests.scenario import lesson
from tests.virtual_time import in_virtual_time


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
    settings: dict[str, Any] = {"alternative_languages": ("de-DE", "fr-FR"), "phrase_hints": ("chlorophyll",)}
    async with lesson(engines, **settings) as learner:
        await learner.be_silent(100)
        learner.send(Config(language="es-ES"))
        await learner.be_silent(100)
        await asyncio.sleep(1)
    expected = RecognizerOptions("en-US", ("de-DE", "fr-FR"), ("chlorophyll",))
    assert recognizer.told == [expected, dataclasses.replace(expected, language="es-ES")]
