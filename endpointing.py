"""When an utterance begins and ends, and when speech over the tutor is a barge-in.

Pure policy: speech scores, transcripts and the time go in, decisions come out. Three stages:

- quiet: nobody speaks. Enough windows of speech, or ``SPEECH_START``, open an utterance; while the
  tutor is audible, speech only raises a suspicion.
- suspicious: this may be a barge-in, or the tutor's own echo; windows and words decide.
- open: an utterance is under way; silence, ``SPEECH_END``, a client that stops sending, or the
  longest utterance allowed end it.

Silence and length are counted in windows of audio, so late or bunched frames change nothing; only
a client that stops sending is noticed by the clock.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from listening.decisions import (
    BargeInConfirmed,
    BargeInMaybe,
    BargeInRejected,
    Decision,
    EndReason,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    TurnEnded,
)
from text.echo import is_echo

WINDOW_MS = 32
"""Audio behind one speech score: 512 samples at 16 kHz."""

WINDOW_S = WINDOW_MS / 1_000

GAP_S = 0.4
"""Audio missing for so long counts as silence; a shorter gap may be the network's."""

BargeInMode = Literal["auto", "tap", "hold"]


@dataclass(frozen=True, slots=True)
class EndpointingPolicy:
    """The thresholds. Counts are windows of 32 ms.

    ``barge_in``: with ``auto`` speech interrupts the tutor; with ``tap`` only the client's
    messages do; with ``hold`` an utterance is what lies between ``SPEECH_START`` and
    ``SPEECH_END``. The speech thresholds are Silero's own; the barge-in counts were chosen on
    echo that browsers let through, which passes three windows often and six of twelve rarely.
    """

    silence_timeout_ms: int = 800
    max_utterance_ms: int = 30_000
    barge_in: BargeInMode = "auto"
    speech_score: float = 0.5
    silence_score: float = 0.35
    start_windows: int = 3
    start_within: int = 4
    pause_windows: int = 4
    release_windows: int = 3
    maybe_windows: int = 3
    confirm_windows: int = 6
    confirm_within: int = 12
    confirm_timeout_ms: int = 600
    no_speech_timeout_ms: int = 5_000
    echo_share: float = 0.6


class _Stage(Enum):
    QUIET = auto()
    SUSPICIOUS = auto()
    OPEN = auto()


