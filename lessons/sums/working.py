"""Works a sum out from the inside outwards and collects the steps."""

from collections.abc import Callable, Iterator
from fractions import Fraction

from lessons.sums import decimal_steps, fraction_steps, percent_steps, power_steps
from lessons.sums.expression import (
    Claim,
    Conversion,
    Expression,
    Operation,
    Operator,
    Percent,
    Root,
    Share,
    Sum,
)
from lessons.sums.numbers import Number, decimal_places, say, say_fraction, say_mixed
from lessons.sums.steps import Unworkable, Worked, conclude, ensure_sayable, say_decimal

_SUMS = {"plus", "minus"}
_PRODUCTS = {"times", "divided by"}

_Method = Callable[[Number, Number], Worked]
_METHODS: dict[Operator, tuple[_Method, _Method]] = {
    "plus": (decimal_steps.add, fraction_steps.add),
    "minus": (decimal_steps.subtract, fraction_steps.subtract),
    "times": (decimal_steps.multiply, fraction_steps.multiply),
    "divided by": (decimal_steps.divide, fraction_steps.divide),
    "of": (fraction_steps.take_part, fraction_steps.take_part),
    "to the power of": (power_steps.raise_to, power_steps.raise_to),
}
"""How to do it with whole and decimal numbers, and how with a fraction among them."""


def work(task: Sum) -> Worked:
    """Work out ``task``.

    Raises:
        Unworkable: It has no answer, or none this tutor can give exactly.
    """
    match task:
        case Claim():
            return _judge(task)
        case Conversion():
            return _convert(task)
        case Share():
            part, whole = evaluate(task.part), evaluate(task.whole)
            share = percent_steps.find_share(part.value, whole.value)
            return Worked(share.value, part.steps + whole.steps + share.steps)
        case Root():
            return _take_root(task, is_last=True)
    return evaluate(task)


def evaluate(expression: Expression) -> Worked:
    """Work out an expression exactly.

    Raises:
        Unworkable: See :func:`work`.
    """
    match expression:
        case Number():
            ensure_sayable(expression.amount)
            return Worked(expression, ())
        case Percent():
            value = Number(expression.rate.amount / 100)
            return Worked(value, (f"{say(expression.rate)} percent is {say(value)}",))
        case Root():
            return _take_root(expression, is_last=False)
    return _operate(expression)


def _operate(operation: Operation) -> Worked:
    right_percent = isinstance(operation.right, Percent) and operation.operator in _SUMS
    if isinstance(operation.left, Percent) and operation.operator in {"of", "times"}:
        whole = evaluate(operation.right)
        result = percent_steps.take(operation.left.rate, whole.value)
        return Worked(result.value, whole.steps + result.steps)
    left = evaluate(operation.left)
    if right_percent and isinstance(operation.right, Percent):
        result = percent_steps.change(left.value, operation.operator, operation.right.rate)
        return Worked(result.value, left.steps + result.steps)
    right = evaluate(operation.right)
    for side in (left, right):
        ensure_sayable(side.value.amount)
    plain, with_fraction = _METHODS[operation.operator]
    has_fraction = "fraction" in (left.value.form, right.value.form) or None in (
        decimal_places(left.value.amount),
        decimal_places(right.value.amount),
    )
    result = (with_fraction if has_fraction else plain)(left.value, right.value)
    return Worked(result.value, (*_order(operation), *left.steps, *right.steps, *result.steps))


def _order(operation: Operation) -> tuple[str, ...]:
    """Say what comes first, where the order is what makes the sum hard."""
    inner = {
        side.operator for side in (operation.left, operation.right) if isinstance(side, Operation)
    }
    if operation.operator in _SUMS and inner & _PRODUCTS:
        return ("times and divided by come before plus and minus",)
    if operation.operator in _PRODUCTS and inner & _SUMS:
        return ("brackets come first",)
    return ()


def _take_root(root: Root, *, is_last: bool) -> Worked:
    radicand = evaluate(root.radicand)
    result = power_steps.take_root(root.degree, radicand.value, is_last=is_last)
    return Worked(result.value, radicand.steps + result.steps)


def _judge(claim: Claim) -> Worked:
    left, right = evaluate(claim.left), evaluate(claim.right)
    agrees = left.value.amount == right.value.amount
    verdict = "yes, that is right" if agrees else "no, that is not right"
    steps = [verdict, *left.steps, *right.steps]
    if not agrees:
        steps.append(f"so it is not {say(right.value)}")
    return Worked(left.value, tuple(steps))


def _convert(conversion: Conversion) -> Worked:
    inner = evaluate(conversion.expression)
    value = inner.value
    if value.amount < 0:
        raise Unworkable("I only turn numbers above zero into another form")
    steps = list(inner.steps)
    match conversion.target:
        case "a percentage":
            steps.append("percent means out of a hundred, so multiply by one hundred")
            written = percent_steps.say_percentage(value.amount)
        case "a decimal":
            written = say_decimal(value.amount)
        case "a fraction":
            steps.extend(_simplify(value))
            written = _say_as_fraction(value.amount)
    return conclude(steps, f"{say(value)} is {written}", value)


def _simplify(value: Number) -> Iterator[str]:
    """Yield the step from a fraction or decimal as given to its simplest form."""
    if value.bottom:
        factor = Number(Fraction(value.bottom, value.amount.denominator))
        yield f"divide the top and the bottom by {say(factor)}"
    places = decimal_places(value.amount)
    if value.form == "decimal" and places:
        written = say_fraction(int(value.amount * 10**places), 10**places)
        if written != _say_as_fraction(value.amount):
            yield f"{say(value)} is the same as {written}"


def _say_as_fraction(amount: Fraction) -> str:
    return say_mixed(amount) if amount.denominator > 1 else say_fraction(amount.numerator, 1)
