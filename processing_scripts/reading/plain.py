"""Rows of a CSV file without quotation marks, read by Arrow in a fraction of the time of Python's reader.

There every line is a record, and both readers find the same cells. Where a file turns out otherwise, the rows that
are left are for Python's reader, which also says what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from processing_scripts.dataset_file.model import WHITESPACE
from processing_scripts.reading.files import open_rows
from processing_scripts.reading.texts import Texts

if TYPE_CHECKING:
    import pyarrow as pa

ENCODINGS = frozenset({"utf-8", "utf-8-sig", "latin-1", "cp949"})
"""In which the bytes of a quotation mark and of the ends of lines mean nothing else."""
_BLOCK_BYTES = 2**20


class NotPlainError(Exception):
    """Python's reader must read the rows that are left."""


def plain_rows(
    path: Path, encoding: str, separator: str, *, width: int, skipped: int, most: int | None
) -> Iterator[tuple[list[int], list[Texts]]]:
    """Yield the lines and the columns of at most ``most`` rows at a time, without blank rows.

    Raises `NotPlainError`, before or between tables, if the file is not plain from there on.
    """
    import pyarrow as pa

    if encoding not in ENCODINGS or separator == WHITESPACE or not _is_plain(path):
        raise NotPlainError
    names = [str(at) for at in range(width)]
    try:
        batches = open_rows(path, names, encoding=encoding, separator=separator, skipped=skipped, quoted=False)
        yield from _tables(batches, skipped + 1, most)
    except pa.ArrowInvalid as error:
        raise NotPlainError from error


def _tables(batches: Iterator[pa.RecordBatch], line: int, most: int | None) -> Iterator[tuple[list[int], list[Texts]]]:
    """Cut batches into tables, of which ``line`` is the line of the first row."""
    import pyarrow as pa

    waiting: list[pa.Table] = []
    rows = 0
    for batch in batches:
        table, lines = _without_blank_rows(pa.Table.from_batches([batch]), line)
        line += batch.num_rows
        waiting.append(table.append_column("line", lines))
        rows += table.num_rows
        while most is not None and rows >= most:
            together = pa.concat_tables(waiting)
            yield _columns(together.slice(0, most))
            waiting, rows = [together.slice(most)], rows - most
    if rows:
        yield _columns(pa.concat_tables(waiting))


def _without_blank_rows(table: pa.Table, line: int) -> tuple[pa.Table, pa.Array]:
    import numpy as np
    import pyarrow as pa

    lines = np.arange(line, line + table.num_rows)
    filled = np.zeros(table.num_rows, dtype=bool)
    for column in table.columns:
        texts = Texts.stripped(column.combine_chunks())
        filled |= np.array([text != "" for text in texts.different], dtype=bool)[texts.numbers]
        if filled.all():
            return table, pa.array(lines)
    return table.filter(pa.array(filled)), pa.array(lines[filled])


def _columns(table: pa.Table) -> tuple[list[int], list[Texts]]:
    columns = [column.combine_chunks() for column in table.columns]
    return columns[-1].to_pylist(), [*map(Texts.stripped, columns[:-1])]


def _is_plain(path: Path) -> bool:
    """Whether a file has no quotation marks, no carriage returns alone, and blank lines at its end only."""
    edge, ended = b"", False
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            block += file.read(1) if block.endswith(b"\r") else b""
            text = edge + block
            filled = text.rstrip(b"\r\n")
            if b'"' in block or block.count(b"\r") != block.count(b"\r\n") or (ended and filled):
                return False
            if _has_blank_line(filled):
                return False
            ended = ended or _has_blank_line(text)
            edge = text[-2:]
    return True


def _has_blank_line(text: bytes) -> bool:
    return b"\n\n" in text or b"\n\r\n" in text
