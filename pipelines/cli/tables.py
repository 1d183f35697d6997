"""Plain tables for stdout: columns padded with spaces, no line ever broken, so that other programs can read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], indent: int = 0) -> str:
    r"""Lay out rows below their headings; no headings, no heading line.

    Examples
    --------
    >>> table(("name", "n"), [("a", "1"), ("long", "2")])
    'name  n\na     1\nlong  2\n'
    """
    lines = [*([headings] if headings else []), *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "".join(f"{' ' * indent}{line}".rstrip() + "\n" for line in padded)
