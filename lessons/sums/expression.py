"""What a sum asks for, as a tree."""

from dataclasses import dataclass
from typing import Literal

from lessons.sums.numbers import Number

Operator = Literal["plus", "minus", "times", "divided by", "of", "to the power of"]


@dataclass(frozen=True, slots=True)
class Percent:
    """So many hundredths."""

    rate: Number


@dataclass(frozen=True, slots=True)
class Root:
    """A square root (degree 2) or a cube root (degree 3)."""

    degree: Literal[2, 3]
    radicand: "Expression"


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions and what to do with them."""

    operator: Operator
    left: "Expression"
    right: "Expression"


Expression = Number | Percent | Root | Operation

Target = Literal["a percentage", "a decimal", "a fraction"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """The value of an expression, asked for in another form."""

    expression: Expression
    target: Target


@dataclass(frozen=True, slots=True)
class Share:
    """What percentage of ``whole`` is ``part``?"""

    part: Expression
    whole: Expression


@dataclass(frozen=True, slots=True)
class Claim:
    """Is ``left`` the same as ``right``?"""

    left: Expression
    right: Expression


Sum = Expression | Conversion | Share | Claim
