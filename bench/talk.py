"""Talks to a running server: says a recording at real pace and shows and saves the answer.

``python -m bench.talk question.wav`` needs a server, for example from ``make run``.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from websockets.exceptions import InvalidHandshake, InvalidURI

from bench.client import TalkClient, talk_to
from bench.exchange import BargedIn, Exchange, NoAnswer, ask
from bench.message_log import HungUp, Received
from bench.speech import Recording, load_recording
from bench.wave_files import BadRecording, write_speech
from errors import EngineError
from messages import (
    Error,
    ServerMessage,
    TranscriptFinal,
    TranscriptInterim,
    TurnMetrics,
    TutorText,
    Welcome,
)

WELCOME_TIMEOUT_S = 10.0


class NotSaved(Exception):
    """The answer was heard but cannot be kept; the text says why."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 after an answer; 1 where there was none or the server reported an error.
    """
    options = _parse(arguments)
    try:
        exchange = asyncio.run(_run(options))
    except NotSaved as error:
        return _fail(f"the answer cannot be saved as {options.out}: {error}")
    except ConnectionRefusedError:
        return _fail(f"nobody answers at {options.url}; start the server with: make run")
    except (OSError, InvalidHandshake, InvalidURI) as error:
        return _fail(f"cannot connect to {options.url}: {error}")
    except (BadRecording, NoAnswer, HungUp, EngineError) as error:
        return _fail(str(error))
    return 1 if exchange.errors else 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.talk", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="a WAV file to say")
    parser.add_argument("--text", help="type this instead of saying a file")
    parser.add_argument("--url", default="ws://127.0.0.1:8000/ws")
    parser.add_argument(
        "--interrupt-after", type=int, metavar="MS", help="break in so long after the first audio"
    )
    parser.add_argument("--out", type=Path, default=Path("answer.wav"), help="where to save it")
    options = parser.parse_args(arguments)
    if (options.file is None) == (options.text is None):
        parser.error("give either a WAV file or --text")
    return options


def _fail(reason: str) -> int:
    print(f"error: {reason}", file=sys.stderr)
    return 1


async def _run(options: argparse.Namespace) -> Exchange:
    question = options.text or await load_recording(options.file)
    transcript = Transcript()
    async with talk_to(options.url, transcript.show) as client:
        await client.log.expect(Welcome, timeout_s=WELCOME_TIMEOUT_S)
        exchange = await _ask(client, question, options.interrupt_after, transcript)
    print_times(exchange, question)
    if exchange.reply is not None:
        _save(options.out, bytes(exchange.reply.pcm))
    return exchange


def _save(path: Path, pcm: bytes) -> None:
    try:
        write_speech(path, pcm)
    except OSError as error:
        raise NotSaved(error.strerror) from error
    print(f"\nanswer saved as {path}")


async def _ask(
    client: TalkClient, question: Recording | str, after_ms: int | None, transcript: "Transcript"
) -> Exchange:
    transcript.began = asyncio.get_running_loop().time()
    after_s = None if after_ms is None else after_ms / 1_000
    return await ask(client, question, interrupt_after_s=after_s)


class Transcript:
    """Prints what is said on both sides as it comes, with the seconds since the beginning."""

    def __init__(self) -> None:
        self.began: float | None = None

    def show(self, received: Received[ServerMessage]) -> None:
        """Print a message, if it is one for people."""
        match received.message:
            case Welcome(engines=engines):
                print(f"connected: {engines.stt} · {engines.tutor} · {engines.voice}\n")
            case TranscriptInterim(text=text):
                self._print(received.at, "…", text)
            case TranscriptFinal(text=text):
                self._print(received.at, "you", text)
            case TutorText(delta=text):
                self._print(received.at, "tutor", text)
            case Error() as error:
                self._print(received.at, "error", f"{error.code}: {error.message} {error.action}")

    def _print(self, at: float, who: str, text: str) -> None:
        since = at if self.began is None else self.began
        print(f"{at - since:7.2f} s  {who:>5}  {text.strip()}", flush=True)


def print_times(exchange: Exchange, question: Recording | str) -> None:
    """Print what was measured: by this client, and by the server."""
    print("\nmeasured here")
    if isinstance(question, Recording):
        if not any(question.voiced):
            print("  no speech found in the recording: times count from its end")
        lags = sorted(exchange.interim_lags(question))
        _print_ms("beginning of speech to first interim", exchange.first_interim_s, 1_000)
        _print_ms("words shown after they were said, median", _middle(lags), 1_000)
    _print_ms("end of speech to first audio", exchange.response_s, 1_000)
    if exchange.reply is not None:
        print(f"  answer of {exchange.reply.samples / 24_000:.1f} s, ", end="")
        print(f"{exchange.reply.underruns} underruns")
    if exchange.barged_in is not None:
        _print_barge_in(exchange.barged_in)
    if exchange.metrics is not None:
        _print_stages(exchange.metrics)


def _print_barge_in(barged_in: BargedIn) -> None:
    _print_ms("BARGE_IN to INTERRUPTED", barged_in.interrupted_ms)
    _print_ms("BARGE_IN to the last stale byte", barged_in.last_stale_ms)
    print(f"  stale bytes after INTERRUPTED: {barged_in.stale_after_interrupted}")


def _print_stages(metrics: TurnMetrics) -> None:
    print("measured by the server")
    _print_ms("end of speech to end of turn", metrics.endpointing_ms)
    _print_ms("end of turn to final transcript", metrics.stt_ms)
    _print_ms("final transcript to first sentence", metrics.llm_ms)
    _print_ms("first sentence to first audio", metrics.tts_ms)
    _print_ms("end of speech to first audio", metrics.total_ms)


def _print_ms(what: str, value: float | None, factor: float = 1.0) -> None:
    shown = "none" if value is None else f"{value * factor:,.0f} ms"
    print(f"  {what}: {shown}")


def _middle(ordered: list[float]) -> float | None:
    return ordered[len(ordered) // 2] if ordered else None


if __name__ == "__main__":
    sys.exit(main())
