"""The rows of a table's files in blocks of texts, and two samples of them.

Memory depends on the size of a block and of the samples, not on the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.data.inspection.layout import Layout, find_layout
from pipelines.errors import BadInput, quoted
from processing_scripts.reading.files import open_rows, visible_files
from processing_scripts.reading.tables import records

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

HEAD_ROWS = 50_000
"""The first rows, in which duplicates and the order are looked for."""
SAMPLE_ROWS = 10_000
"""Random rows, for which features are compared with the target."""
_BLOCK_ROWS = 50_000
_PARQUET = b"PAR1"
_SUFFIXES = (".csv", ".tsv", ".txt", ".data", ".parquet", ".pq", "")


@dataclass(frozen=True)
class Files:
    """The files of a table, which have the same columns."""

    paths: tuple[Path, ...]
    names: tuple[str, ...]
    """Names of the columns."""
    layouts: tuple[Layout, ...] = ()
    """How to read each file; none of Parquet."""

    def blocks(self) -> Iterator[pa.Table]:
        """Yield the rows as trimmed texts, null where Parquet has no value.

        Raises `BadInput` if a file is no table from there on.
        """
        import pyarrow as pa

        for path, layout in zip(self.paths, self.layouts or [None] * len(self.paths), strict=True):
            try:
                yield from _parquet(path) if layout is None else _csv(path, layout)
            except (pa.ArrowException, OSError) as error:
                raise BadInput(_explained(path, layout, error)) from error


@dataclass
class Samples:
    """Samples of the rows, as texts."""

    rows: int = 0
    """All rows read."""
    head_blocks: list[pa.Table] = field(default_factory=list)
    _drawn: pa.Table | None = None
    _keys: np.ndarray[Any, Any] | None = None

    def add(self, block: pa.Table) -> None:
        """Take rows of the next block: the first ones, and those with the smallest of random numbers."""
        import numpy as np
        import pyarrow as pa

        if self.rows < HEAD_ROWS:
            self.head_blocks.append(block.slice(0, HEAD_ROWS - self.rows))
        keys = np.random.default_rng([42, self.rows]).random(block.num_rows)
        both = keys if self._keys is None else np.concatenate([self._keys, keys])
        table = block if self._drawn is None else pa.concat_tables([self._drawn, block])
        chosen = np.sort(np.argpartition(both, SAMPLE_ROWS)[:SAMPLE_ROWS]) if len(both) > SAMPLE_ROWS else None
        self._drawn, self._keys = (table, both) if chosen is None else (table.take(chosen), both[chosen])
        self.rows += block.num_rows

    @cached_property
    def head(self) -> pd.DataFrame:
        """The first rows, after all were read."""
        import pyarrow as pa

        frame: pd.DataFrame = pa.concat_tables(self.head_blocks).to_pandas()
        return frame

    @cached_property
    def drawn(self) -> pd.DataFrame:
        """Random rows, in the order of the files, after all were read."""
        assert self._drawn is not None
        frame: pd.DataFrame = self._drawn.to_pandas()
        return frame


def open_files(path: Path, target: str) -> Files:
    """Find the files of a table and how to read them.

    Raises `BadInput` if there is none, or they have different columns.
    """
    paths = _paths(path)
    opened = [_open(each, target) for each in paths]
    first = opened[0]
    for each, other in zip(paths, opened, strict=True):
        if other.names != first.names:
            extra = next(iter({*other.names} ^ {*first.names}), None)
            differ = f"only one of them has the column {quoted(extra)}" if extra else "their order differs"
            raise BadInput(f"{paths[0]} and {each} have different columns: {differ}. Name files of one table.")
        if bool(other.layouts) != bool(first.layouts):
            raise BadInput(f"{path} contains both CSV and Parquet. Name a folder with files of one format.")
    return replace(first, paths=tuple(paths), layouts=tuple(layout for each in opened for layout in each.layouts))


def _paths(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise BadInput(f"There is no file or folder {path}. Check the path.")
    files = [each for each in visible_files(path) if each.suffix.lower() in _SUFFIXES]
    if not files:
        raise BadInput(f"{path} contains no CSV or Parquet file. Name a file, or another folder.")
    return files


def _open(path: Path, target: str) -> Files:
    with path.open("rb") as file:
        is_parquet = file.read(len(_PARQUET)) == _PARQUET
    if not is_parquet:
        layout = find_layout(path, target)
        return Files((path,), layout.names, (layout,))
    import pyarrow as pa
    from pyarrow import parquet

    try:
        names = tuple(parquet.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path} cannot be read as Parquet ({str(error).splitlines()[0]}).") from error
    if len(set(names)) < len(names):
        raise BadInput(f"{path} has two columns with the same name. Rename one of them.")
    return Files((path,), names)


def _csv(path: Path, layout: Layout) -> Iterator[pa.Table]:
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = open_rows(
        path, layout.names, encoding=layout.encoding, separator=layout.separator, skipped=layout.first_line
    )
    for batch in rows:
        yield pa.table([pc.utf8_trim_whitespace(column) for column in batch.columns], list(layout.names))


def _parquet(path: Path) -> Iterator[pa.Table]:
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(_BLOCK_ROWS):
            columns = [pc.utf8_trim_whitespace(_as_texts(column)) for column in batch.columns]
            yield pa.table(columns, batch.schema.names)


def _as_texts(cells: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_nested(cells.type) or pa.types.is_binary(cells.type):
        return pa.array([None if value is None else str(value) for value in cells.to_pylist()], pa.string())
    return pc.cast(cells, pa.string())


def _explained(path: Path, layout: Layout | None, error: Exception) -> str:
    """Explain why a file cannot be read, with the line of a row that has too few or too many cells."""
    if layout is not None:
        for line, cells in records(path, layout.encoding, layout.separator, layout.first_line):
            if len(cells) != len(layout.names) and any(cells):
                return (
                    f"Line {line} of {path} has {len(cells)} cells where the first line has {len(layout.names)}. "
                    "Correct the row, or put cells that contain the separator in quotation marks."
                )
    return f"{path} cannot be read ({str(error).splitlines()[0]}). Look for an extra quotation mark."
