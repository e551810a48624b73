"""The words that tones can say."""

import re

UNCLEAR = "unclear"
"""What is heard where the tones of a word are damaged. Nobody says it."""

OTHER = "other"
"""What is said for a word that is none of these."""

NUMBERS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty
""".split()  # noqa: SIM905 - words are easier to read than a list of literals

WORDS = (
    *NUMBERS,
    *"""
    thirty forty fifty hundred plus minus times equals half more less
    a and are be but can do for from good hello how i in is it me my no not of okay on please right
    say see so stop tell thanks that the then there this to try us wait we well what when where why
    will yes you your
    add answer colour explain picture question shape sum triangle show help again next
    hola uno dos tres cuatro cinco cuanto es mas gracias
    """.split(),  # noqa: SIM905 - as above
    OTHER,
)

_NUMERALS = {str(value): word for value, word in enumerate(NUMBERS)}
_KNOWN = frozenset(WORDS)


def find_words(text: str) -> list[str]:
    """Return the words that tones say for a text: one for each of its words, in order."""
    return [_find(word) for word in re.findall(r"\w+", text.casefold())]


def _find(word: str) -> str:
    word = _NUMERALS.get(word, word)
    return word if word in _KNOWN else OTHER
