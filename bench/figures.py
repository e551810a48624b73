"""Figures for reports: percentiles, and tables that line up."""

from collections.abc import Iterable, Sequence


def percentile(values: Iterable[float], percent: float) -> float:
    """Return the smallest value that at least ``percent`` of all do not exceed (nearest rank).

    Raises:
        ValueError: There are no values.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(int(rank), 1) - 1]


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Return ``p50 / p95 / p99``, or ``-`` where there are no values."""
    if not values:
        return "-"
    return " / ".join(f"{percentile(values, p):,.{digits}f}" for p in (50, 95, 99))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> str:
    """Return rows as text: the first ``texts`` columns to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index < texts else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
