"""Checks the arithmetic in a spoken answer, with a reader of numbers that is not the product's.

Every equation must be true, and every number must stand in an equation or be a part of one.
"""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import isclose

from num2words import num2words  # type: ignore[import-untyped]  # ships no type hints

_SMALL = {str(num2words(value)): value for value in [*range(20), *range(20, 100, 10)]}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PARTS = {"half": 2, "halves": 2, "quarter": 4, "quarters": 4} | {
    f"{num2words(value, to='ordinal')}{ending}": value
    for value in [*range(1, 20), *range(20, 100, 10)]
    for ending in ("", "s")
}
_NUMERIC = {*_SMALL, *_SCALES, *_PARTS, "hundred"}

_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "plus": lambda left, right: left + right,
    "minus": lambda left, right: left - right,
    "times": lambda left, right: left * right,
    "divided by": lambda left, right: left / right,
    "percent of": lambda left, right: left * right / 100,
    "of": lambda left, right: left * right,
    "to the power of": lambda left, right: left ** int(right),
}
_UNARY: dict[str, Callable[[Fraction], Fraction]] = {
    "squared": lambda value: value**2,
    "cubed": lambda value: value**3,
    "percent": lambda value: value / 100,
}
_EQUATION = re.compile(
    rf"(?:# (?P<operator>{'|'.join(_OPERATIONS)}) #|# (?P<unary>{'|'.join(_UNARY)})"
    r"|(?P<root>square|cube) root of #|#)"
    r" is (?P<about>about )?(?:the same as )?#(?P<huge> times # to the power of #)?"
    r"(?P<remainder> remainder #)?(?P<share> percent(?: of #)?)?(?P<then> (?:divided by|times) #)?"
    r"(?P<ways>(?:, or (?:about )?#)*)"
)


def check_answer(answer: str, *given: int) -> Fraction:
    """Verify the equations and numbers of ``answer``; return the value of its last equation.

    Args:
        answer: What was said.
        given: Numbers that may stand in it without proof.

    Raises:
        AssertionError: Something in it is not true, or it has no equation at all.
    """
    text, values = _flatten(answer.lower())
    proved: set[Fraction] = set()
    loose = dict(enumerate(values))
    result = None
    for match in _EQUATION.finditer(text):
        first = text.count("#", 0, match.start())
        numbers = [loose.pop(first + index) for index in range(match[0].count("#"))]
        result = _verify(match, numbers, answer)
        proved.update(numbers)
    assert result is not None, f"no equation in: {answer}"
    proved |= {Fraction(part) for value in proved for part in value.as_integer_ratio()}
    assert set(loose.values()) <= proved | {Fraction(100), *map(Fraction, given)}, (
        f"{set(loose.values()) - proved} unproved in: {answer}"
    )
    return result


def _verify(match: re.Match[str], numbers: list[Fraction], answer: str) -> Fraction:
    values = iter(numbers)
    left, divisor = _left_side(match, values)
    right = next(values)
    if match["huge"]:
        right *= next(values) ** int(next(values))
    if match["remainder"]:
        right += next(values) / divisor
    if match["share"]:
        right *= Fraction(1, 100) * (next(values) if " of " in match["share"] else 1)
    if match["then"]:
        right = _OPERATIONS[match["then"][1:-2]](right, next(values))
    is_rounded = match["about"] is not None
    assert _agree(left, right, is_rounded=is_rounded), f"{left} is not {right}: {answer}"
    for about in re.findall(r"or (about )?#", match["ways"]):
        other = next(values)
        assert _agree(left, other, is_rounded=bool(about)), f"{left} is not {other}: {answer}"
    return left


def _left_side(match: re.Match[str], values: Iterator[Fraction]) -> tuple[Fraction, Fraction]:
    """Return the value left of the 'is', and the last number in it."""
    first = next(values)
    if match["root"]:
        return Fraction(float(first) ** (1 / (2 if match["root"] == "square" else 3))), first
    if match["unary"]:
        return _UNARY[match["unary"]](first), first
    if match["operator"]:
        second = next(values)
        return _OPERATIONS[match["operator"]](first, second), second
    return first, first


def _agree(left: Fraction, right: Fraction, *, is_rounded: bool) -> bool:
    tolerance = 0.05 if is_rounded else 1e-12
    return isclose(left, right, rel_tol=tolerance) if is_rounded or left != right else True


def _flatten(text: str) -> tuple[str, list[Fraction]]:
    """Replace every number in ``text`` by '#'; return it with their values."""
    words = re.findall(r"[a-z']+|[,.:?!]", text.replace("-", " "))
    flat: list[str] = []
    values: list[Fraction] = []
    while words:
        length = _number_length(words, after_number=flat[-1:] == ["#"])
        if length:
            values.append(_value(words[:length]))
            flat.append("#")
        else:
            flat.append(words[0])
        del words[: length or 1]
    return " ".join(flat).replace(" ,", ","), values


def _number_length(words: list[str], *, after_number: bool) -> int:
    start = int(words[0] == "minus" and not after_number)
    if words[start : start + 1] == [] or words[start] not in _NUMERIC - _PARTS.keys():
        return 0
    end = start + 1
    while end < len(words):
        if words[end] in _NUMERIC:
            end += 1
        elif words[end] in {"and", "point", "over"} and set(words[end + 1 : end + 2]) & _NUMERIC:
            end += 2
        else:
            break
    return end


def _value(words: list[str]) -> Fraction:
    if words[0] == "minus":
        return -_value(words[1:])
    if "over" in words:
        cut = words.index("over")
        return Fraction(_whole(words[:cut]), _whole(words[cut + 1 :]))
    if words[-1] in _PARTS:
        tens = words[-2:-1] if len(words) > 2 and _SMALL.get(words[-2], 0) >= 20 else []
        bottom = _PARTS[words[-1]] + sum(_SMALL[word] for word in tens if _PARTS[words[-1]] < 10)
        return _with_whole(words[: -1 - bool(bottom != _PARTS[words[-1]])], bottom)
    if "point" in words:
        cut = words.index("point")
        digits = "".join(str(_SMALL[word]) for word in words[cut + 1 :])
        return _whole(words[:cut]) + Fraction(int(digits), 10 ** len(digits))
    return Fraction(_whole(words))


def _with_whole(words: list[str], bottom: int) -> Fraction:
    """Return 'three and two' fifths: the whole number before the last 'and', if there is one."""
    if "and" not in words:
        return Fraction(_whole(words), bottom)
    cut = len(words) - 1 - words[::-1].index("and")
    return _whole(words[:cut]) + Fraction(_whole(words[cut + 1 :]), bottom)


def _whole(words: list[str]) -> int:
    total = group = 0
    for word in words:
        if word in _SCALES:
            total, group = total + group * _SCALES[word], 0
        elif word == "hundred":
            group = (group or 1) * 100
        elif word != "and":
            group += _SMALL[word]
    return total + group
