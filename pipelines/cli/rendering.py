"""Text for people: tables and lists of facts, for a terminal and for a pipe."""

import io
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Literal

NUMBER = re.compile(r"[-+]?[\d.,]+( ?(%|s|MB))?|unknown|nan|-")
NARROWEST_TEXT = 12
"""Columns of text are folded on a narrow terminal, but never below this width."""
GAP = 2


def table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, indent: int = 0, title: str = "", bold: int | None = None
) -> str:
    r"""Lay out rows below their headings; numbers are aligned right.

    On a terminal, columns of text are folded to its width, and numbers never are. Elsewhere no line is broken, so that
    other programs can read the table. ``bold`` is the index of the row to emphasize on a terminal.

    Examples
    --------
    >>> table(("name", "n"), [("a", "1"), ("long", "25")])
    'name   n\na      1\nlong  25\n'
    """
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    cells = [tuple(row) for row in rows]
    columns = [tuple(column) for column in zip(*([tuple(headings)] if headings else []), *cells, strict=True)]
    numeric = [_is_numeric(column[bool(headings) :]) for column in columns]
    layout = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), show_header=bool(headings), header_style="")
    for position in range(len(columns)):
        heading = Text(headings[position]) if headings else ""
        justify: Literal["left", "right"] = "right" if numeric[position] else "left"
        layout.add_column(heading, justify=justify, no_wrap=numeric[position], overflow="fold")
    for position, row in enumerate(cells):
        layout.add_row(*(Text(cell) for cell in row), style="bold" if position == bold else None)
    is_terminal = sys.stdout.isatty()
    width = _width(columns, numeric, is_terminal=is_terminal) + indent
    console = Console(file=io.StringIO(), width=width, force_terminal=is_terminal, legacy_windows=False)
    console.print(Padding(layout, (0, 0, 0, indent)), soft_wrap=False)
    assert isinstance(console.file, io.StringIO)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()] if columns else []
    return "".join(f"{line}\n" for line in ([title] if title else []) + lines)


def facts(pairs: Iterable[tuple[str, str]], *, indent: int = 0) -> str:
    r"""Write names and values, one pair per line; no line is broken, so that a value can be copied.

    Examples
    --------
    >>> facts([("status", "Failed"), ("why", "no data")])
    'status:  Failed\nwhy:     no data\n'
    """
    named = [(f"{name}:", value) for name, value in pairs]
    width = max((len(name) for name, _ in named), default=0) + GAP
    return "".join(f"{' ' * indent}{name:<{width}}{value}".rstrip() + "\n" for name, value in named)


def number(value: object) -> str:
    """Write a metric so that it can be compared with another by eye.

    Examples
    --------
    >>> number(150.4413), number(0.98671), number(None)
    ('150.441', '0.98671', '-')
    """
    return f"{value:.6g}" if isinstance(value, int | float) else "-" if value is None else str(value)


def _is_numeric(cells: Sequence[str]) -> bool:
    return bool(cells) and all(NUMBER.fullmatch(cell) for cell in cells)


def _width(columns: Sequence[Sequence[str]], numeric: Sequence[bool], *, is_terminal: bool) -> int:
    """Width of the table: all it wants, or what the terminal has, but never less than its numbers need."""
    natural = [max(len(line) for cell in column for line in cell.splitlines() or [""]) for column in columns]
    least = [width if fixed else min(width, NARROWEST_TEXT) for width, fixed in zip(natural, numeric, strict=True)]
    gaps = GAP * len(columns)
    if not is_terminal:
        return max(1, sum(natural) + gaps)
    return max(1, sum(least) + gaps, min(shutil.get_terminal_size().columns, sum(natural) + gaps))
