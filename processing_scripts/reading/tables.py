"""CSV tables: encoding, separator and rows of a file, independent of the meaning of its columns."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from processing_scripts.dataset_file.model import WHITESPACE
from processing_scripts.errors import FileError, quoted
from processing_scripts.reading.plain import NotPlainError, plain_rows
from processing_scripts.reading.texts import Texts
from processing_scripts.reading.whitespace import TAB, with_tabs

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?')
"""The line that names the separator for Excel."""
_SEARCHED_RECORDS = 20
"""Records in which a header is looked for, to say where it is."""
_LIKELY_HEADER = 3
"""Known names that make a record a header without doubt."""
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
    columns: list[Texts]
    """In the order of the header."""
    lines: list[int]
    """Line of the file on which each row ends, counted from 1."""


def read_table(path: Path, *, recognise: Callable[[list[str]], int]) -> Table:
    """Read a CSV file in any encoding, with any separator and line ends.

    ``recognise`` counts the known names in a header; the separator with the highest count is chosen.

    Raises `FileError` if the file is empty, is not a text table, or a row's width differs from the header's.
    """
    return next(read_tables(path, recognise=recognise))


def read_tables(path: Path, *, recognise: Callable[[list[str]], int], rows: int | None = None) -> Iterator[Table]:
    """Read a CSV file as tables of at most ``rows`` rows, one in memory at a time.

    Raises `FileError` as for `read_table`, when the row is reached.
    """
    try:
        layout = _layout(path, recognise)
        with _open(path, layout.encoding) as file:
            for _ in range(layout.skipped):
                file.readline()
            yield from _tables(_reader(file, layout.separator), layout, path, rows)
    except csv.Error as error:
        message = f"{path.name} is not CSV ({error}); look for an extra quotation mark, or save the table again."
        raise FileError(message) from error


@dataclass(frozen=True)
class _Layout:
    """How to read a file: its encoding and separator, and the lines before its header."""

    encoding: str
    separator: str
    skipped: int
    known: int
    """Known names in the header."""


def _layout(path: Path, recognise: Callable[[list[str]], int]) -> _Layout:
    """Find the encoding and the separator with which the header has the most known names.

    Raises `FileError` if the file has no header, or other lines than blank lines, comments and ``sep=`` before it.
    """
    layouts = [
        _Layout(encoding, separator, skipped, recognise(_record(path, encoding, separator, skipped)))
        for encoding in encodings(path)
        for skipped, separators in [lines_before_header(path, encoding, recognise)]
        for separator in separators
    ]
    layout = max(layouts, key=lambda candidate: candidate.known)
    if layout.known < _LIKELY_HEADER:
        _require_header(path, layout, recognise)
    return layout


def lines_before_header(
    path: Path, encoding: str, recognise: Callable[[list[str]], int]
) -> tuple[int, tuple[str, ...]]:
    """Count blank lines, comments and a ``sep=`` line before the header; return the possible separators as well."""
    separators: tuple[str, ...] = SEPARATORS
    skipped = 0
    with _open(path, encoding) as file:
        while line := file.readline():
            text = line.strip()
            named = _SEPARATOR_LINE.fullmatch(line.strip("\r\n "))
            # A header may start with # too.
            comment = text.startswith("#") and not any(recognise(text.split(each)) > 1 for each in SEPARATORS)
            if named:
                separators = (named[1], *SEPARATORS)
            elif text.strip(' ",;|') and not comment:
                break
            skipped += 1
    return skipped, separators


def _require_header(path: Path, layout: _Layout, recognise: Callable[[list[str]], int]) -> None:
    """Refuse a file whose first record contains values, or whose header comes later."""
    for separator in SEPARATORS:
        first = islice(records(path, layout.encoding, separator, layout.skipped), _SEARCHED_RECORDS)
        for number, (_, cells) in enumerate(first):
            if number and recognise(cells) >= _LIKELY_HEADER:
                raise FileError(
                    f"{path.name} has its header after other text; delete the lines before it that are neither blank "
                    "nor comments (#)."
                )
    record = _record(path, layout.encoding, layout.separator, layout.skipped)
    if layout.known == 0 and any(re.fullmatch(r"[+-]?\d[\d.,:/ -]*", cell) for cell in record):
        raise FileError(
            f"{path.name} has no header: line {layout.skipped + 1} contains values; add a first line with the names of "
            "the columns."
        )


def _record(path: Path, encoding: str, separator: str, skipped: int) -> list[str]:
    """Return the first record after some lines; empty if it is not CSV with this separator."""
    return next((cells for _, cells in records(path, encoding, separator, skipped)), [])


def records(path: Path, encoding: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield records with their lines until the end, or until they are not CSV with this separator."""
    with _open(path, encoding) as file:
        for _ in range(skipped):
            file.readline()
        reader = _reader(file, separator)
        try:
            for cells in reader:
                yield skipped + reader.line_num, [*map(str.strip, cells)]
        except csv.Error:  # quotation marks that another separator explains
            return


