"""A table as a data set: what its file describes, with its own features if there is code beside it."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from processing_scripts.dataset_file.model import Column, DatasetFile
from processing_scripts.datasets import Choices, Schema
from processing_scripts.errors import ColumnError, FileError, OptionError, quoted
from processing_scripts.schema import feature_names
from processing_scripts.tables.cells import Cells
from processing_scripts.tables.encoding import encode
from processing_scripts.tables.features import distinct, feature_columns, make_features
from processing_scripts.tables.intake import identity_columns, key_texts, read_frame, row_name
from processing_scripts.tables.labels import labels_of
from processing_scripts.tables.preparing import PreparedTable
from processing_scripts.tables.source import CHUNK_ROWS, TableFile, files_below, open_table


class TableChunk(NamedTuple):
    """Consecutive rows to predict."""

    keys: pd.DataFrame
    frame: pd.DataFrame
    """The columns that features are made from."""
    numbers: npt.NDArray[np.int64]
    """Of the rows in their file, counted from 1."""


@dataclass
class TableChunks:
    """The chunks of a file of rows; every row that is not blank can be predicted."""

    file: DatasetFile
    table: TableFile
    columns: tuple[Column, ...]
    size: int
    series: Column | None = None
    read: int = 0
    predicted: int = 0

    def __iter__(self) -> Iterator[TableChunk]:
        """Yield the chunks."""
        identity = tuple(each for each in identity_columns(self.file) if each.name in self.table.columns)
        if self.series is not None and self.series.name not in [each.name for each in identity]:
            identity = (*identity, self.series)
        wanted = distinct(*self.columns, *identity)
        for chunk in self.table.chunks([column.name for column in wanted], self.size):
            self.read += chunk.rows
            cells = Cells(chunk, self.file.reading).without_blank_rows(wanted)
            numbers = cells.positions + 1
            if not len(numbers):
                continue
            frame = read_frame(cells, wanted)
            keys = {column.name: key_texts(frame[column.name].to_numpy(), column, cells) for column in identity}
            if not self.file.with_role("key"):
                keys = {row_name(self.file): numbers, **keys}
            self.predicted += len(numbers)
            made_from = frame[[column.name for column in self.columns]]
            yield TableChunk(pd.DataFrame(keys, index=frame.index), made_from, numbers)


@dataclass(frozen=True)
class TableDataSet:
    """A table; see `processing_scripts.datasets.DataSet`."""

    file: DatasetFile
    code: types.ModuleType | None

    def prepare(self, data: Path, batch: Path, choices: Choices, scratch: Path) -> PreparedTable:
        """Read and check the data and the batch, and learn what features need from the training rows."""
        weights = self.file.with_role("weight")
        if weights:
            raise OptionError(
                f"Column {quoted(weights[0].name)} has the role 'weight', which the built-in algorithms do not share a "
                "way to read; set its role to 'ignore'."
            )
        return PreparedTable(self.file, self.code, choices, (files_below(data), files_below(batch)), scratch)

    def features_of_rows(
        self, rows: Path, schema: Schema, known: Path | None = None, *, complete: bool = False
    ) -> pd.DataFrame:
        """Calculate the features of rows, indexed by their numbers from 1, without blank rows.

        ``known`` is not needed.
        """
        del known
        chunks = self.chunks(rows, schema, CHUNK_ROWS)
        if complete:
            names = [column.name for column in self.file.columns]
            for name in chunks.table.columns:
                if name not in names:
                    raise ColumnError(f"Column {quoted(name)} is not known; known columns: {', '.join(names)}.")
        read = [*chunks]
        if not read:
            raise FileError(f"{rows.name} has blank rows only; provide rows with values.")
        features = pd.concat([self.features_of_chunk(chunk, schema) for chunk in read], ignore_index=True)
        return features.set_index(pd.Index(np.concatenate([chunk.numbers for chunk in read]), name=row_name(self.file)))

    def chunks(self, rows: Path, schema: Schema, size: int, series: str | None = None) -> TableChunks:  # noqa: ARG002
        """Read rows in chunks."""
        columns = feature_columns(self.file)
        of_series = None if series is None else self._series(series)
        needed = [column.name for column in columns] + ([] if series is None else [series])
        return TableChunks(self.file, open_table(rows, self.file, needed), columns, size, of_series)

    def _series(self, name: str) -> Column:
        return next((column for column in self.file.columns if column.name == name), Column(name, "category", "key"))

    def features_of_chunk(self, chunk: TableChunk, schema: Schema) -> pd.DataFrame:
        """Calculate the features of a chunk, in the order of its file."""
        levels = {feature["name"]: feature["levels"] for feature in schema["features"] if "levels" in feature}
        return encode(make_features(self.file, self.code, chunk.frame), feature_names(schema), levels)

    def identity(self, rows: Path, task: str | None = None) -> pd.DataFrame:
        """Return the keys of rows, and the target of a task."""
        if task is not None:
            return pd.concat(self._outcomes(rows, task), ignore_index=True)
        return pd.concat([chunk.keys for chunk in self.chunks(rows, {}, CHUNK_ROWS)], ignore_index=True)

    def _outcomes(self, rows: Path, task: str) -> Iterator[pd.DataFrame]:
        label = labels_of(self.file.tasks, self.file.columns)[task]
        identity = identity_columns(self.file)
        names = [column.name for column in distinct(*identity, label.column)]
        for chunk in open_table(rows, self.file, names).chunks(names):
            cells = Cells(chunk, self.file.reading)
            values = label.read(cells)
            known = ~np.isnan(values)
            cells, values = cells.only(known), values[known]
            frame = read_frame(cells, identity)
            keys = {column.name: key_texts(frame[column.name].to_numpy(), column, cells) for column in identity}
            numbers = label.task.kind == "regression" or label.is_above
            target = values if numbers else np.array(label.task.classes, dtype=object)[values.astype("int64")]
            yield pd.DataFrame({**keys, label.column.name: target}, index=frame.index)

    def check_header(self, file: Path) -> None:
        """Check that the beginning of a file has the columns of the data set, and a row."""
        targets = [task.target for task in self.file.tasks]
        columns = (*feature_columns(self.file), *identity_columns(self.file))
        needed = list(dict.fromkeys([*(column.name for column in columns), *targets]))
        next(open_table(file, self.file, needed).chunks(needed, 1))
