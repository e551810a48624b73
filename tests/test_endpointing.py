"""Endpointing and barge-in, written as strips of audio: one character per window of 32 ms.

``#`` is speech, ``-`` a score between the two thresholds, ``.`` silence; ``S`` and ``E`` are the
client's ``SPEECH_START`` and ``SPEECH_END``, ``_`` is a window that the client did not send.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpointing import WINDOW_S, BargeInMode, Endpointer, EndpointingPolicy
from listening.decisions import (
    BargeInConfirmed,
    BargeInMaybe,
    BargeInRejected,
    Decision,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    TurnEnded,
)

SCORES = {"#": 0.9, "-": 0.4, ".": 0.05}
HOLD = "." * 25  # 800 ms
POLICY = EndpointingPolicy()


class Strip:
    """Plays strips to an endpointer and keeps what it decides, with the time of each decision."""

    def __init__(self, policy: EndpointingPolicy = POLICY):
        self.endpointer = Endpointer(policy)
        self.now = 100.0
        self.decisions: list[Decision] = []
        self.moments: list[float] = []

    def play(self, strip: str, *, speaking: bool = False) -> "Strip":
        """Play a strip window by window, minding the deadline as the session does."""
        for character in strip:
            if character == "S":
                self._note(self.endpointer.start_speech(self.now))
            elif character == "E":
                self._note(self.endpointer.end_speech(self.now))
            else:
                self._advance()
                if character != "_":
                    scores = [SCORES[character]]
                    self._note(self.endpointer.hear(scores, self.now, speaking=speaking))
        return self

    def say(self, words: str, spoken: str = "") -> "Strip":
        """Hand in an interim transcript."""
        self._note(self.endpointer.hear_words(words, self.now, spoken=spoken))
        return self

    @property
    def names(self) -> str:
        """What was decided, in short."""
        return " ".join(
            decision.reason if isinstance(decision, TurnEnded) else SHORT[type(decision)]
            for decision in self.decisions
        )

    @property
    def started(self) -> list[float]:
        """When the speech of each utterance began, in seconds of the strip."""
        return [d.at - 100 for d in self.decisions if isinstance(d, SpeechStarted)]

    @property
    def ended(self) -> list[float]:
        """When the speech of each utterance ended, in seconds of the strip."""
        return [d.speech_ended_at - 100 for d in self.decisions if isinstance(d, TurnEnded)]

    def _advance(self) -> None:
        self.now += WINDOW_S
        deadline = self.endpointer.deadline
        if deadline is not None and deadline <= self.now:
            self._note(self.endpointer.check_idle(self.now))

    def _note(self, decisions: list[Decision]) -> None:
        self.decisions += decisions
        self.moments += [self.now] * len(decisions)


SHORT: dict[type, str] = {
    SpeechStarted: "started",
    SpeechPaused: "paused",
    SpeechResumed: "resumed",
    BargeInMaybe: "maybe",
    BargeInConfirmed: "confirmed",
    BargeInRejected: "rejected",
}


@pytest.mark.parametrize(
    ("strip", "expected"),
    [
        ("." * 100, ""),
        ("..##..", ""),
        ("..###", "started"),
        ("..##.#", "started"),
        ("..##..#", ""),
        ("..#.#.#.#.#.", ""),
        ("..---------", ""),
        ("..####" + "." * 3, "started"),
        ("..####" + "." * 4, "started paused"),
        ("..####" + "." * 24, "started paused"),
        ("..####" + HOLD, "started paused silence"),
        ("..####" + HOLD * 4, "started paused silence"),
        ("..####......##" + HOLD, "started paused resumed paused silence"),
        ("..####......##......#" + HOLD, "started paused resumed paused resumed paused silence"),
        ("..####...##...", "started"),
        ("..####" + "-" * 60, "started"),
        ("..####..." + "-" * 22, "started paused silence"),
        ("..####" + HOLD + "####" + HOLD, "started paused silence started paused silence"),
    ],
)
def test_silence_of_the_set_length_ends_an_utterance(strip: str, expected: str) -> None:
    """Speech opens, silence pauses and then ends; scores in between keep what there is."""
    assert Strip().play(strip).names == expected


@pytest.mark.parametrize(
    ("strip", "expected"),
    [
        ("S", "started"),
        ("....S####E", "started client"),
        ("SE", "started client"),
        ("S##.####E..........", "started client"),
        ("..####S####E", "started client"),
        ("..####E#########", "started client"),
        ("..####E#########...####", "started client started"),
        ("..####E####..####..####", "started client"),
        ("S####E####" + HOLD * 2, "started client"),
        ("..####" + HOLD + "E", "started paused silence"),
        ("..####" + HOLD + "..E..", "started paused silence"),
        ("S####EE", "started client"),
        ("S####E##E", "started client"),
        ("S####E##...E", "started client"),
        ("S####E##...#E", "started client started client"),
        ("SSS##E", "started client"),
        ("E", ""),
        ("........E", ""),
        ("...##...E", "started client"),
        ("...##" + "." * 12 + "E", ""),
        ("S####E..S", "started client started"),
        ("S####E##S", "started client started"),
        ("S" + HOLD * 2 + "####" + HOLD, "started paused silence"),
        ("S" + "." * 160, "started silence"),
        ("..####.....S...", "started paused resumed"),
        ("..####.....S......", "started paused resumed paused"),
    ],
)
def test_the_client_and_the_scores_open_one_utterance_between_them(
    strip: str, expected: str
) -> None:
    """Whoever notices first opens or ends it, and trailing voice does not open a second."""
    assert Strip().play(strip).names == expected


@pytest.mark.parametrize(
    ("strip", "expected"),
    [
        ("..####" + "_" * 24, "started"),
        ("..####" + "_" * 26, "started idle"),
        ("..####.." + "_" * 26, "started idle"),
        ("..####....." + "_" * 26, "started paused idle"),
        ("S" + "_" * 100, "started"),
        ("S" + "_" * 160, "started idle"),
        ("S###" + "_" * 26, "started idle"),
        ("S###E###" + "_" * 14 + "###", "started client started"),
        ("S###E###" + "_" * 5 + "###", "started client"),
        ("..##" + "_" * 14 + "##", ""),
    ],
)
def test_a_client_that_stops_sending_ends_its_utterance(strip: str, expected: str) -> None:
    """Missing audio counts as silence, by the clock."""
    assert Strip().play(strip).names == expected


@pytest.mark.parametrize(
    ("strip", "expected"),
    [
        ("." * 40, ""),
        ("..##..##..##", ""),
        ("..###", "maybe"),
        ("..###" + "." * 18, "maybe"),
        ("..###" + "." * 19, "maybe rejected"),
        ("..###" + "_" * 20, "maybe rejected"),
        ("..###..###", "maybe confirmed started"),
        ("..######", "maybe confirmed started"),
        ("..###.#.#.#", "maybe confirmed started"),
        ("..###....#....#....#", "maybe"),
        ("..###" + "." * 19 + "######", "maybe rejected maybe confirmed started"),
        ("..######" + HOLD, "maybe confirmed started paused silence"),
        ("..###..###E", "maybe confirmed started client"),
        ("..###S", "maybe confirmed started"),
        ("..###E", "maybe"),
        ("..S###E", "started client"),
        ("..##.E", ""),
        ("..S##E######", "started client"),
    ],
)
def test_speech_over_the_tutor_is_doubted_first(strip: str, expected: str) -> None:
    """Three windows raise a suspicion; six of twelve confirm it, or 600 ms reject it."""
    assert Strip().play(strip, speaking=True).names == expected


@pytest.mark.parametrize(
    ("words", "spoken", "confirmed"),
    [
        ("", "", False),
        ("...", "", False),
        ("wait", "", True),
        ("Wait!", "plants eat light", True),
        ("plants", "Plants eat light.", False),
        ("plants eat fish", "Plants eat light.", False),
        ("no plants wait please", "Plants eat light.", True),
        ("wait wait light", "Plants eat light.", True),
        ("光合作用", "光合作用很重要", False),
        ("等一下", "光合作用很重要", True),
    ],
)
def test_words_that_are_not_the_tutors_confirm_a_barge_in(
    words: str, spoken: str, confirmed: bool
) -> None:
    """An interim transcript decides a suspicion early, unless it may be an echo."""
    strip = Strip().play("..###", speaking=True).say(words, spoken)
    assert strip.names == ("maybe confirmed started" if confirmed else "maybe")


def test_words_decide_nothing_outside_a_suspicion() -> None:
    """Transcripts of an utterance, or of nothing, open and end nothing."""
    assert Strip().say("hello").play("..####").say("hello").names == "started"


def test_a_barge_in_confirmed_in_a_pause_is_paused() -> None:
    """Words that arrive after the speech leave the utterance in the pause it is in."""
    strip = Strip().play("..###.....", speaking=True).say("wait")
    assert strip.names == "maybe confirmed started paused"
    assert strip.play("#").names.endswith("resumed")


def test_a_suspicion_outlives_the_tutor() -> None:
    """A tutor who falls silent meanwhile changes nothing about how a suspicion is resolved."""
    strip = Strip().play("..###", speaking=True).play("...###")
    assert strip.names == "maybe confirmed started"


def test_a_barge_in_counts_its_first_windows() -> None:
    """The utterance of a confirmed barge-in begins with the speech that raised the suspicion."""
    strip = Strip().play("..######", speaking=True)
    assert strip.started == pytest.approx([2 * WINDOW_S])


@pytest.mark.parametrize("strip", ["..######", "..###...", "#" * 200])
def test_speech_never_interrupts_in_tap_mode(strip: str) -> None:
    """While the tutor speaks, only the client's messages count; afterwards speech does again."""
    tap = Strip(replace(POLICY, barge_in="tap")).play(strip, speaking=True)
    assert tap.names == ""
    assert tap.play("..###").names == "started"


