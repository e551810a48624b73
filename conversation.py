"""The conversation on one screen: what was heard becomes a turn, and a turn becomes a reply.

``hear()`` lives as long as the session; ``think()`` and ``speak()`` live as long as one reply.
This is the only place that starts them.
"""

import asyncio

from engine_api import Engines
from errors import EngineError
from gemini_client import recite, think
from listening.utterances import HeardEvent, HearingFailed, LearnerSpoke
from session_state import SessionState
from stt_stream import hear
from text.apologies import apologise
from tts_stream import speak
from turn import Turn, TurnTimes

MAX_UNFINISHED_REPLIES = 8
"""Interrupted replies whose engines have not let go yet; beyond it the learner has to wait."""


async def converse(session: SessionState, engines: Engines) -> None:
    """Answer whatever is heard, for as long as the session lasts."""
    async with asyncio.TaskGroup() as tasks:
        session.stt_task = tasks.create_task(hear(session, engines), name="hear")
        try:
            await answer_turns(session, engines, tasks)
        finally:
            session.close()


async def answer_turns(session: SessionState, engines: Engines, tasks: asyncio.TaskGroup) -> None:
    """Begin a reply to each turn of the learner, in a task that nobody waits for."""
    replies: set[asyncio.Task[None]] = set()
    while True:
        heard = await session.heard.get()
        if not deserves_reply(session, heard):
            session.stop_hearing()
            continue
        session.interrupt()
        if len(replies) >= MAX_UNFINISHED_REPLIES:
            session.report(engines_stuck())
            session.stop_hearing()
            continue
        turn = session.begin_turn(*question_of(heard))
        reply = tasks.create_task(
            answer(session, turn, engines, apology_for(session, heard)),
            name=f"answer-{turn.generation_id}",
        )
        session.reply_task = reply
        replies.add(reply)
        reply.add_done_callback(replies.discard)


async def answer(
    session: SessionState, turn: Turn, engines: Engines, apology: str | None = None
) -> None:
    """Write and speak one reply, and finish the turn once it has been heard.

    Args:
        session: The session it belongs to.
        turn: The turn to reply to.
        engines: The engines that write and speak.
        apology: What to say in place of the tutor's answer, where something failed.
    """
    generation = turn.generation_id
    thinking = recite(turn, apology) if apology else think(session, turn, engines.tutor)
    try:
        async with asyncio.TaskGroup() as stages:
            session.llm_task = stages.create_task(thinking, name=f"think-{generation}")
            session.tts_task = stages.create_task(
                speak(session, turn, engines.voice), name=f"speak-{generation}"
            )
    except asyncio.CancelledError as cancelled:
        # The group and the exception hold each other: a cycle at each barge-in, which only a
        # full collection would free.
        del stages
        raise cancelled.with_traceback(None) from None
    session.finish_turn(turn)


def deserves_reply(session: SessionState, heard: HeardEvent) -> bool:
    """Return whether there is anything to answer: words, a failure, or a question left open."""
    match heard:
        case LearnerSpoke(text=""):
            return session.has_open_question
        case _:
            return True


def question_of(heard: HeardEvent) -> tuple[str, TurnTimes]:
    """Return the text to answer and the times of its utterance."""
    return (heard.text, heard.times) if isinstance(heard, LearnerSpoke) else ("", TurnTimes())


def apology_for(session: SessionState, heard: HeardEvent) -> str | None:
    """Return what to say where hearing failed, ``None`` where it did not."""
    if isinstance(heard, HearingFailed):
        return apologise(heard.error.code, session.language)
    return None


def engines_stuck() -> EngineError:
    """Return the error of a session whose engines do not let go of what was interrupted."""
    return EngineError(
        "busy",
        "The engines are still busy with what was interrupted.",
        "Wait a moment and ask again.",
        retryable=True,
    )
