"""Thinking: one turn's question becomes text deltas, and those become sentences."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from engine_api import Tutor
from errors import EngineError
from session_state import SessionState
from text.apologies import apologise
from text.sentences import SentenceSplitter
from turn import Turn
from watchdog import Patience, watch


async def think(session: SessionState, turn: Turn, tutor: Tutor) -> None:
    """Write the reply to a turn, sentence by sentence. A failure ends in an apology."""
    language = turn.question.language
    try:
        async with aclosing(write(session, turn, tutor)) as sentences:
            async for sentence in sentences:
                await turn.put_sentence(sentence)
    except EngineError as error:
        session.report_in(turn, error)
        await turn.put_sentence(apologise(error.code, language))
    if turn.times.first_sentence is None:
        await turn.put_sentence(apologise("empty", language))
    await turn.put_sentence(None)


async def recite(turn: Turn, sentence: str) -> None:
    """Let the reply be one sentence that no tutor needs to write."""
    await turn.put_sentence(sentence)
    await turn.put_sentence(None)


async def write(session: SessionState, turn: Turn, tutor: Tutor) -> AsyncGenerator[str, None]:
    """Yield the sentences of the tutor's answer, each as soon as it has ended.

    Raises:
        EngineError: The tutor failed or stalled; what it wrote before has been yielded.
    """
    splitter = SentenceSplitter()
    patience = Patience(session.settings.tutor_timeout_s)
    answer = watch(tutor.answer(turn.question), stage="tutor", patience=patience)
    async with aclosing(answer) as deltas:
        async for delta in deltas:
            for sentence in splitter.feed(delta):
                yield sentence
    for sentence in splitter.flush():
        yield sentence