def test_the_client_interrupts_in_tap_mode() -> None:
    """``SPEECH_START`` opens an utterance over the tutor in every mode."""
    tap = Strip(replace(POLICY, barge_in="tap"))
    assert tap.play("..##S##E##", speaking=True).names == "started client"


@pytest.mark.parametrize(
    ("strip", "expected"),
    [
        ("..####" + HOLD, ""),
        ("..####E", ""),
        ("S" + HOLD * 10 + "E", "started client"),
        ("S####" + HOLD + "##E", "started paused resumed client"),
        ("S####" + "_" * 100 + "E", "started client"),
        ("S####E####...####", "started client"),
        ("S" + "." * 938, "started silence"),
        ("S" + "#" * 938, "started too_long"),
        ("S" + "_" * 940, "started idle"),
    ],
)
def test_held_speech_lies_between_the_clients_messages(strip: str, expected: str) -> None:
    """Push to talk: no pause ends the utterance, only the longest one allowed."""
    assert Strip(replace(POLICY, barge_in="hold")).play(strip).names == expected


def test_an_utterance_is_bounded() -> None:
    """Endless speech ends its utterance and opens the next at once: nothing of it is lost."""
    strip = Strip(replace(POLICY, max_utterance_ms=3_200)).play("#" * 300)
    assert strip.names == "started too_long started too_long started"


