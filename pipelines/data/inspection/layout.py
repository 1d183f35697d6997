"""How a CSV file is read: its encoding, its separator, and whether its first line is a header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipelines.errors import BadInput, quoted
from processing_scripts.dataset_file.model import WHITESPACE
from processing_scripts.errors import PreprocessingError
from processing_scripts.reading.tables import SEPARATORS, encodings, lines_before_header, records

SEARCHED_RECORDS = 200
Rows = Sequence[tuple[int, Sequence[str]]]
"""Cells of the first records, with their lines."""
_NUMBER = re.compile(r"[+-]?(\d[\d.,' ]*|[.,]\d+)([eE][+-]?\d+)?%?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?([^\w,]{1,2}|[A-Z]{3})?\s*[+-]?\d*,\d+\s*[^\d,]{0,4}", re.ASCII)
"""A number with a decimal comma, perhaps with a sign before or after it."""


@dataclass(frozen=True)
class Layout:
    """How to read a CSV file."""

    encoding: str
    separator: str
    first_line: int
    """Lines before the first row."""
    names: tuple[str, ...]
    """Names of the columns: those of the header, or ``column_1`` and so on."""
    header: bool
    unnamed: tuple[str, ...] = ()
    """Those of the names whose cell in the header is empty."""


def find_layout(path: Path, target: str) -> Layout:
    """Find how to read a CSV file, one of whose columns is the target.

    Raises `BadInput` if it is no table of text, or two columns have the same name.
    """
    try:
        encoding = encodings(path)[0]
        skipped, separators = lines_before_header(path, encoding, _as_many_as_later(path, encoding))
    except (PreprocessingError, OSError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from error
    separator, rows = _separator(path, encoding, skipped, separators)
    header = _has_header(rows, target)
    names = _names(path, rows[0][1]) if header else [f"column_{at + 1}" for at in range(len(rows[0][1]))]
    unnamed = tuple(name for name, cell in zip(names, rows[0][1], strict=True) if header and not cell)
    return Layout(encoding, separator, rows[0][0] if header else skipped, tuple(names), header, unnamed)


def _as_many_as_later(path: Path, encoding: str) -> Callable[[list[str]], int]:
    """Return a count of names for a line that begins with #: a header has as many cells as the rows below it."""
    later = {
        separator: Counter(len(cells) for _, cells in islice(records(path, encoding, separator, 0), SEARCHED_RECORDS))
        for separator in SEPARATORS
    }

    def count(cells: list[str]) -> int:
        return len(cells) if any(widths[len(cells)] > 1 for widths in later.values()) and len(cells) > 1 else 0

    return count


def _separator(
    path: Path, encoding: str, skipped: int, separators: Sequence[str]
) -> tuple[str, list[tuple[int, list[str]]]]:
    """Choose the separator with which the first record and most of the following ones have the same number of cells.

    Runs of spaces and tabs separate cells if nothing else does, or if they stand in the cells of whatever else does.
    """
    found: list[tuple[bool, bool, int, str, list[tuple[int, list[str]]]]] = []
    for separator in (*separators, WHITESPACE):
        rows = [each for each in islice(records(path, encoding, separator, skipped), SEARCHED_RECORDS) if any(each[1])]
        width, count = Counter(len(cells) for _, cells in rows).most_common(1)[0] if rows else (0, 0)
        regular = bool(rows) and count / len(rows) > 0.9 and len(rows[0][1]) == width
        if separator == WHITESPACE and not (regular and _are_aligned(rows, [others for *_, others in found])):
            continue
        if width > 1:
            decimal_commas = separator != "," and any("," in cell for _, cells in rows for cell in cells)
            found.append((regular, decimal_commas and _explains_commas(rows), width, separator, rows))
    if not found:
        raise BadInput(
            f"{path} has one column only, whatever the separator ({', '.join(map(repr, separators))}). Provide a table "
            "with the target and at least one feature."
        )
    *_, separator, rows = max(found, key=lambda each: each[:3])
    return separator, rows


def _are_aligned(rows: Rows, others: Sequence[Rows]) -> bool:
    """Whether blanks separate cells: no cell ends at another separator, whose own cells have runs of blanks."""
    if any(cell != cell.strip(",;|") for _, cells in rows for cell in cells):
        return False
    return all(any("  " in cell for cell in cells) for other in others for _, cells in other[1:])


def _explains_commas(rows: Rows) -> bool:
    """Whether all commas are decimal marks."""
    commas = [cell for _, cells in rows[1:] for cell in cells if "," in cell]
    return bool(commas) and all(_DECIMAL_COMMA.fullmatch(cell) for cell in commas)


def _has_header(rows: Rows, target: str) -> bool:
    """Decide whether the first record contains names."""
    first, others = rows[0][1], [cells for _, cells in rows[1:] if len(cells) == len(rows[0][1])]
    if target in first and not re.fullmatch(r"column_\d+", target):
        return not any(target in cells for cells in others)
    numbered = [str(at) for at in range(len(first))]
    if [*first] == numbered or [*first] == ["", *numbered[:-1]]:
        return True  # the header of a pandas.DataFrame without names
    if any(_NUMBER.fullmatch(cell) for cell in first):
        return False
    named = [cell for cell in first if cell]
    if len(set(named)) < len(named):
        return False
    again = sum(any(cell == cells[at] for cells in others) for at, cell in enumerate(first) if cell)
    return 2 * again < len(named)


def _names(path: Path, header: Sequence[str]) -> list[str]:
    names = [name or f"column_{at + 1}" for at, name in enumerate(header)]
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise BadInput(f"{path} has two columns with the name {quoted(twice)}. Rename one of them in the header.")
    return names
