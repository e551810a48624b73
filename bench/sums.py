"""Asks our service sums aloud, and checks every number in what it answers.

The questions are synthetic: there are no recordings of people asking sums, so the tutor's own
voice asks them. ``python -m bench.sums`` starts a server of its own; ``--count`` asks fewer.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bench.client import talk_to
from bench.conversation import WELCOME_TIMEOUT_S, server_at
from bench.exchange import Exchange, ask
from bench.figures import table
from bench.intelligibility import synthesize
from bench.speech import find_speech
from messages import Welcome
from tests.spoken_maths import check_answer

SUMS = {
    "What is seven times eight?": "56",
    "What is forty seven plus thirty eight?": "85",
    "What is eighty three minus forty seven?": "36",
    "What is one hundred and twenty divided by four?": "30",
    "What is twenty three times fourteen?": "322",
    "What is twenty percent of fifty?": "10",
    "What is one half plus one third?": "5/6",
    "What is three quarters of sixty?": "45",
    "What is nine squared?": "81",
    "What is three point five times two?": "7",
    "What is two thirds minus one sixth?": "1/2",
    "What is one thousand minus one?": "999",
}
"""Questions and the values of their answers."""

DECLINED = "I can't answer that"


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum, as asked and as answered."""

    question: str
    value: str
    exchange: Exchange

    @property
    def verdict(self) -> str:
        """``right``, ``declined`` (misheard, and admitted) or ``WRONG``."""
        answer = self.exchange.answer
        if answer.startswith(DECLINED):
            return "declined"
        try:
            return "right" if check_answer(answer) == Fraction(self.value) else "WRONG"
        except AssertionError:
            return "WRONG"


def main() -> int:
    """Run the command; 1 where an answer holds a wrong number."""
    parser = argparse.ArgumentParser(prog="python -m bench.sums", description=__doc__)
    parser.add_argument("--url", help="a server that runs already")
    parser.add_argument("--count", type=int, default=len(SUMS), help="how many to ask")
    options = parser.parse_args()
    questions = list(SUMS)[: options.count]
    spoken = asyncio.run(synthesize(questions))
    with server_at(options.url) as url:
        sums = asyncio.run(talk(questions, spoken, url))
    print(render(sums))
    return 1 if any(each.verdict == "WRONG" for each in sums) else 0


async def talk(questions: Sequence[str], spoken: Sequence[bytes], url: str) -> list[Sum]:
    """Ask each question in a session of its own, and hear the answer out."""
    sums = []
    for question, pcm in zip(questions, spoken, strict=True):
        recording = await find_speech(pcm)
        async with talk_to(url) as client:
            await client.log.expect(Welcome, timeout_s=WELCOME_TIMEOUT_S)
            sums.append(Sum(question, SUMS[question], await ask(client, recording)))
        print(f"{question} {sums[-1].exchange.answer}", flush=True)
    return sums


def render(sums: Sequence[Sum]) -> str:
    """Return the report."""
    rows = [(each.question, each.exchange.heard, each.verdict) for each in sums]
    right = sum(each.verdict == "right" for each in sums)
    lines = table(("asked by a synthetic voice", "heard", "answer"), rows, texts=3)
    return f"\n{lines}\n\n{right} of {len(sums)} right"


if __name__ == "__main__":
    sys.exit(main())