def test_a_new_hold_counts_at_once() -> None:
    """A silence timeout changed within a pause applies to that pause."""
    strip = Strip().play("..####..........")
    strip.endpointer.policy = replace(POLICY, silence_timeout_ms=352)
    assert strip.play(".").names == "started paused silence"


def test_leaving_auto_rejects_a_suspicion() -> None:
    """Once speech may not interrupt any more, a suspicion cannot be confirmed."""
    strip = Strip().play("..###", speaking=True)
    strip.endpointer.policy = replace(POLICY, barge_in="tap")
    assert strip.say("wait").play("#", speaking=True).names == "maybe rejected"


def test_releasing_hold_mode_lets_silence_end_an_open_utterance() -> None:
    """An utterance that speech opened does not wait for a button once hold mode is chosen."""
    strip = Strip().play("..####")
    strip.endpointer.policy = replace(POLICY, barge_in="hold")
    assert strip.play(HOLD).names == "started paused silence"


def test_times_are_those_of_the_audio() -> None:
    """Start and end of speech are told in audio time, not by when they were noticed."""
    strip = Strip().play("..####" + HOLD)
    assert strip.started == pytest.approx([2 * WINDOW_S])
    assert strip.ended == pytest.approx([6 * WINDOW_S])
    assert strip.moments[0] == pytest.approx(100 + 5 * WINDOW_S)


def test_an_end_without_speech_is_the_end_of_the_utterance() -> None:
    """Where no window held speech, it ended when the client said so."""
    assert Strip().play("....S..E").ended == pytest.approx([6 * WINDOW_S])


