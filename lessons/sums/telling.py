"""Tells a sum as a subject: step by step, with its reason and another example."""

from collections.abc import Sequence

from lessons.subject import Subject
from lessons.sums.expression import Claim, Sum
from lessons.sums.reader import read_sum
from lessons.sums.reasons import find_reason
from lessons.sums.steps import Unworkable
from lessons.sums.working import work
from lessons.wording import sentence

_OPENING = "Let's work it out."


def find_sum(text: str) -> Subject | None:
    """Return the sum that ``text`` asks for, worked out; None if it asks for anything else."""
    task = read_sum(text)
    return _make_subject(task) if task else None


def _make_subject(task: Sum) -> Subject:
    reason = find_reason(task)
    try:
        steps, why = work(task).steps, reason.why
    except Unworkable as problem:
        steps = (str(problem),)
        why = sentence(steps[0])
    is_claim = isinstance(task, Claim)
    return Subject(
        title="sums",
        explanation=_tell(steps) if is_claim or len(steps) == 1 else f"{_OPENING} {_tell(steps)}",
        simpler=_tell_slowly(steps),
        why=why,
        example=_tell_example(reason.example),
    )


def _tell(steps: Sequence[str]) -> str:
    return " ".join(sentence(step) for step in steps)


def _tell_slowly(steps: Sequence[str]) -> str:
    """Number the steps, so that each stands for itself."""
    if len(steps) == 1:
        return f"It is a single step. {sentence(steps[0])}"
    numbered = [f"{name} step: {step}" for name, step in zip(_ORDINALS, steps, strict=False)]
    return _tell([*numbered[:-1], *steps[len(numbered) - 1 :]])


def _tell_example(text: str) -> str:
    task = read_sum(text)
    return f"Take {text}. {_tell(work(task).steps) if task else ''}"


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
