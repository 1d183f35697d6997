"""CSV tables: encoding, separator and rows of a file, independent of the meaning of its columns."""

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

_BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

_FOREIGN_BEGINNINGS = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook; extract it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV"),
    (b"\x1f\x8b", "gzip-compressed; decompress it first"),
    (b"PAR1", "a Parquet file; save the table as CSV"),
    (b"%PDF", "a PDF document; provide the table as CSV"),
    (b"version https://git-lfs", "a Git LFS pointer; download the file itself with 'git lfs pull'"),
    (b"{", "JSON (perhaps a notebook); provide the table that it reads as CSV"),
    (b"[", "JSON; provide the table as CSV"),
    (b"<", "HTML or XML (perhaps a login or error page); download the table itself as CSV"),
)


@dataclass(frozen=True)
class Table:
    """The cells of a CSV file, without surrounding whitespace."""

    header: list[str]
    rows: list[list[str]]
    """As many cells per row as the header has."""
    lines: list[int]
    """Line of the file on which each row ends, counted from 1."""
    separator: str


def read_table(path: Path, *, recognise: Callable[[list[str]], int]) -> Table:
    """Read a CSV file in any encoding, with any separator and line ends.

    ``recognise`` counts the known names in a header; the separator with the highest count is chosen.

    Raises
    ------
    FileError
        When the file is empty, is not a text table, or a row's width differs from the header's.
    """
    return next(read_tables(path, recognise=recognise))


def read_tables(path: Path, *, recognise: Callable[[list[str]], int], rows: int | None = None) -> Iterator[Table]:
    """Read a CSV file as tables of at most ``rows`` rows, one in memory at a time.

    Raises
    ------
    FileError
        As for `read_table`, when the row is reached.
    """
    encoding = _encoding(path)
    try:
        with _open(path, encoding) as file:
            separator = max(_SEPARATORS, key=lambda candidate: recognise(_header(file, candidate)))
            file.seek(0)
            yield from _tables(_reader(file, separator), separator, path, rows)
    except csv.Error as error:
        message = f"{path.name} is not CSV ({error}); look for an extra quotation mark, or save the table again."
        raise FileError(message) from error


def _open(path: Path, encoding: str) -> TextIO:
    # Lines of a file end at line feeds and carriage returns; str.splitlines would also split at rarer characters.
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
        raise FileError(f"{path.name} has a header but no rows; provide a file with hourly rows below it.")


def _rows(reader: CsvReader, header: list[str], path: Path) -> Iterator[tuple[int, list[str]]]:
    for row in reader:
        cells = [*map(str.strip, row)]
        if any(cells):
            if len(cells) != len(header):
                raise _wrong_width(cells, header, reader.line_num, path)
            yield reader.line_num, cells


def _encoding(path: Path) -> str:
    """Detect the encoding of a file; refuse files that are not text."""
    with path.open("rb") as file:
        beginning = file.read(_BLOCK_BYTES)
    if not beginning.strip():
        raise FileError(f"{path.name} is empty; provide the CSV file with the hourly rentals.")
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if beginning.startswith(mark):
            broken = _first_not_decoded(path, encoding)
            if broken is not None:
                raise FileError(
                    f"{path.name} starts as {encoding} but is invalid at byte {broken}; save it as CSV in UTF-8."
                )
            return encoding
    for foreign, what in _FOREIGN_BEGINNINGS:
        if beginning.lstrip().startswith(foreign):
            raise FileError(f"{path.name} is not a CSV file but {what}.")
    for offset, block in _blocks(path):
        if b"\x00" in block:
            at = offset + block.index(0)
            raise FileError(f"{path.name} contains binary data (byte 0 at offset {at}); save it as CSV in UTF-8.")
    # Latin-1 decodes every byte. Only the degree sign of the header is affected if the guess is wrong.
    return "utf-8" if _first_not_decoded(path, "utf-8") is None else "latin-1"


def _first_not_decoded(path: Path, encoding: str) -> int | None:
    """Return the offset of the first byte that is invalid in an encoding; None if all are valid."""
    decoder = codecs.getincrementaldecoder(encoding)()
    end = 0
    try:
        for offset, block in _blocks(path):
            end = offset + len(block)
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # The error's bytes are those left over from the block before, and those of this block.
        return end - len(error.object) + error.start
    return None


def _blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the blocks of a file, each with its offset."""
    with path.open("rb") as file:
        offset = 0
        while block := file.read(_BLOCK_BYTES):
            yield offset, block
            offset += len(block)


def _wrong_width(cells: list[str], header: list[str], line: int, path: Path) -> FileError:
    if len(cells) < len(header):
        problem = f"the row is cut off before '{header[len(cells)]}'"
    else:
        problem = "there is an extra separator, or a cell needs quotes"
    counts = f"{len(cells)} cells where the header has {len(header)}"
    return FileError(f"Line {line} of {path.name} has {counts}: {problem}; fix the row or download the file again.")
