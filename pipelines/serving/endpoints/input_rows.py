"""Raw columns from the user: ``KEY=VALUE`` pairs, a file or standard input, as one CSV file."""

import csv
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines.errors import BadInput, quoted

Row = Sequence[tuple[str, str]]
_PLACE_IN_FILE = re.compile(r"^Line (\d+), column '(.+?)': ")


def rows_as_file(rows: Sequence[Row], folder: Path) -> Path:
    """Write rows of ``KEY=VALUE`` pairs below the names of the first one.

    Raises `BadInput` if a column is given twice, or the rows have different ones.
    """
    names = [name for name, _ in rows[0]]
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for number, row in enumerate(rows, 1):
            values = _by_name(row, number, len(rows))
            different = set(names) ^ set(values)
            if different:
                raise BadInput(
                    f"Rows 1 and {number} differ in the column {quoted(min(different))}; give every --row the same "
                    "columns."
                )
            writer.writerow([values[name] for name in names])
    return path


def stdin_as_file(folder: Path) -> Path:
    """Copy standard input to a file, byte by byte."""
    path = folder / "standard-input"
    path.write_bytes(sys.stdin.buffer.read())
    return path


def name_the_row(message: str, rows: int) -> str:
    """Rewrite a message about a line of the file that was made of ``--row`` values to name the row.

    Examples
    --------
    >>> name_the_row("Line 2, column 'humidity': '-1' is below 0, which ...", 1)
    "Column 'humidity': '-1' is below 0, which ..."
    """

    def place(match: re.Match[str]) -> str:
        row = "" if rows == 1 else f"Row {int(match[1]) - 1}, "
        return f"{row}{'column' if row else 'Column'} '{match[2]}': "

    of_rows = message.replace("the file has no other columns; add the column", "add it")
    return _PLACE_IN_FILE.sub(place, of_rows.replace("the file has", "the row has"))


def _by_name(row: Row, number: int, rows: int) -> dict[str, str]:
    values = dict(row)
    if len(values) < len(row):
        names = [name for name, _ in row]
        twice = next(name for name in names if names.count(name) > 1)
        where = "--row" if rows == 1 else f"Row {number}"
        raise BadInput(f"{where} gives {quoted(twice)} twice; keep one of them.")
    return values
