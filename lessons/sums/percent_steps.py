"""Works percentages by way of one half, a quarter, ten percent or one percent."""

from fractions import Fraction

from lessons.sums import decimal_steps, fraction_steps
from lessons.sums.numbers import Number, decimal_places, say
from lessons.sums.steps import Unworkable, Worked, equation, result_form, say_decimal, say_every_way

_WELL_KNOWN = {50: Fraction(1, 2), 25: Fraction(1, 4), 10: Fraction(1, 10)}


def take(rate: Number, whole: Number) -> Worked:
    """Take ``rate`` percent of ``whole``."""
    amount = rate.amount / 100 * whole.amount
    known = _WELL_KNOWN.get(int(rate.amount)) if rate.is_whole else None
    if known:
        part = Number(known, "fraction")
        steps = [
            f"{say(rate)} percent is {say(part)}",
            *fraction_steps.take_part(part, whole).steps[:-1],
        ]
    elif rate.amount <= 0 or decimal_places(whole.amount) is None:
        steps = []
    elif rate.amount % 5 == 0 and rate.amount < 100:
        steps = _by_tens(rate, whole)
    else:
        steps = [_fact(Number(Fraction(1)), whole), _scaled(rate, Number(whole.amount / 100))]
    value = result_form(amount, whole)
    conclusion = equation(rate, "percent of", whole, value)
    return Worked(value, (*steps, f"so {conclusion}" if steps else conclusion))


def change(whole: Number, operator: str, rate: Number) -> Worked:
    """Add ``rate`` percent to ``whole``, or take them off; ``operator`` is 'plus' or 'minus'."""
    part = take(rate, whole)
    combine = decimal_steps.add if operator == "plus" else decimal_steps.subtract
    if "fraction" in (whole.form, part.value.form):
        combine = fraction_steps.add if operator == "plus" else fraction_steps.subtract
    changed = combine(whole, part.value)
    return Worked(changed.value, part.steps + changed.steps)


def find_share(part: Number, whole: Number) -> Worked:
    """Find what percentage of ``whole`` is ``part``.

    Raises:
        Unworkable: Nothing is a percentage of zero.
    """
    if whole.amount == 0:
        raise Unworkable("nothing can be a percentage of zero")
    quotient = part.amount / whole.amount
    share = say_percentage(quotient)
    steps = [f"{say(part)} divided by {say(whole)} is {say_every_way(quotient)}"]
    steps.append("percent means out of a hundred, so multiply that by one hundred")
    steps.append(f"so {say(part)} is {share} of {say(whole)}")
    return Worked(Number(quotient * 100), tuple(steps))


def say_percentage(amount: Fraction) -> str:
    """Return an amount as a percentage: 'seventy-five percent'."""
    return f"{say_decimal(amount * 100)} percent"


def _by_tens(rate: Number, whole: Number) -> list[str]:
    """Return the steps by way of ten percent, and of five for the rest."""
    ten = Number(whole.amount / 10)
    tens, fives = divmod(int(rate.amount), 10)
    steps = [_fact(Number(Fraction(10)), whole)]
    so_far = Number(ten.amount * tens)
    if tens > 1:
        steps.append(equation(Number(Fraction(tens)), "times", ten, so_far))
    if fives:
        five = Number(ten.amount / 2)
        steps.append(f"{_fact(Number(Fraction(5)), whole)}, half as much as ten percent")
        if tens:
            steps.append(equation(so_far, "plus", five, Number(so_far.amount + five.amount)))
    return steps


def _fact(rate: Number, whole: Number) -> str:
    return equation(rate, "percent of", whole, Number(rate.amount * whole.amount / 100))


def _scaled(rate: Number, one: Number) -> str:
    return equation(rate, "times", one, Number(rate.amount * one.amount))
