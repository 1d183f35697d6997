"""The files of a table in chunks: CSV in any encoding and separator, or Parquet, one file or many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import parquet

from processing_scripts.dataset_file.model import DatasetFile, Reading
from processing_scripts.errors import CellError, ColumnError, FileError, quoted
from processing_scripts.reading.files import BLOCK_BYTES, open_rows, visible_files
from processing_scripts.reading.tables import encodings, lines_before_header, records

CHUNK_ROWS = 50_000
_PARQUET = b"PAR1"
_MOST_NAMES = 10


@dataclass(frozen=True)
class TableFile:
    """A file of a table, and where its columns are."""

    path: Path
    columns: Mapping[str, int]
    """Position by name."""
    width: int
    encoding: str = "utf-8"
    separator: str | None = None
    """None: a Parquet file."""
    skipped: int = 0
    """Lines before the first record: blank lines and comments."""
    first_line: int = 0
    """Lines before the first row."""
    alone: bool = True
    """Whether it is the only file, so that messages need not name it."""

    def chunks(self, wanted: Sequence[str], rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """Yield consecutive rows of the wanted columns that the file has, in chunks of at most this many rows.

        Raises `FileError` if the file is no table from there on.
        """
        there = {name: self.columns[name] for name in wanted if name in self.columns}
        at = 0
        for batch in self._parquet(there) if self.separator is None else self._csv(there):
            for start in range(0, batch.num_rows, rows):
                part = batch.slice(start, rows)
                cells = dict(zip(there, part.columns, strict=True))
                yield Chunk(self, np.arange(at, at + part.num_rows), cells)
                at += part.num_rows
        if at == 0:
            raise FileError(f"{self.path.name} has no rows; provide a file with rows.")

    def refuse(self, row: int, column: str, problem: str) -> CellError:
        """Return the error of a cell; rows are counted from 0."""
        where = problem if self.alone else f"{problem[:-1]} (in {self.path.name})."
        return CellError(self._line(row), column, where, place="Row" if self.separator is None else "Line")

    def _csv(self, there: Mapping[str, int]) -> Iterator[pa.RecordBatch]:
        try:
            yield from open_rows(
                self.path,
                [str(at) for at in range(self.width)],
                encoding=self.encoding,
                separator=self.separator or ",",
                skipped=self.first_line,
                wanted=[str(at) for at in there.values()],
                block_bytes=BLOCK_BYTES,
            )
        except pa.ArrowInvalid as error:
            raise self._not_csv(error) from error

    def _parquet(self, there: Mapping[str, int]) -> Iterator[pa.RecordBatch]:
        with parquet.ParquetFile(self.path) as file:
            for batch in file.iter_batches(CHUNK_ROWS, columns=[*there]):
                yield batch.select([*there])

    def _line(self, row: int) -> int:
        """Return the line on which a row ends, or the number of the row in Parquet, counted from 1."""
        if self.separator is None:
            return row + 1
        for number, (line, _) in enumerate(self._rows()):
            if number == row:
                return line
        return self.first_line + row + 1

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        filled = (record for record in records(self.path, self.encoding, self.separator or ",", self.first_line))
        return ((line, cells) for line, cells in filled if len(cells) > 1 or any(cells))

    def _not_csv(self, error: Exception) -> FileError:
        for line, cells in self._rows():
            if len(cells) != self.width:
                return FileError(
                    f"Line {line} of {self.path.name} has {len(cells)} cells where the header has {self.width}; fix "
                    "the row, or put cells that contain the separator in quotes."
                )
        reason = str(error).splitlines()[0]
        return FileError(f"{self.path.name} is not CSV ({reason}); look for an extra quotation mark.")


@dataclass(frozen=True)
class Chunk:
    """Rows of a file, in its order."""

    file: TableFile
    positions: npt.NDArray[np.int64]
    """Of the rows in the file, counted from 0."""
    cells: Mapping[str, pa.Array]
    """As they are in the file, by column."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.positions)

    def only(self, chosen: npt.NDArray[np.bool_]) -> Chunk:
        """Return the chosen rows."""
        if chosen.all():
            return self
        cells = {name: each.filter(pa.array(chosen)) for name, each in self.cells.items()}
        return Chunk(self.file, self.positions[chosen], cells)

    def refuse(self, row: int, column: str, problem: str) -> CellError:
        """Return the error of a cell; rows are counted from 0 in the chunk."""
        return self.file.refuse(int(self.positions[row]), column, problem)


