"""How fast the embedded voice speaks: first audio, cost and cancellation.

Run ``python -m bench.speaking [--threads N]``; Linux only, for the load of other processes.
"""

import argparse
import asyncio
import math
import os
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from bench.figures import percentile, spread, table
from engine_api import OUTPUT_RATE, VoiceOptions
from engines.local_tts import MAX_REPLIES, MODEL_THREADS, LocalVoice, Run, Speaker
from engines.synthesizer import load_synthesizer

SENTENCES = {
    6: (
        "Roots drink water from the soil.",
        "Magnets attract objects made of iron.",
        "Sound travels faster through solid metal.",
        "Whales are mammals, although they swim.",
        "Gravity pulls every apple towards Earth.",
    ),
    12: (
        "Multiply both numerators first, then multiply the denominators and simplify your result.",
        "A noun names somebody or something, while a verb tells what happens.",
        "Volcanoes erupt when molten rock pushes upwards through cracks beneath the ground.",
        "The moon reflects sunlight, so its shape appears to change each month.",
        "Ancient Egyptians built enormous pyramids as tombs for their most powerful kings.",
    ),
    20: (
        "Chlorophyll inside green leaves captures energy from daylight and uses it to turn carbon"
        " dioxide and water into simple sugars.",
        "Divide sixty by five to find how many minutes each pupil may speak before the bell"
        " finally rings at noon.",
        "Your heart pumps blood through the lungs, where it collects oxygen, and then delivers it"
        " to every hungry muscle afterwards.",
        "Because warm air rises above cooler air, wind begins to blow along the coast whenever land"
        " heats up before breakfast.",
        "Friction between two rough surfaces slows a sliding box down and changes part of its"
        " moving energy into some heat.",
    ),
}
"""Sentences for a tutor by their number of words; few words stand in two of them."""

CANCELLATIONS = 100

LONGEST_STEP_S = 0.5
"""After which a step would have ended by itself, even on a busy machine."""

REPLIES = (1, 2, 4, MAX_REPLIES)

TICK_S = 0.002

SAMPLE_BYTES = 2


class WatchedSpeaker:
    """A speaker that remembers when it last ceased to work, finished or stopped."""

    def __init__(self, speaker: Speaker):
        self._speaker = speaker
        self.ceased_at = 0.0

    def new_run(self) -> Run:
        """Return the handle for the work of one reply."""
        return self._speaker.new_run()

    def speak(self, text: str, rate: float, run: Run) -> Iterator[bytes]:
        """Speak as ever."""
        try:
            yield from self._speaker.speak(text, rate, run)
        finally:
            self.ceased_at = time.perf_counter()


@dataclass(frozen=True)
class Spoken:
    """What one sentence took, in seconds."""

    first_audio: float
    audio: float
    cpu: float
    lead: float
    """How far ahead of its listener the voice was at its narrowest; below 0 it stuttered."""


async def main(threads: int) -> None:
    """Measure and print the report."""
    speaker: WatchedSpeaker | None = None

    def load() -> WatchedSpeaker:
        nonlocal speaker
        speaker = WatchedSpeaker(load_synthesizer(threads))
        return speaker

    voice = LocalVoice(load)
    began = time.perf_counter()
    await voice.start()
    assert speaker is not None
    print(
        f"{voice.name}, {threads} thread(s) a step, loaded in {time.perf_counter() - began:.1f} s"
    )
    busy, began = other_cpu(), time.perf_counter()
    await report_first_audio(voice)
    await report_cancellation(voice, speaker)
    await report_replies_at_once(voice)
    load_of_others = (other_cpu() - busy) / (time.perf_counter() - began)
    print(f"others used {load_of_others:.2f} of {os.cpu_count()} cores meanwhile")
    await voice.aclose()


async def report_first_audio(voice: LocalVoice) -> None:
    """Print the time from a sentence to its first audio, spoken for the first and second time."""
    rows = []
    for words, sentences in SENTENCES.items():
        for time_spoken in ("first", "second"):
            spoken = [await speak(voice, sentence) for sentence in sentences]
            times = [1_000 * sentence.first_audio for sentence in spoken]
            cost = sum(each.cpu for each in spoken) / sum(each.audio for each in spoken)
            figures = (min(times), percentile(times, 50), max(times))
            rows.append([str(words), time_spoken, *(f"{ms:.0f}" for ms in figures), f"{cost:.3f}"])
    head = ("words", "time", "first audio ms: min", "p50", "max", "CPU s per s of audio")
    print(table(head, rows))


async def report_cancellation(voice: LocalVoice, speaker: WatchedSpeaker) -> None:
    """Print how soon a reply that is cut off after its first audio gives its thread back."""
    closed, ceased = [], []
    for _ in range(CANCELLATIONS):
        async with aclosing(voice.speak(each(SENTENCES[20]), options())) as pieces:
            await anext(pieces)
            began = time.perf_counter()
        closed.append(1_000 * (time.perf_counter() - began))
        await asyncio.sleep(LONGEST_STEP_S)
        ceased.append(1_000 * max(0.0, speaker.ceased_at - began))
    print(f"cut off: closed after ms, p50 / p95 / p99: {spread(closed, 2)}")
    print(f"cut off: thread free after ms, p50 / p95 / p99: {spread(ceased, 2)}")


async def report_replies_at_once(voice: LocalVoice) -> None:
    """Print how replies get on together, and how late they make the event loop."""
    rows = []
    for count in REPLIES:
        delays: list[float] = []
        ticking = asyncio.create_task(tick(delays), name="tick")
        replies = await asyncio.gather(*(speak(voice, *SENTENCES[12]) for _ in range(count)))
        ticking.cancel()
        rows.append(
            [
                str(count),
                f"{1_000 * max(reply.first_audio for reply in replies):.0f}",
                f"{1_000 * min(reply.lead for reply in replies):.0f}",
                spread(delays, 2),
                f"{max(delays):.1f}",
            ]
        )
    lateness = "loop late by ms: p50 / p95 / p99"
    print(table(("replies", "last first audio ms", "least lead ms", lateness, "max"), rows))


async def tick(delays: list[float]) -> None:
    """Note by how many ms the loop wakes us too late, until cancelled."""
    while True:
        due = time.perf_counter() + TICK_S
        await asyncio.sleep(TICK_S)
        delays.append(max(0.0, 1_000 * (time.perf_counter() - due)))


async def speak(voice: LocalVoice, *sentences: str) -> Spoken:
    """Speak sentences to their end, for a listener who begins with the first audio."""
    cpu, began, first, lead, audio = time.process_time(), time.perf_counter(), 0.0, math.inf, 0.0
    async for piece in voice.speak(each(sentences), options()):
        elapsed = time.perf_counter() - began
        first = first or elapsed
        if audio:
            lead = min(lead, audio - (elapsed - first))
        audio += len(piece.pcm) / SAMPLE_BYTES / OUTPUT_RATE
    return Spoken(first, audio, time.process_time() - cpu, lead)


def options() -> VoiceOptions:
    """Return options nobody cancels."""
    return VoiceOptions(cancel_event=asyncio.Event())


async def each(sentences: Iterable[str]) -> AsyncIterator[str]:
    """Yield sentences that are there already."""
    for sentence in sentences:
        yield sentence


def other_cpu() -> float:
    """Return the seconds of CPU that other processes have used since the machine started."""
    fields = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:8]
    user, nice, system, _idle, _iowait, irq, softirq = map(int, fields)
    used = (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")
    return used - time.process_time()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=MODEL_THREADS, help="threads of one step")
    asyncio.run(main(parser.parse_args().threads))
