"""Reads the tables and examples of ``BACKEND_SPEC.md``, and words a message's fields as it does."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le, Lt, MaxLen, MinLen

SPEC = (Path(__file__).parent.parent / "BACKEND_SPEC.md").read_text(encoding="utf-8")

Table = list[list[str]]

NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", bytes: "bytes"}


def sections(level: int, text: str = SPEC) -> dict[str, str]:
    """Return the sections under the headings of a level: title and text."""
    parts = re.split(rf"^{'#' * level} (.+)$", text, flags=re.MULTILINE)[1:]
    return {
        title: re.split(rf"^#{{1,{level}}} ", body, flags=re.MULTILINE)[0]
        for title, body in zip(parts[::2], parts[1::2], strict=True)
    }


def tables(text: str) -> list[Table]:
    """Return the rows of each table, without its heading; code marks are taken off."""
    blocks = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    return [[_cells(line) for line in block.splitlines()[2:]] for block in blocks]


def examples(language: str, text: str = SPEC) -> list[str]:
    """Return the code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def describe_fields(message_class: Any) -> Iterator[tuple[str, str, str]]:
    """Yield name, type and default of each field of a message, in the words of the page."""
    hints = get_type_hints(message_class, include_extras=True)
    for field in dataclasses.fields(message_class):
        yield field.name, _describe(hints[field.name], field), _default(field)


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in line.strip("|").split("|")]


def _default(field: "dataclasses.Field[Any]") -> str:
    words = {None: "none", b"": "empty", "": '""', True: "true", False: "false"}
    if field.default is dataclasses.MISSING:
        return "required"
    for value, word in words.items():
        if field.default is value:
            return word
    return str(field.default)


def _describe(annotation: Any, field: "dataclasses.Field[Any]") -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        choices = [part for part in parts if part not in (NoneType, memoryview)]
        required = field.default is dataclasses.MISSING and NoneType in parts
        return _describe(choices[0], field) + " or null" * required
    if origin is Annotated:
        return _bounded(NAMES[parts[0]], parts[1].metadata)
    if origin is Literal:
        return f"one of {', '.join(parts)}"
    if origin is tuple:
        return f"list of {NAMES[parts[0]]}s"
    return NAMES.get(annotation, "object")


def _bounded(name: str, metadata: list[Any]) -> str:
    """Word the bounds of a number or a string."""
    bounds = {type(bound): bound for bound in metadata}
    if Lt in bounds:
        return "u32" if (bounds[Ge].ge, bounds[Lt].lt) == (0, 2**32) else "?"
    if Le in bounds:
        return f"{name}, {bounds[Ge].ge} to {bounds[Le].le}"
    least = f"{bounds[MinLen].min_length} to" if MinLen in bounds else "at most"
    name = "language tag" if any(hasattr(bound, "pattern") for bound in metadata) else name
    return f"{name}, {least} {bounds[MaxLen].max_length} characters"
