"""Which utterances make one turn, whatever the order in which their transcripts come."""

from errors import EngineError
from listening.utterances import MAX_ENDED, HearingFailed, LearnerSpoke, Utterances
from turn import TurnTimes

BROKEN = EngineError("stt_failed", "Broken.")


def speak(utterances: Utterances, *, tentative: bool = False) -> int:
    """Speak an utterance to its end and return its number."""
    utterance = utterances.begin("en-US", tentative=tentative)
    utterances.end(TurnTimes(1.0, 2.0), final_due=9.0)
    return utterance.utterance_id


def settle(utterances: Utterances, utterance_id: int, text: str) -> None:
    """Let the last transcript of an utterance come."""
    utterance = utterances.find(utterance_id)
    assert utterance is not None
    if text:
        utterance.add_final(text, "en-US")
    utterance.settled = True


def test_an_utterance_is_a_turn_once_it_is_settled() -> None:
    """Not before, and only once."""
    utterances = Utterances()
    number = speak(utterances)
    assert utterances.take_turn(3.0) is None
    settle(utterances, number, "What is it?")
    assert utterances.take_turn(3.0) == LearnerSpoke("What is it?", TurnTimes(1.0, 2.0, 3.0))
    assert utterances.take_turn(3.0) is None


def test_nobody_is_answered_while_speaking_on() -> None:
    """The turn waits for the open utterance."""
    utterances = Utterances()
    settle(utterances, speak(utterances), "What is")
    utterances.begin("en-US", tentative=False)
    assert utterances.take_turn(3.0) is None


def test_an_echo_does_not_hold_up_the_turn() -> None:
    """A tentative utterance is nobody's, and forgotten when it ends."""
    utterances = Utterances()
    settle(utterances, speak(utterances), "What is it?")
    utterances.begin("en-US", tentative=True)
    assert isinstance(utterances.take_turn(3.0), LearnerSpoke)
    utterances.end(TurnTimes(), final_due=9.0)
    assert utterances.take_turn(3.0) is None


def test_utterances_are_joined_in_the_order_they_were_spoken() -> None:
    """Whichever is settled first."""
    utterances = Utterances()
    first, second, third = speak(utterances), speak(utterances), speak(utterances)
    settle(utterances, third, "three")
    settle(utterances, first, "one")
    assert utterances.take_turn(3.0) is None
    settle(utterances, second, "two")
    turn = utterances.take_turn(3.0)
    assert isinstance(turn, LearnerSpoke)
    assert turn.text == "one two three"


def test_what_is_typed_comes_after_what_was_said() -> None:
    """And waits for its transcript."""
    utterances = Utterances()
    said = speak(utterances)
    utterances.add_typed("a verb?", TurnTimes())
    assert utterances.take_turn(3.0) is None
    settle(utterances, said, "What is")
    assert utterances.take_turn(3.0) == LearnerSpoke("What is a verb?", TurnTimes(transcribed=3.0))


def test_what_cannot_be_heard_is_owed_an_answer_too() -> None:
    """A failure without a word is told; where there is a guess, the guess counts."""
    utterances = Utterances()
    speak(utterances)
    assert len(utterances.settle_all(BROKEN)) == 1
    assert utterances.take_turn(3.0) == HearingFailed(BROKEN)
    guessed = utterances.begin("en-US", tentative=False)
    guessed.add_interim("what is it", 0.5)
    utterances.end(TurnTimes(), final_due=9.0)
    utterances.settle_all(BROKEN)
    assert utterances.take_turn(3.0) == LearnerSpoke("what is it", TurnTimes(transcribed=3.0))


def test_an_utterance_that_was_broken_off_waits_for_nothing() -> None:
    """Its end settles it."""
    utterances = Utterances()
    utterances.begin("en-US", tentative=False).break_off(BROKEN)
    utterances.end(TurnTimes(), final_due=9.0)
    assert utterances.take_turn(3.0) == HearingFailed(BROKEN)


def test_utterances_that_wait_are_bounded_and_lose_no_word() -> None:
    """The oldest is taken by its last guess into the next one."""
    utterances = Utterances()
    for number in range(3 * MAX_ENDED):
        utterances.begin("en-US", tentative=False).add_interim(f"word{number}", 0.5)
        utterances.end(TurnTimes(), final_due=9.0)
        assert len(utterances._ended) <= MAX_ENDED
    utterances.settle_all(BROKEN)
    turn = utterances.take_turn(3.0)
    assert isinstance(turn, LearnerSpoke)
    assert turn.text.split() == [f"word{number}" for number in range(3 * MAX_ENDED)]


def test_transcripts_of_settled_utterances_are_not_looked_for() -> None:
    """A late one changes nothing."""
    utterances = Utterances()
    number = speak(utterances)
    utterances.settle_all(BROKEN)
    assert utterances.find(number) is None
    assert not utterances.busy


def test_what_was_understood_waits_for_what_was_not() -> None:
    """A broken second half is apologised for, and the first half asked together with its repeat."""
    utterances = Utterances()
    settle(utterances, speak(utterances), "What is")
    utterances.begin("en-US", tentative=False).break_off(BROKEN)
    utterances.end(TurnTimes(), final_due=9.0)
    assert utterances.take_turn(3.0) == HearingFailed(BROKEN)
    settle(utterances, speak(utterances), "a verb?")
    turn = utterances.take_turn(3.0)
    assert isinstance(turn, LearnerSpoke)
    assert turn.text == "What is a verb?"


def test_typing_without_end_stays_within_the_longest_message() -> None:
    """However much is typed while a transcript is owed."""
    utterances = Utterances()
    speak(utterances)
    for _ in range(50):
        utterances.add_typed("x" * 4_000, TurnTimes())
        assert len(utterances._ended) <= MAX_ENDED
    utterances.settle_all(BROKEN)
    turn = utterances.take_turn(3.0)
    assert isinstance(turn, LearnerSpoke)
    assert len(turn.text) <= 4_000
