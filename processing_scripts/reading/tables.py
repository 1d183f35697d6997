"""From the bytes of a file to cells: encoding, separator, rows. Knows nothing of bicycles."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from processing_scripts.errors import FileError

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

_SEPARATORS = (",", ";", "\t", "|")
_BLOCK_BYTES = 2**20

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
    return next(read_tables(path, recognise=recognise))


def read_tables(path: Path, *, recognise: Callable[[list[str]], int], rows: int | None = None) -> Iterator[Table]:
    """Read the same in tables of so many rows each, of which one at a time is in memory.

    Raises
    ------
    FileError
        As `read_table` does, when the row is come to.
    """
    encoding = _encoding(path)
    try:
        with _open(path, encoding) as file:
            separator = max(_SEPARATORS, key=lambda candidate: recognise(_header(file, candidate)))
            file.seek(0)
            yield from _tables(_reader(file, separator), separator, path, rows)
    except csv.Error as error:
        message = f"{path.name} is not CSV ({error}); look for a quotation mark too many, or save the table again."
        raise FileError(message) from error


def _open(path: Path, encoding: str) -> TextIO:
    # Lines end as in any text file, and nowhere else: str.splitlines would end them at rarer characters too.
    return path.open(encoding=encoding, newline="")


def _reader(file: TextIO, separator: str) -> CsvReader:
    return csv.reader(file, delimiter=separator, strict=True)


def _header(file: TextIO, separator: str) -> list[str]:
    file.seek(0)
    return next(_reader(iter(file.readline, ""), separator), [])  # type: ignore[arg-type]


def _tables(reader: CsvReader, separator: str, path: Path, most: int | None) -> Iterator[Table]:
    header = [cell.strip() for cell in next(reader)]
    rows = _rows(reader, header, path)
    empty = True
    while numbered := list(islice(rows, most)):
        empty = False
        yield Table(
            header=header,
            rows=[cells for _, cells in numbered],
            lines=[line for line, _ in numbered],
            separator=separator,
        )
    if empty:
        raise FileError(f"{path.name} has a header but no rows; bring a file with hourly rows below it.")


def _rows(reader: CsvReader, header: list[str], path: Path) -> Iterator[tuple[int, list[str]]]:
    for row in reader:
        cells = [*map(str.strip, row)]
        if any(cells):
            if len(cells) != len(header):
                raise _wrong_width(cells, header, reader.line_num, path)
            yield reader.line_num, cells


def _encoding(path: Path) -> str:
    """Find the encoding of a file, and refuse what is no text at all."""
    with path.open("rb") as file:
        beginning = file.read(_BLOCK_BYTES)
    if not beginning.strip():
        raise FileError(f"{path.name} is empty; bring the CSV file with the hourly rentals.")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if beginning.startswith(mark):
            broken = _first_not_decoded(path, encoding)
            if broken is not None:
                raise FileError(
                    f"{path.name} says it is {encoding} but breaks off at byte {broken}; save it as CSV in UTF-8."
                )
            return encoding
    for foreign, what in _FOREIGN_BEGINNINGS:
        if beginning.lstrip().startswith(foreign):
            raise FileError(f"{path.name} is not a CSV file but {what}.")
    for offset, block in _blocks(path):
        if b"\x00" in block:
            at = offset + block.index(0)
            raise FileError(f"{path.name} holds binary data (byte 0 at offset {at}); save it as CSV in UTF-8.")
    # One byte per character: latin-1 cannot fail, and only the degree sign of the header depends on it.
    return "utf-8" if _first_not_decoded(path, "utf-8") is None else "latin-1"


def _first_not_decoded(path: Path, encoding: str) -> int | None:
    """Where a file's bytes stop being of an encoding; None if they never do."""
    decoder = codecs.getincrementaldecoder(encoding)()
    end = 0
    try:
        for offset, block in _blocks(path):
            end = offset + len(block)
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # The decoder speaks of the bytes that it still had and those of this block.
        return end - len(error.object) + error.start
    return None


def _blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """A file's bytes, block by block, each with where it begins."""
    with path.open("rb") as file:
        offset = 0
        while block := file.read(_BLOCK_BYTES):
            yield offset, block
            offset += len(block)


def _wrong_width(cells: list[str], header: list[str], line: int, path: Path) -> FileError:
    if len(cells) < len(header):
        problem = f"the row is cut off before '{header[len(cells)]}'"
    else:
        problem = "there is a separator too many, or a cell that wants quotes"
    counts = f"{len(cells)} cells where the header has {len(header)}"
    return FileError(f"Line {line} of {path.name} has {counts}: {problem}; mend the row or fetch the file again.")