def test_bunched_frames_are_scored_as_if_they_had_come_one_by_one() -> None:
    """A burst gives the decisions of the same audio in real time, at the times of its windows."""
    audio = "..####......###" + HOLD
    alone, burst = Strip().play(audio), Strip()
    scores = [SCORES[character] for character in audio]
    burst.decisions = burst.endpointer.hear(scores, alone.now, speaking=False)
    assert burst.names == alone.names
    assert burst.started == pytest.approx(alone.started)
    assert burst.ended == pytest.approx(alone.ended)


def test_long_frames_are_not_gaps() -> None:
    """Frames of 200 ms, the longest accepted, carry a run of speech across their borders."""
    endpointer = Endpointer(POLICY)
    assert endpointer.hear([0.0] * 5 + [0.9], 100.0, speaking=False) == []
    assert endpointer.hear([0.9, 0.9], 100.2, speaking=False) != []


def test_nothing_is_due_while_nothing_is_under_way() -> None:
    """A session of silence keeps no timer."""
    strip = Strip().play("....##....")
    assert strip.endpointer.deadline is None
    assert strip.play("###").endpointer.deadline == pytest.approx(strip.now + 0.8)
    assert strip.endpointer.check_idle(strip.now + 0.7) == []


# --- whatever happens -----------------------------------------------------------------------------

steps = st.lists(
    st.tuples(
        st.one_of(
            st.text("#-.", min_size=1, max_size=40),
            st.sampled_from(["S", "E", "###", HOLD, "_" * 5, "_" * 30]),
        ),
        st.booleans(),
        st.sampled_from(["", "wait", "light"]),
    ),
    max_size=30,
)
modes: st.SearchStrategy[BargeInMode] = st.sampled_from(["auto", "tap", "hold"])


def play_all(script: list[tuple[str, bool, str]], mode: BargeInMode) -> Strip:
    """Play a drawn script with short limits, so that they are met often."""
    strip = Strip(replace(POLICY, barge_in=mode, max_utterance_ms=2_000, no_speech_timeout_ms=960))
    for part, speaking, words in script:
        strip.play(part, speaking=speaking)
        if words:
            strip.say(words, "light")
    return strip


@given(steps, modes)
def test_decisions_come_in_an_order_that_makes_sense(
    script: list[tuple[str, bool, str]], mode: BargeInMode
) -> None:
    """Starts and ends alternate, pauses lie within, and each suspicion is answered once."""
    follows = {
        "": {"started", "maybe"},
        "maybe": {"confirmed", "rejected"},
        "rejected": {"started", "maybe"},
        "confirmed": {"started"},
        "started": {"paused", "ended"},
        "paused": {"resumed", "ended"},
        "resumed": {"paused", "ended"},
        "ended": {"started", "maybe"},
    }
    last = ""
    for decision in play_all(script, mode).decisions:
        name = "ended" if isinstance(decision, TurnEnded) else SHORT[type(decision)]
        assert name in follows[last]
        last = name


@given(steps, modes)
def test_nothing_stays_open_for_ever(
    script: list[tuple[str, bool, str]], mode: BargeInMode
) -> None:
    """Without the client's help an utterance ends within its bound, with audio or without."""
    for rest in ("#" * 64, "." * 64, "_" * 64):
        strip = play_all(script, mode)
        open_before = strip.endpointer.deadline is not None
        ended = len(strip.play(rest).decisions)
        assert not open_before or ended
        assert strip.play(HOLD * 3).endpointer.deadline is None


@given(steps, modes)
def test_speech_ends_before_it_is_noticed(
    script: list[tuple[str, bool, str]], mode: BargeInMode
) -> None:
    """No decision speaks of the future, and no utterance ends before it starts."""
    strip = play_all(script, mode)
    started = 0.0
    for decision, moment in zip(strip.decisions, strip.moments, strict=True):
        at = decision.speech_ended_at if isinstance(decision, TurnEnded) else decision.at
        assert at <= moment + 1e-6
        if isinstance(decision, SpeechStarted):
            started = decision.at
        elif isinstance(decision, TurnEnded):
            assert decision.speech_ended_at >= started - 1e-6


@given(st.lists(st.text("#-.", min_size=1, max_size=60), max_size=20))
def test_only_auto_mode_interrupts_by_itself(parts: list[str]) -> None:
    """Whatever sounds while the tutor speaks, tap and hold decide nothing."""
    modes: tuple[BargeInMode, ...] = ("tap", "hold")
    for mode in modes:
        assert play_all([(part, True, "wait") for part in parts], mode).decisions == []
