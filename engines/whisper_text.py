"""From the tokens Whisper writes to text.

A token is either a timestamp such as ``<|1.24|>`` or a piece of byte-level BPE: GPT-2's encoding,
which writes every byte as one printable character, a space as ``Ġ``.
"""

import re
from collections.abc import Iterable, Iterator

TIMESTAMP = re.compile(r"<\|(\d+\.\d\d)\|>")

END_TOLERANCE_S = 0.35
"""A timestamp this close to the end of the audio closes it: what the model writes after that, it
makes up, for it goes on into the silence that follows the audio."""


def read_tokens(tokens: Iterable[str], duration_s: float) -> str:
    """Return the text of the tokens that belong to the audio, without spaces around it.

    Args:
        tokens: Tokens as the model's vocabulary spells them.
        duration_s: Length of the audio, without the silence put after it.
    """
    spelled = "".join(_within(tokens, duration_s))
    return bytes(BYTES[character] for character in spelled).decode(errors="replace").strip()


def _within(tokens: Iterable[str], duration_s: float) -> Iterator[str]:
    for token in tokens:
        if timestamp := TIMESTAMP.fullmatch(token):
            if float(timestamp[1]) >= duration_s - END_TOLERANCE_S:
                return
        elif not token.startswith("<|"):
            yield token


def _byte_alphabet() -> dict[str, int]:
    """Return the byte that each character of GPT-2's alphabet stands for.

    Printable Latin-1 stands for itself; the other bytes follow from U+0100, in order.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(0x100) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {
        chr(0x100 + place): byte for place, byte in enumerate(others)
    }


BYTES = _byte_alphabet()
