"""From the bytes of a file to cells: encoding, separator, rows. Knows nothing of bicycles."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from processing_scripts.errors import FileError

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

_SEPARATORS = (",", ";", "\t", "|")

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_FOREIGN_BEGINNINGS = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook; extract it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV"),
    (b"\x1f\x8b", "gzip-compressed; decompress it first"),
    (b"PAR1", "a Parquet file; save the table as CSV"),
    (b"%PDF", "a PDF document; bring the table as CSV"),
    (b"version https://git-lfs", "a Git LFS pointer; fetch the file itself with 'git lfs pull'"),
    (b"{", "JSON (a notebook, perhaps); bring the table that it reads as CSV"),
    (b"[", "JSON; bring the table as CSV"),
    (b"<", "HTML or XML (a login or error page, perhaps); download the table itself as CSV"),
)


@dataclass(frozen=True)
class Table:
    """The cells of a CSV file, stripped of surrounding blanks.

    Attributes
    ----------
    header
        One name per column, as written.
    rows
        As many cells per row as the header has.
    lines
        For each row the line of the file it ends on, counted from 1.
    separator
        The character between cells.
    """

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    separator: str


def read_table(path: Path, *, recognise: Callable[[list[str]], int]) -> Table:
    """Read a CSV file of whatever encoding, separator and line ends.

    Parameters
    ----------
    path
        The file.
    recognise
        How many names of a header mean something; the separator that gives the most is the right one.

    Raises
    ------
    FileError
        When the file is empty, is no text table, or has a row of another width than its header.
    """
    text = _decode(path)
    try:
        separator = max(_SEPARATORS, key=lambda candidate: recognise(next(_reader(text, candidate), [])))
        return _table(_reader(text, separator), separator, path)
    except csv.Error as error:
        message = f"{path.name} is not CSV ({error}); look for a quotation mark too many, or save the table again."
        raise FileError(message) from error


def _reader(text: str, separator: str) -> CsvReader:
    # Lines end as in any text file, and nowhere else: str.splitlines would end them at rarer characters too.
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _table(reader: CsvReader, separator: str, path: Path) -> Table:
    header = [cell.strip() for cell in next(reader)]
    rows: list[list[str]] = []
    lines: list[int] = []
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells):
            _check_width(cells, header, reader.line_num, path)
            rows.append(cells)
            lines.append(reader.line_num)
    if not rows:
        raise FileError(f"{path.name} has a header but no rows; bring a file with hourly rows below it.")
    return Table(header=header, rows=rows, lines=lines, separator=separator)


def _decode(path: Path) -> str:
    data = path.read_bytes()
    if not data.strip():
        raise FileError(f"{path.name} is empty; bring the CSV file with the hourly rentals.")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding, path)
    for beginning, what in _FOREIGN_BEGINNINGS:
        if data.lstrip().startswith(beginning):
            raise FileError(f"{path.name} is not a CSV file but {what}.")
    if b"\x00" in data:
        raise FileError(f"{path.name} holds binary data (byte 0 at offset {data.index(0)}); save it as CSV in UTF-8.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # One byte per character: it cannot fail, and only the degree sign of the header depends on it.
        return data.decode("latin-1")


def _strictly(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"{path.name} says it is {encoding} but breaks off at byte {error.start}; save it as CSV in UTF-8."
        raise FileError(message) from error


def _check_width(cells: list[str], header: list[str], line: int, path: Path) -> None:
    if len(cells) < len(header):
        problem = f"the row is cut off before '{header[len(cells)]}'"
    elif len(cells) > len(header):
        problem = "there is a separator too many, or a cell that wants quotes"
    else:
        return
    counts = f"{len(cells)} cells where the header has {len(header)}"
    raise FileError(f"Line {line} of {path.name} has {counts}: {problem}; mend the row or fetch the file again.")