def files_below(folder: Path) -> list[Path]:
    """Return the files of an input folder in the order of their names; hidden files are ignored.

    Raises `FileError` if there is none.
    """
    if folder.is_file():
        return [folder]
    seen = visible_files(folder)
    if not seen:
        raise FileError(f"{folder} contains no file; provide the data as CSV or Parquet.")
    return seen


def hash_of(files: Sequence[Path]) -> str:
    """Return the hash of a file's bytes, or of the hashes of several files, which identifies the data."""
    hashes = []
    for path in files:
        with path.open("rb") as file:
            hashes.append(hashlib.file_digest(file, "sha256").hexdigest())
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def open_table(path: Path, file: DatasetFile, needed: Sequence[str], *, alone: bool = True) -> TableFile:
    """Find the columns of a file.

    Raises `FileError` if it is no table, or `ColumnError` if one of the needed columns is missing.
    """
    with path.open("rb") as opened:
        is_parquet = opened.read(len(_PARQUET)) == _PARQUET
    found = _open_parquet(path) if is_parquet else _open_csv(path, file, needed)
    for name in needed:
        if name not in found.columns:
            raise _missing(name, found)
    return replace(found, alone=alone)


def _missing(name: str, found: TableFile) -> ColumnError:
    near = get_close_matches(name, found.columns, 1)
    shown = ", ".join(map(quoted, [*found.columns][:_MOST_NAMES]))
    more = f" and {len(found.columns) - _MOST_NAMES} more" if len(found.columns) > _MOST_NAMES else ""
    hint = f"did you mean {quoted(near[0])}" if near else f"the file has {shown}{more}"
    return ColumnError(f"Column {quoted(name)} is missing in {found.path.name}; {hint}; rename or add the column.")


def _open_parquet(path: Path) -> TableFile:
    try:
        names = parquet.read_schema(path).names
    except (pa.ArrowException, OSError) as error:
        raise FileError(f"{path.name} cannot be read as Parquet ({str(error).splitlines()[0]}).") from error
    return TableFile(path, {name: at for at, name in enumerate(names)}, len(names))


def _open_csv(path: Path, file: DatasetFile, needed: Sequence[str]) -> TableFile:
    """Find the encoding and the separator with which most known columns are found.

    A file without header, as the data set file says, may have one nevertheless, such as a file of rows to predict. One
    that lacks columns, as rows to predict lack the target, has exactly the needed ones.
    """
    names = [column.name for column in file.columns]
    layouts = [*_layouts(path, file.reading, names)]
    found = max(layouts, key=lambda each: sum(name in each.columns for name in names))
    known = sum(name in found.columns for name in names)
    if file.reading.header or 2 * known > len(needed):
        if known == 0:
            expected = ", ".join(map(quoted, names[:_MOST_NAMES]))
            raise ColumnError(
                f"The first line of {path.name} has none of the columns {expected}; if the file has no header, set "
                "header = false under [reading]."
            )
        return found
    for columns in (names, [name for name in names if name in needed]):
        for layout in layouts:
            if layout.width == len(columns):
                at = {name: position for position, name in enumerate(columns)}
                return replace(layout, columns=at, first_line=layout.skipped)
    raise FileError(f"{path.name} has {found.width} columns where the data set file has {len(names)}; correct either.")


def _layouts(path: Path, reading: Reading, names: Sequence[str]) -> Iterator[TableFile]:
    """Yield the possible layouts, the likely ones first, each as if the first record were the header."""

    def recognise(header: Sequence[str]) -> int:
        return len(set(header) & set(names))

    for encoding in [reading.encoding] if reading.encoding else encodings(path):
        try:
            skipped, separators = lines_before_header(path, encoding, recognise)
        except UnicodeDecodeError as error:
            raise FileError(f"{path.name} is not {encoding} at byte {error.start}; correct the encoding.") from error
        for separator in dict.fromkeys([*([reading.separator] if reading.separator else []), *separators]):
            line, header = next(records(path, encoding, separator, skipped), (0, []))
            if header:
                columns = {name: at for at, name in reversed([*enumerate(header)])}
                yield TableFile(path, columns, len(header), encoding, separator, skipped, line)