def _open(path: Path, encoding: str) -> TextIO:
    # Lines of a file end at line feeds and carriage returns; str.splitlines would also split at rarer characters.
    return path.open(encoding=encoding, newline="")


def _reader(file: TextIO, separator: str) -> CsvReader:
    if separator == WHITESPACE:
        return csv.reader(with_tabs(file), delimiter=TAB, strict=True)
    return csv.reader(file, delimiter=separator, strict=True)


def _tables(reader: CsvReader, layout: _Layout, path: Path, most: int | None) -> Iterator[Table]:
    header = [cell.strip() for cell in next(reader, [])]
    before, read = layout.skipped + reader.line_num, 0
    try:
        for lines, columns in plain_rows(
            path, layout.encoding, layout.separator, width=len(header), skipped=before, most=most
        ):
            yield Table(header, columns, lines)
            read += len(lines)
    except NotPlainError:
        rows = islice(_rows(reader, header, path, layout.skipped), read, None)
        while numbered := list(islice(rows, most)):
            columns = [*map(Texts.of, zip(*(cells for _, cells in numbered), strict=True))]
            yield Table(header, columns, [line for line, _ in numbered])
            read += len(numbered)
    if read == 0:
        raise FileError(f"{path.name} has a header but no rows; provide a file with rows below it.")


def _rows(reader: CsvReader, header: list[str], path: Path, skipped: int) -> Iterator[tuple[int, list[str]]]:
    for row in reader:
        cells = [*map(str.strip, row)]
        if any(cells):
            if len(cells) != len(header):
                raise _wrong_width(cells, header, skipped + reader.line_num, path)
            yield skipped + reader.line_num, cells


def encodings(path: Path) -> tuple[str, ...]:
    """Detect the possible encodings of a file, the most likely first; refuse files that are not text."""
    with path.open("rb") as file:
        beginning = file.read(_BLOCK_BYTES)
    if not beginning.strip():
        raise FileError(f"{path.name} is empty; provide a CSV file with a header and rows.")
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if beginning.startswith(mark):
            broken = _first_not_decoded(path, encoding)
            if broken is not None:
                raise FileError(
                    f"{path.name} starts as {encoding} but is invalid at byte {broken}; save it as CSV in UTF-8."
                )
            return (encoding,)
    for foreign, what in _FOREIGN_BEGINNINGS:
        if beginning.lstrip().startswith(foreign):
            raise FileError(f"{path.name} is not a CSV file but {what}.")
    for offset, block in _blocks(path):
        if b"\x00" in block:
            at = offset + block.index(0)
            raise FileError(f"{path.name} contains binary data (byte 0 at offset {at}); save it as CSV in UTF-8.")
    return ("utf-8",) if _first_not_decoded(path, "utf-8") is None else _other_encodings(path)


def _other_encodings(path: Path) -> tuple[str, ...]:
    """Return Korean and Western encodings, the more likely first."""
    if _first_not_decoded(path, "cp949") is not None:
        return ("latin-1",)  # which decodes every byte
    # The degree sign of a Western header is the first half of a Korean syllable too, so the bytes of the rows decide:
    # in Korean text, both bytes of a syllable lie above 160. The known names in the header decide before that.
    with path.open("rb") as file:
        file.readline()
        korean = _first_not_decoded(path, "euc_kr", start=file.tell()) is None and not file.read().isascii()
    return ("cp949", "latin-1") if korean else ("latin-1", "cp949")


def _first_not_decoded(path: Path, encoding: str, start: int = 0) -> int | None:
    """Return the offset of the first byte that is invalid in an encoding; None if all from ``start`` are valid."""
    decoder = codecs.getincrementaldecoder(encoding)()
    end = 0
    try:
        for offset, block in _blocks(path, start):
            end = offset + len(block)
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # The error's bytes are those left over from the block before, and those of this block.
        return end - len(error.object) + error.start
    return None


def _blocks(path: Path, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield the blocks of a file from ``start``, each with its offset."""
    with path.open("rb") as file:
        offset = file.seek(start)
        while block := file.read(_BLOCK_BYTES):
            yield offset, block
            offset += len(block)


def _wrong_width(cells: list[str], header: list[str], line: int, path: Path) -> FileError:
    if len(cells) < len(header):
        problem = f"the row is cut off before {quoted(header[len(cells)])}"
    else:
        problem = "there is an extra separator, or a cell needs quotes"
    counts = f"{len(cells)} cells where the header has {len(header)}"
    return FileError(f"Line {line} of {path.name} has {counts}: {problem}; fix the row or download the file again.")
