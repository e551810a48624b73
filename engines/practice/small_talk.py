"""Greets, thanks, and tells what the practice tutor is and can do."""

from collections.abc import Sequence

from engines.practice.intents import Intent, find_intent
from engines.practice.skill import Turn

_ABILITIES = (
    "I can work out sums, such as two thirds plus one sixth, or fifteen percent of eighty. "
    "I can quiz you on the times tables. I can explain topics such as {topics}. "
    "Ask why, ask for an example, or say: quiz me."
)
_REPLIES = {
    Intent.HELLO: (
        "Hello, I am your practice tutor. Give me a sum, or ask me about {topic}.",
        "Hello. Shall we practise? Say: quiz me on the seven times table, or ask about {topic}.",
    ),
    Intent.GOODBYE: ("Goodbye. Come back soon.", "Goodbye. It was nice practising with you."),
    Intent.THANKS: ("You're welcome.", "You're welcome. What else would you like to know?"),
    Intent.HOW_ARE_YOU: (
        "I am a program, so I am always the same. What would you like to practise?",
    ),
    Intent.IDENTITY: (
        "I am the practice tutor, a small program that works offline. "
        "I know sums, times tables and some short lessons. "
        "With a Gemini key there is a tutor who knows more.",
    ),
    Intent.LANGUAGE: ("I speak only English. Add a Gemini key for other languages.",),
    Intent.ABILITIES: (_ABILITIES,),
    Intent.UNSURE: (f"No problem. {_ABILITIES}",),
    Intent.TOPICS: ("I have lessons on {all_topics}.",),
    Intent.STOP: ("All right.", "Okay, I'll be quiet."),
    Intent.YES: ("Good. What would you like to know?",),
    Intent.NO: ("All right. What would you like instead?",),
    Intent.SKIP: ("All right. What would you like next?",),
    Intent.SCORE: ("We are not in a quiz. Say: quiz me on the seven times table.",),
}


class SmallTalk:
    """Answers what is not about a subject.

    Args:
        topics: Titles of the lessons there are.
    """

    def __init__(self, topics: Sequence[str]):
        self._topics = tuple(topics)

    def reply(self, turn: Turn) -> str | None:
        """Answer a greeting, a thank-you, or a question about the tutor itself."""
        intent = find_intent(turn.text)
        if intent not in _REPLIES:
            return None
        return turn.vary(*_REPLIES[intent]).format(
            topic=turn.vary(*self._topics),
            topics=" and ".join(suggest(turn, self._topics)),
            all_topics=f"{', '.join(self._topics[:-1])} and {self._topics[-1]}",
        )


def suggest(turn: Turn, topics: Sequence[str]) -> tuple[str, str]:
    """Return two different topics, other ones in another turn."""
    first = turn.vary(*topics)
    return first, topics[(topics.index(first) + len(topics) // 2) % len(topics)]
