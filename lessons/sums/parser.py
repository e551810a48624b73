"""Builds the tree of a sum from its tokens, with the usual order of operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from lessons.sums.expression import Expression, Operation, Operator, Percent, Root
from lessons.sums.lexer import Token
from lessons.sums.numbers import Number

_MOST_TOKENS = 60
"""A longer sum is not for ears; it also bounds how deep brackets may nest."""

_POWER_BINDING = 4
_FROM_THE_RIGHT = frozenset({"of", "to the power of"})
_BINDINGS = {
    "plus": 1,
    "add": 1,
    "minus": 1,
    "subtract": 1,
    "less than": 1,
    "times": 2,
    "divided by": 2,
    "into": 2,
    "of": 3,
    "off": 3,
    "to the power of": _POWER_BINDING,
}

_SYNONYMS = {
    "add": "plus",
    "subtract": "minus",
    "less than": "minus",
    "off": "minus",
    "into": "divided by",
}
_TURNED_AROUND = frozenset({"less than", "off", "into"})
_SUMS = frozenset({"plus", "minus"})

_HOMOPHONES = {"to": 2, "for": 4, "ate": 8, "won": 1}
"""Words that a recognizer writes for a number; they are one only where a number must stand."""


@dataclass(frozen=True, slots=True)
class _Command:
    """A verb or noun in front of its two numbers: 'subtract four from ten'."""

    operator: Operator
    separators: tuple[str, ...]
    is_reversed: bool = False


_COMMANDS = {
    "sum": _Command("plus", ("and",)),
    "product": _Command("times", ("and",)),
    "difference": _Command("minus", ("and",)),
    "add": _Command("plus", ("and", "to", "with")),
    "at": _Command("plus", ("and",)),  # what recognizers make of 'add'
    "subtract": _Command("minus", ("from",), is_reversed=True),
    "take": _Command("minus", ("from",), is_reversed=True),
    "multiply": _Command("times", ("by", "and", "with")),
    "divide": _Command("divided by", ("by",)),
    "increase": _Command("plus", ("by",)),
    "decrease": _Command("minus", ("by",)),
}


class NotASum(ValueError):
    """The words do not make up a sum."""


def parse(tokens: Sequence[Token]) -> Expression:
    """Return the tree of a complete expression.

    Raises:
        NotASum: The tokens are no expression, or there are too many of them.
    """
    if len(tokens) > _MOST_TOKENS:
        raise NotASum
    parser = _Parser(tokens)
    expression = parser.expression()
    parser.expect_end()
    return expression


class _Parser:
    """Precedence climbing over the tokens."""

    def __init__(self, tokens: Sequence[Token]):
        self._tokens = tokens
        self._position = 0

    def expression(self, minimum: int = 0) -> Expression:
        """Parse operands joined by operators that bind at least as tightly as ``minimum``."""
        left = self._postfix(self._operand())
        while (binding := self._binding()) > minimum:
            name = cast(str, self._take())
            right = self.expression(binding - (name in _FROM_THE_RIGHT))
            left = _join(name, left, right)
        return left

    def expect_end(self) -> None:
        if self._position < len(self._tokens):
            raise NotASum

    def _binding(self) -> int:
        token = self._peek()
        return _BINDINGS.get(token, 0) if isinstance(token, str) else 0

    def _operand(self) -> Expression:
        token = self._take()
        if isinstance(token, Number):
            return token
        if token in _COMMANDS:
            return self._command(token)
        if token in _HOMOPHONES:
            return Number(Fraction(_HOMOPHONES[token]))
        return self._prefixed(token)

    def _prefixed(self, token: str) -> Expression:
        match token:
            case "(":
                inner = self.expression()
                self._expect(")")
                return inner
            case "minus" | "negative":
                return _negate(self.expression(_POWER_BINDING - 1))
            case "square root":
                return Root(2, self.expression(_POWER_BINDING - 1))
            case "cube root":
                return Root(3, self.expression(_POWER_BINDING - 1))
            case "double":
                return Operation("times", Number(Fraction(2)), self.expression(2))
            case "triple":
                return Operation("times", Number(Fraction(3)), self.expression(2))
        raise NotASum

    def _postfix(self, operand: Expression) -> Expression:
        while self._peek() in ("squared", "cubed", "percent"):
            match self._take():
                case "squared":
                    operand = Operation("to the power of", operand, Number(Fraction(2)))
                case "cubed":
                    operand = Operation("to the power of", operand, Number(Fraction(3)))
                case _ if isinstance(operand, Number):
                    operand = Percent(operand)
                case _:
                    raise NotASum
        return operand

    def _command(self, name: str) -> Expression:
        command = _COMMANDS[name]
        first = self.expression()
        if self._peek() == "away":
            self._take()
        if self._take() not in command.separators:
            raise NotASum
        second = self.expression()
        if name in {"increase", "decrease"} and _is_part(second):
            raise NotASum  # by a half of it, or by a half?
        if name == "difference" and isinstance(first, Number) and isinstance(second, Number):
            first, second = sorted((first, second), key=lambda number: -number.amount)
        if command.is_reversed:
            first, second = second, first
        return Operation(command.operator, first, second)

    def _peek(self) -> Token | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _take(self) -> Token:
        token = self._peek()
        if token is None:
            raise NotASum
        self._position += 1
        return token

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise NotASum


def _join(name: str, left: Expression, right: Expression) -> Expression:
    """Return the operation that ``name`` stands for.

    Raises:
        NotASum: It may be meant in two ways ('three of four', 'half off twenty').
    """
    of_what = isinstance(left, Percent)
    if name == "of" and not (of_what or _is_part(left)):
        raise NotASum
    if (name == "off" and not of_what) or (
        name in _SUMS and of_what and isinstance(right, Percent)
    ):
        raise NotASum
    if name == "of" and isinstance(right, Percent):
        right = right.rate  # recognizers write '15% of 80%' for 'fifteen percent of eighty'
    operator = _SYNONYMS.get(name, name)
    if name in _TURNED_AROUND:
        left, right = right, left
    return Operation(cast(Operator, operator), left, right)


def _negate(expression: Expression) -> Expression:
    if isinstance(expression, Number):
        return Number(-expression.amount, expression.form)
    return Operation("minus", Number(Fraction(0)), expression)


def _is_part(expression: Expression) -> bool:
    return isinstance(expression, Number) and not expression.is_whole
