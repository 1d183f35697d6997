"""Text for people: tables, lists of facts and the progress of an execution, for a terminal and for a pipe."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from html_page.translations import Language, read_translations
from pipelines.settings.sentences import Sentence

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from pipelines.execution.pipeline import Progress, Step

NUMBER = re.compile(r"[-+]?[\d.,]+( ?(%|s|MB))?|unknown|nan|-")
NARROWEST_TEXT = 12
"""Columns of text are folded on a narrow terminal, but never below this width."""
GAP = 2
Words = Callable[..., str]
"""Translates a text, with values in place of its ``{names}``."""
COLOURS = {"Succeeded": "green", "Failed": "red", "Stopped": "yellow", "Executing": "cyan"}


def words(language: Language) -> Words:
    """Return the translation of the terminal's texts; a text is its own key, and stays English if the file lacks it."""
    texts = read_translations(Path(__file__).with_name("translations.json"))

    def t(text: str, **values: Any) -> str:
        pattern, values = (text.pattern, text.values) if isinstance(text, Sentence) else (text, values)
        said = {name: t(value) if isinstance(value, Sentence) else value for name, value in values.items()}
        return texts.text(language, pattern, **said)

    return t


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
    cells = [tuple(row) for row in rows]
    columns = [tuple(column) for column in zip(*([tuple(headings)] if headings else []), *cells, strict=True)]
    numeric = [_is_numeric(column[bool(headings) :]) for column in columns]
    lines = _unfolded(columns, numeric, indent) if bold is None or not sys.stdout.isatty() else None
    if lines is None:
        lines = _folded(headings, cells, columns, numeric, indent, bold)
    return "".join(f"{line}\n" for line in ([title] if title else []) + lines)


def _unfolded(columns: Sequence[Sequence[str]], numeric: Sequence[bool], indent: int) -> list[str] | None:
    """Lay out a table in which nothing is to be folded, without rich's console, whose import every command would feel.

    Returns None if it is wider than the terminal, or a cell has line ends or control characters.
    """
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in columns]
    total = indent + sum(widths) + GAP * (len(columns) - 1)
    too_wide = sys.stdout.isatty() and total > shutil.get_terminal_size().columns
    if too_wide or not all(cell.isprintable() for column in columns for cell in column):
        return None
    lines = []
    for row in zip(*columns, strict=True):
        gaps = [" " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        padded = [gap + cell if right else cell + gap for cell, gap, right in zip(row, gaps, numeric, strict=True)]
        lines.append((" " * indent + (" " * GAP).join(padded)).rstrip())
    return lines


def _folded(
    headings: Sequence[str],
    cells: Sequence[Sequence[str]],
    columns: Sequence[Sequence[str]],
    numeric: Sequence[bool],
    indent: int,
    bold: int | None,
) -> list[str]:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

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
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def facts(pairs: Iterable[tuple[str, str]], *, indent: int = 0) -> str:
    r"""Write names and values, one pair per line; no line is broken, so that a value can be copied.

    Examples
    --------
    >>> facts([("status", "Failed"), ("why", "no data")])
    'status:  Failed\nwhy:     no data\n'
    """
    from rich.cells import cell_len, set_cell_size

    named = [(f"{name}:", value) for name, value in pairs]
    width = max((cell_len(name) for name, _ in named), default=0) + GAP
    return "".join(f"{' ' * indent}{set_cell_size(name, width)}{value}".rstrip() + "\n" for name, value in named)


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


@contextlib.contextmanager
def shown() -> Iterator[Callable[[Progress], None]]:
    """Yield a function that shows a progress on stderr: live in a terminal, elsewhere a line for each change."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain(console)
        return
    from rich.live import Live

    with Live(console=console, auto_refresh=False) as live:
        yield lambda progress: live.update(_live(progress), refresh=True)


def _plain(console: Console) -> Callable[[Progress], None]:
    """Write a line whenever a step's status changes, and only then."""
    seen: dict[str, str] = {}

    def show(progress: Progress) -> None:
        for step in progress.steps:
            if seen.get(step.name) != step.status:
                seen[step.name] = step.status
                console.print(_line(step), highlight=False, markup=False, soft_wrap=True)

    return show


def _line(step: Step) -> str:
    return f"{step.name:<34} {status_text(step):<20} {step.seconds:7.1f} s"


def status_text(step: Step) -> str:
    """Name a step's status, and where its result comes from if it did not run."""
    return f"{step.status} (cached)" if step.cache_hit else step.status


def _live(progress: Progress) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for step in progress.steps:
        status = Text(status_text(step), style=COLOURS.get(step.status, ""))
        table.add_row(step.name, status, Text(f"{step.seconds:.1f} s", justify="right"))
    table.add_row("Execution", Text(progress.status, style="bold"), Text(f"{progress.seconds:.1f} s", justify="right"))
    return table