class Endpointer:
    """Follows one session. Every ``BargeInMaybe`` is answered, and utterances never overlap.

    Args:
        policy: The thresholds; may be replaced at any time and holds from the next window on.
    """

    def __init__(self, policy: EndpointingPolicy):
        self.policy = policy
        self._stage = _Stage.QUIET
        self._recent: deque[bool] = deque(maxlen=policy.confirm_within)
        self._heard_at = float("-inf")  # when audio came last, or the utterance was opened
        self._speaking = False
        self._released = True  # voice that trails an utterance has died away
        self._started_at = 0.0
        self._windows = 0  # since the suspicion, or in the utterance
        self._silence = 0  # windows since the last speech of the utterance
        self._speech_ended_at: float | None = None
        self._by_client = False

    @property
    def deadline(self) -> float | None:
        """When ``check_idle`` is next due, on the loop's clock; ``None``: not before more audio."""
        if self._stage is _Stage.QUIET:
            return None
        suspicious = self._stage is _Stage.SUSPICIOUS
        wait_ms = self.policy.confirm_timeout_ms if suspicious else self._patience_ms
        return self._heard_at + wait_ms / 1_000

    def hear(self, scores: Sequence[float], now: float, *, speaking: bool) -> list[Decision]:
        """Take in the scores of the next audio, one per window, the last of which ends ``now``.

        Args:
            scores: Probability of speech in each window.
            now: The loop's clock, in seconds.
            speaking: Whether the learner can hear the tutor.
        """
        if now - self._heard_at - len(scores) * WINDOW_S >= GAP_S:
            self._forget_voice()
        self._heard_at, self._speaking = now, speaking
        decisions: list[Decision] = []
        for at, score in enumerate(scores, start=1 - len(scores)):
            decisions += _STEPS[self._stage](self, score, now + at * WINDOW_S)
        return decisions

    def hear_words(self, text: str, now: float, *, spoken: str) -> list[Decision]:
        """Take in an interim transcript: words that are not the tutor's confirm a barge-in.

        Args:
            text: The utterance as understood so far.
            now: The loop's clock, in seconds.
            spoken: What the tutor said in the last few seconds.
        """
        suspicious = self._stage is _Stage.SUSPICIOUS and self.policy.barge_in == "auto"
        if suspicious and not is_echo(text, spoken, self.policy.echo_share):
            return self._confirm(now)
        return []

    def start_speech(self, now: float) -> list[Decision]:
        """The client says that speech begins: open an utterance, or take over the open one."""
        self._by_client = True
        if self._stage is _Stage.SUSPICIOUS:
            return self._confirm(now)
        if self._stage is _Stage.OPEN:
            return self._resume(now)
        return self._open(now, now)

    def end_speech(self, now: float) -> list[Decision]:
        """The client says that speech has ended: end the utterance, whatever the scores say.

        Without an open utterance, speech too short to open one (a lone "no") is an utterance all
        the same, unless it sounded over the tutor.
        """
        if self._stage is _Stage.OPEN:
            return self._end("client", now)
        deaf = self._stage is not _Stage.QUIET or self._speaking or not self._released
        if deaf or not any(self._recent):
            return []
        windows = len(self._recent) - self._recent.index(True)
        return [*self._open(now - windows * WINDOW_S, now), *self._end("client", now)]

    def check_idle(self, now: float) -> list[Decision]:
        """End what waits for audio that no longer comes. Call it at ``deadline``."""
        if self.deadline is None or now < self.deadline:
            return []
        return self._end("idle", now) if self._stage is _Stage.OPEN else self._reject(now)

    # --- one window, by stage --------------------------------------------------------------------

    def _wait(self, score: float, at: float) -> list[Decision]:
        policy, recent = self.policy, self._recent
        if policy.barge_in == "hold" or (self._speaking and policy.barge_in == "tap"):
            self._forget_voice()
            return []
        voiced = score >= policy.speech_score
        recent.append(voiced)
        if not self._released:
            if _count_tail(recent, False) >= policy.release_windows:
                self._forget_voice()
            return []
        if not voiced:
            return []
        return self._suspect(at) if self._speaking else self._begin(at)

    def _begin(self, at: float) -> list[Decision]:
        latest = list(self._recent)[-self.policy.start_within :]
        if sum(latest) < self.policy.start_windows:
            return []
        return self._open(at - (len(latest) - latest.index(True)) * WINDOW_S, at, speech_at=at)

    def _suspect(self, at: float) -> list[Decision]:
        windows = self.policy.maybe_windows
        if _count_tail(self._recent, True) < windows:
            return []
        self._stage, self._windows = _Stage.SUSPICIOUS, 0
        self._started_at = at - windows * WINDOW_S
        return [BargeInMaybe(at)]

    def _doubt(self, score: float, at: float) -> list[Decision]:
        policy = self.policy
        self._recent.append(score >= policy.speech_score)
        self._windows += 1
        if policy.barge_in != "auto":
            return self._reject(at)
        if sum(self._recent) >= policy.confirm_windows:
            return self._confirm(at)
        return self._reject(at) if self._windows * WINDOW_MS >= policy.confirm_timeout_ms else []

    def _follow(self, score: float, at: float) -> list[Decision]:
        policy = self.policy
        self._windows += 1
        talking = self._speech_ended_at is not None and self._silence == 0
        decisions: list[Decision] = []
        if score >= (policy.silence_score if talking else policy.speech_score):
            decisions = self._resume(at)
            self._speech_ended_at = at
        else:
            self._silence += 1
            if self._silence == policy.pause_windows and self._speech_ended_at is not None:
                decisions = [SpeechPaused(at)]
        if self._silence * WINDOW_MS >= self._patience_ms:
            return [*decisions, *self._end("silence", at)]
        if self._windows * WINDOW_MS >= policy.max_utterance_ms:
            return [*decisions, *self._end("too_long", at)]
        return decisions

    # --- changes of stage ------------------------------------------------------------------------

    def _open(
        self, started_at: float, now: float, speech_at: float | None = None
    ) -> list[Decision]:
        self._stage = _Stage.OPEN
        self._windows = self._silence = 0
        self._heard_at = max(self._heard_at, now)
        self._speech_ended_at = speech_at
        return [SpeechStarted(started_at)]

    def _resume(self, at: float) -> list[Decision]:
        paused = self._silence >= self.policy.pause_windows and self._speech_ended_at is not None
        self._silence = 0
        return [SpeechResumed(at)] if paused else []

    def _end(self, reason: EndReason, now: float) -> list[Decision]:
        self._stage, self._by_client = _Stage.QUIET, False
        self._recent.clear()
        # Who was cut off mid-word would at once open the next utterance with the rest of it.
        self._released = reason != "client"
        ended_at = now if self._speech_ended_at is None else self._speech_ended_at
        return [TurnEnded(reason, ended_at)]

    def _confirm(self, now: float) -> list[Decision]:
        silence, windows = _count_tail(self._recent, False), self._windows
        started = self._open(self._started_at, now, speech_at=now - silence * WINDOW_S)
        self._windows, self._silence = windows, silence
        paused = [SpeechPaused(now)] if silence >= self.policy.pause_windows else []
        return [BargeInConfirmed(now), *started, *paused]

    def _reject(self, now: float) -> list[Decision]:
        self._stage = _Stage.QUIET
        self._recent.clear()
        return [BargeInRejected(now)]

    def _forget_voice(self) -> None:
        """Count what sounded so far as over, for it was not listened to or is long ago."""
        if self._stage is _Stage.QUIET:
            self._recent.clear()
            self._released = True

    @property
    def _patience_ms(self) -> int:
        """Silence that ends the open utterance."""
        policy = self.policy
        if self._by_client and policy.barge_in == "hold":
            return policy.max_utterance_ms
        if self._speech_ended_at is None:
            return max(policy.no_speech_timeout_ms, policy.silence_timeout_ms)
        return policy.silence_timeout_ms


_STEPS: dict[_Stage, Callable[[Endpointer, float, float], list[Decision]]] = {
    _Stage.QUIET: Endpointer._wait,
    _Stage.SUSPICIOUS: Endpointer._doubt,
    _Stage.OPEN: Endpointer._follow,
}
"""What a window of audio means, by stage."""


def _count_tail(windows: deque[bool], value: bool) -> int:
    """Return how many of the last windows in a row have that value."""
    count = 0
    for window in reversed(windows):
        if window is not value:
            break
        count += 1
    return count
