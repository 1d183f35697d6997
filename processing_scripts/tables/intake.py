"""Reading of a table's raw files, chunk by chunk, into the columns that the following passes need.

Every cell is checked. The columns are features before categories get their codes, labels, keys, columns of slices, and
that by which a row is drawn for a set.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from processing_scripts.dataset_file.model import Column, DatasetFile
from processing_scripts.errors import ColumnError
from processing_scripts.tables.cells import Cells
from processing_scripts.tables.code import own_split
from processing_scripts.tables.features import Feature, distinct, feature_columns, make_features
from processing_scripts.tables.labels import labels_of
from processing_scripts.tables.source import Chunk, open_table
from processing_scripts.tables.splits import PART_NUMBERS, Drawing, hash_rows
from processing_scripts.tables.spool import Columns, Spool, Values

FEATURE, LABEL, KEY, SLICE, DRAWN = "feature:", "label:", "key:", "slice:", "drawn"
"""Beginnings of the names of columns, and the column that decides the set of a row."""


class Intake:
    """Reader of the files of one table."""

    def __init__(self, file: DatasetFile, code: types.ModuleType | None, seed: int) -> None:
        self._file, self._code, self._seed = file, code, seed
        self.labels = labels_of(file.tasks, file.columns)
        self.identity = identity_columns(file)
        self.features: dict[str, Feature] = {}
        """By name, in the order of the columns, once rows were read."""
        self.times: tuple[str, str] | None = None
        """The first and the last time, if the table has a column of times."""
        self._drawing = Drawing(file.split)
        self._made_from = feature_columns(file)
        self._sliced = tuple(column for column in file.columns if column.name in file.slices)

    def read_data(self, paths: Sequence[Path], spool: Spool) -> None:
        """Read rows with their labels.

        Raises `PreprocessingError` if the data is invalid or ambiguous.
        """
        self._read(paths, spool, with_labels=True)
        self._drawing.finish()

    def read_batch(self, paths: Sequence[Path], spool: Spool) -> None:
        """Read rows to predict; their targets, if there are any, are ignored."""
        self._read(paths, spool, with_labels=False)

    def parts(self, columns: Columns) -> Values:
        """Return the number of each row's set in `PARTS`, once all data was read."""
        return self._drawing.parts(columns[DRAWN], self._classes(columns))

    def _read(self, paths: Sequence[Path], spool: Spool, *, with_labels: bool) -> None:
        targets = distinct(*(label.column for label in self.labels.values())) if with_labels else ()
        sliced = self._sliced if with_labels else ()
        needed = [column.name for column in distinct(*self._made_from, *self.identity, *targets, *sliced)]
        first = 0
        for path in paths:
            table = open_table(path, self._file, needed, alone=len(paths) == 1)
            for chunk in table.chunks(needed):
                columns, frame = self._columns(chunk, first)
                spool.append(columns | (self._labelled(chunk, frame) if with_labels else {}))
                first += chunk.rows
        spool.finish()

    def _columns(self, chunk: Chunk, first: int) -> tuple[Columns, pd.DataFrame]:
        """Return features and keys of a chunk, and the frame that they are made from."""
        cells = Cells(chunk, self._file.reading)
        frame = read_frame(chunk, self._file, distinct(*self._made_from, *self.identity))
        made = make_features(self._file, self._code, frame[[column.name for column in self._made_from]])
        self._check_same_features(made)
        columns: Columns = {f"{FEATURE}{name}": values for name, (_, values) in made.items()}
        if not self._file.with_role("key"):
            columns[f"{KEY}{row_name(self._file)}"] = np.arange(first + 1, first + 1 + chunk.rows)
        for column in self.identity:
            columns[f"{KEY}{column.name}"] = key_texts(frame[column.name].to_numpy(), column, cells)
        return columns, frame

    def _labelled(self, chunk: Chunk, frame: pd.DataFrame) -> Columns:
        """Return labels, slices, and what decides the set of each row; collect what the sets' borders depend on."""
        cells = Cells(chunk, self._file.reading)
        labels = {name: label.read(cells) for name, label in self.labels.items()}
        columns = {f"{LABEL}{name}": values for name, values in labels.items()}
        columns |= {f"{SLICE}{column.name}": cells.read(column) for column in self._sliced}
        columns[DRAWN] = self._drawn(frame, cells, labels)
        self._drawing.collect(columns[DRAWN], self._classes(columns))
        self._note_times(frame)
        return columns

    def _check_same_features(self, made: Mapping[str, tuple[Feature, Values]]) -> None:
        features = {name: feature for name, (feature, _) in made.items()}
        self.features = self.features or features
        if self.features != features:
            raise ColumnError(
                f"make_features returned {', '.join(features)} after {', '.join(self.features)}, or other types; make "
                "it return the same columns for any rows."
            )

    def _drawn(self, frame: pd.DataFrame, cells: Cells, labels: Mapping[str, Values]) -> Values:
        """Return what a row is drawn by: see `Drawing`."""
        by, seed = self._file.split.by, self._seed
        if by == "code":
            return own_split(self._code, frame, seed).map(PART_NUMBERS).to_numpy()
        if by == "time":
            (column,) = self._file.with_role("time")
            times = frame[column.name].to_numpy()
            cells.refuse_missing(column, pd.isna(times), "the split by time needs it")
            return times.astype("int64") if times.dtype.kind == "M" else times
        drawn_by = self._file.with_role("group") if by == "groups" else self._file.with_role("key")
        of = [frame[column.name].to_numpy() for column in drawn_by]
        return hash_rows(of or [*(frame[name].to_numpy() for name in frame), *labels.values()], seed)

    def _note_times(self, frame: pd.DataFrame) -> None:
        for column in self._file.with_role("time"):
            if column.type == "datetime" and frame[column.name].notna().any():
                ends = frame[column.name].min().isoformat(), frame[column.name].max().isoformat()
                self.times = ends if self.times is None else (min(self.times[0], ends[0]), max(self.times[1], ends[1]))

    def _classes(self, columns: Columns) -> Values:
        """Return the class of each row by which the split is stratified."""
        for name, label in self.labels.items():
            if label.task.kind != "regression" and not (label.is_above and label.task.above is None):
                return label.final(columns[f"{LABEL}{name}"], label.task.above)
        return np.zeros(len(columns[DRAWN]), dtype="int64")


def identity_columns(file: DatasetFile) -> tuple[Column, ...]:
    """Return the columns that identify a row; without a key, its number does, too."""
    return tuple(column for column in file.columns if column.role in {"key", "time", "group"})


def row_name(file: DatasetFile) -> str:
    """Return the name of the column with the number of a row."""
    return "row" if all(column.name != "row" for column in file.columns) else "row number"


def read_frame(chunk: Chunk, file: DatasetFile, columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return the columns of a chunk by their types."""
    cells = Cells(chunk, file.reading)
    return pd.DataFrame({column.name: cells.read(column) for column in columns}, index=range(chunk.rows))


def key_texts(values: Values, column: Column, cells: Cells) -> Values:
    """Return the cells of a key as they are in the file; times in ISO 8601."""
    if column.type == "datetime":
        times = pd.DatetimeIndex(values).strftime("%Y-%m-%dT%H:%M:%S")
        return np.asarray(np.where(np.isnat(values), np.array(None, dtype=object), np.asarray(times, dtype=object)))
    return cells.texts(column)
