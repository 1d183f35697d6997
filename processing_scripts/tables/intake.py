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
from processing_scripts.errors import ColumnError, FileError, quoted
from processing_scripts.tables.cells import Cells
from processing_scripts.tables.code import own_split
from processing_scripts.tables.features import Feature, distinct, feature_columns, make_features
from processing_scripts.tables.labels import labels_of
from processing_scripts.tables.source import open_table
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
        self.without_target = 0
        """Rows that were left out, because a target is missing."""
        self._drawing = Drawing(file.split)
        self._made_from = feature_columns(file)
        self._sliced = tuple(column for column in file.columns if column.name in file.slices)

    def read_data(self, paths: Sequence[Path], spool: Spool) -> None:
        """Read rows with their labels; rows without one are left out.

        Raises `PreprocessingError` if the data is invalid or ambiguous.
        """
        self._read(paths, spool, with_labels=True)
        self._drawing.finish()

    def read_batch(self, paths: Sequence[Path], spool: Spool) -> None:
        """Read rows to predict; blank rows are left out, and targets, if there are any, are ignored."""
        self._read(paths, spool, with_labels=False)

    def parts(self, columns: Columns) -> Values:
        """Return the number of each row's set in `PARTS`, once all data was read."""
        return self._drawing.parts(columns[DRAWN], self._classes(columns))

    def _read(self, paths: Sequence[Path], spool: Spool, *, with_labels: bool) -> None:
        targets = distinct(*(label.column for label in self.labels.values())) if with_labels else ()
        sliced = self._sliced if with_labels else ()
        needed = [column.name for column in distinct(*self._made_from, *self.identity, *targets, *sliced)]
        read = 0
        for path in paths:
            table = open_table(path, self._file, needed, alone=len(paths) == 1)
            first = read
            for chunk in table.chunks(needed):
                read += chunk.rows
                cells = Cells(chunk, self._file.reading)
                columns = self._labelled(cells, first) if with_labels else self._unlabelled(cells, first)
                if columns:
                    spool.append(columns)
        if not spool.rows:
            wanted = " and ".join(quoted(column.name) for column in targets) or "a value"
            raise FileError(f"None of the {read:,} rows of {paths[0].name} has {wanted}; provide rows that do.")
        spool.finish()

    def _unlabelled(self, cells: Cells, first: int) -> Columns:
        """Return features and keys of rows to predict."""
        cells = cells.without_blank_rows(distinct(*self._made_from, *self.identity))
        return self._columns(cells, self._frame(cells), first) if len(cells.positions) else {}

    def _frame(self, cells: Cells) -> pd.DataFrame:
        return read_frame(cells, distinct(*self._made_from, *self.identity))

    def _columns(self, cells: Cells, frame: pd.DataFrame, first: int) -> Columns:
        """Return features and keys of rows; ``first`` rows are in the files before."""
        made = make_features(self._file, self._code, frame[[column.name for column in self._made_from]])
        self._check_same_features(made)
        columns: Columns = {f"{FEATURE}{name}": values for name, (_, values) in made.items()}
        if not self._file.with_role("key"):
            columns[f"{KEY}{row_name(self._file)}"] = first + 1 + cells.positions
        for column in self.identity:
            columns[f"{KEY}{column.name}"] = key_texts(frame[column.name].to_numpy(), column, cells)
        return columns

    def _labelled(self, cells: Cells, first: int) -> Columns:
        """Return features, keys, labels, slices, and what decides the set of each row that has its targets.

        Collects what the sets' borders depend on.
        """
        labels = {name: label.read(cells) for name, label in self.labels.items()}
        known = ~np.any([np.isnan(values) for values in labels.values()], axis=0)
        self.without_target += int((~known).sum())
        if not known.any():
            return {}
        cells, labels = cells.only(known), {name: values[known] for name, values in labels.items()}
        frame = self._frame(cells)
        columns = self._columns(cells, frame, first) | {f"{LABEL}{name}": values for name, values in labels.items()}
        for column in self._sliced:
            read = frame[column.name].to_numpy() if column.name in frame else cells.read(column)
            columns[f"{SLICE}{column.name}"] = read
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


def read_frame(cells: Cells, columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return columns by their types."""
    return pd.DataFrame({column.name: cells.read(column) for column in columns}, index=range(len(cells.positions)))


def key_texts(values: Values, column: Column, cells: Cells) -> Values:
    """Return the cells of a key as they are in the file; times in ISO 8601.

    ``values`` are what was read of the column by its type.
    """
    if values.dtype == object:
        return values
    if column.type == "datetime":
        times = pd.DatetimeIndex(values).strftime("%Y-%m-%dT%H:%M:%S")
        return np.asarray(np.where(np.isnat(values), np.array(None, dtype=object), np.asarray(times, dtype=object)))
    return cells.texts(column)
