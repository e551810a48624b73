"""Talks to our service on its embedded engines with recorded speech of people, and reports.

``python -m bench.conversation`` starts a server of its own and speaks each recording of
``tests/recordings`` to it in real time, in a session of its own; names choose some of them.
``--out FOLDER`` keeps the answers.
"""

import argparse
import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.client import talk_to
from bench.exchange import Exchange, ask
from bench.figures import percentile, spread, table
from bench.intelligibility import ears, understand
from bench.process import serve
from bench.speech import Recording, find_speech
from bench.wave_files import write_speech
from messages import Welcome
from tests.recordings import Recording as Clip
from tests.recordings import load_recording, load_recordings
from tests.word_errors import word_error_rate

WELCOME_TIMEOUT_S = 10.0


@dataclass(slots=True)
class Result:
    """One recording and what came of it."""

    clip: Clip
    recording: Recording
    exchange: Exchange
    understood: str = ""
    """The answer, as the embedded ears understand it."""

    @property
    def errors(self) -> float:
        """Word error rate of the question as recognised."""
        return word_error_rate([self.clip.reference], [self.exchange.heard])


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m bench.conversation", description=__doc__)
    parser.add_argument("names", nargs="*", help="recordings; all by default")
    parser.add_argument("--url", help="a server that runs already")
    parser.add_argument("--out", type=Path, help="a folder for the answers")
    options = parser.parse_args()
    clips = [load_recording(name) for name in options.names] or load_recordings()
    load_before = os.getloadavg()[0]
    with server_at(options.url) as url:
        results = asyncio.run(talk(clips, url))
    asyncio.run(listen(results))  # only now, for it would slow the server down
    if options.out is not None:
        save(results, options.out)
    print(render(results))
    print(f"load of the machine before: {load_before:.1f} on {os.cpu_count()} cores")


@contextmanager
def server_at(url: str | None) -> Iterator[str]:
    """Give the URL of a server: the one named, or one that runs until the block ends."""
    if url is not None:
        yield url
        return
    with serve("embedded") as server:
        yield server.url


async def talk(clips: Sequence[Clip], url: str) -> list[Result]:
    """Say each clip in a session of its own, and hear the answer out."""
    results = []
    for clip in clips:
        recording = await find_speech(clip.pcm)
        async with talk_to(url) as client:
            await client.log.expect(Welcome, timeout_s=WELCOME_TIMEOUT_S)
            exchange = await ask(client, recording)
        results.append(Result(clip, recording, exchange))
        print(f"{clip.name}: {exchange.heard}", flush=True)
    return results


async def listen(results: Sequence[Result]) -> None:
    """Let the embedded ears hear the answers."""
    async with ears() as recognizer:
        for result in results:
            result.understood = await understand(recognizer, result.exchange.spoken_pieces)


def save(results: Sequence[Result], folder: Path) -> None:
    """Write the answers as WAV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for result in results:
        if result.exchange.reply is not None:
            write_speech(folder / f"{result.clip.name}.wav", bytes(result.exchange.reply.pcm))


def render(results: Sequence[Result]) -> str:
    """Return the report: a line a recording, and the figures of all together."""
    head = ("recording", "s", "WER", "first interim", "lag p50", "response", "stt", "tts", "again")
    return "\n".join(["", table(head, [_row(result) for result in results]), "", *_sum_up(results)])


def _row(result: Result) -> tuple[str, ...]:
    exchange = result.exchange
    stages = exchange.metrics
    lags = exchange.interim_lags(result.recording)
    return (
        result.clip.name,
        f"{result.recording.seconds:.1f}",
        f"{result.errors:.2f}",
        _ms(exchange.first_interim_s),
        _ms(percentile(lags, 50) if lags else None),
        _ms(exchange.response_s),
        _whole(stages.stt_ms if stages else None),
        _whole(stages.tts_ms if stages else None),
        f"{word_error_rate([exchange.answer], [result.understood]):.2f}",
    )


def _sum_up(results: Sequence[Result]) -> list[str]:
    exchanges = [result.exchange for result in results]
    firsts = [exchange.first_interim_s for exchange in exchanges]
    lags = [lag for r in results for lag in r.exchange.interim_lags(r.recording)]
    stages = [exchange.metrics for exchange in exchanges if exchange.metrics]
    wer = word_error_rate([r.clip.reference for r in results], [e.heard for e in exchanges])
    again = word_error_rate([e.answer for e in exchanges], [r.understood for r in results])
    return [
        "times in ms, p50 / p95 / p99",
        f"word error rate of what was heard: {wer:.3f}",
        f"beginning of speech to first interim: {_spread_ms(firsts)}",
        f"word said to word shown in an interim: {_spread_ms(lags)}",
        f"end of speech to first audio: {_spread_ms([e.response_s for e in exchanges])}",
        f"end of turn to final transcript: {spread(_known([s.stt_ms for s in stages]), 0)}",
        f"first sentence to first audio: {spread(_known([s.tts_ms for s in stages]), 0)}",
        f"word error rate of the answers, heard again: {again:.3f}",
    ]


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _spread_ms(seconds: Sequence[float | None]) -> str:
    return spread([1_000 * value for value in _known(seconds)], 0)


def _ms(seconds: float | None) -> str:
    return _whole(None if seconds is None else 1_000 * seconds)


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


if __name__ == "__main__":
    main()
