"""Why a kind of sum is worked the way it is, and another sum of that kind as an example."""

from dataclasses import dataclass

from lessons.sums.expression import Claim, Conversion, Operation, Percent, Root, Share, Sum
from lessons.sums.numbers import Number


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in spoken sentences, and a sum to show it with."""

    why: str
    example: str


_SAME_PIECES = (
    "Only pieces of the same size can be counted together. "
    "So both fractions are brought to the same bottom number first."
)
_REASONS = {
    "plus": Reason(
        "Plus puts two amounts together. "
        "Hundreds, tens and ones can be put together one after the other.",
        "thirty-four plus twenty-five",
    ),
    "minus": Reason(
        "Minus takes one amount away from another. "
        "It may be taken away in parts, first the tens and then the ones.",
        "fifty-eight minus twenty-three",
    ),
    "times": Reason(
        "Times means equal groups. "
        "A group may be split into two easier parts, and the parts added up again.",
        "six times seven",
    ),
    "divided by": Reason(
        "Divided by asks how many equal parts fit. It is times, turned around.",
        "twenty-four divided by six",
    ),
    "fraction plus": Reason(_SAME_PIECES, "one half plus one quarter"),
    "fraction minus": Reason(_SAME_PIECES, "three quarters minus one half"),
    "fraction times": Reason(
        "Times with a fraction takes a part of a part. "
        "The bottoms tell how small the new pieces are, and the tops how many there are.",
        "one half times one third",
    ),
    "fraction divided by": Reason(
        "Divided by asks how often the second number fits into the first. "
        "The smaller the piece, the more often it fits, so the fraction is turned upside down.",
        "one half divided by one quarter",
    ),
    "of": Reason(
        "The bottom number tells into how many equal parts to cut. "
        "The top number tells how many of the parts to take.",
        "three quarters of twenty",
    ),
    "percent": Reason(
        "Percent means out of a hundred. So ten percent is one tenth, and the rest builds on that.",
        "twenty percent of sixty",
    ),
    "to the power of": Reason(
        "A power is a short way to write a number times itself, again and again.",
        "three to the power of four",
    ),
    "root": Reason(
        "A root goes back from a power. It asks which number, times itself, makes this one.",
        "the square root of thirty-six",
    ),
    "conversion": Reason(
        "Fractions, decimals and percentages are three ways to write the same amount.",
        "one half as a percentage",
    ),
}


def find_reason(task: Sum) -> Reason:
    """Return the reason that fits the last thing to be done in ``task``."""
    match task:
        case Claim():
            return find_reason(task.right if isinstance(task.left, Number) else task.left)
        case Root():
            return _REASONS["root"]
        case Share() | Percent():
            return _REASONS["percent"]
        case Operation():
            return _REASONS[_name(task)]
        case Conversion() | Number():
            return _REASONS["conversion"]


def _name(operation: Operation) -> str:
    sides = (operation.left, operation.right)
    if any(isinstance(side, Percent) for side in sides):
        return "percent"
    has_fraction = any(isinstance(side, Number) and side.form == "fraction" for side in sides)
    name = f"fraction {operation.operator}"
    return name if has_fraction and name in _REASONS else operation.operator
