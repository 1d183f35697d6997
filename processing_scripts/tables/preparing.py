"""Preprocessing of a table of any size.

The raw files are read once, in chunks: every cell is checked, and features, labels and keys go to a temporary file. A
second pass, over that file, learns from the training rows; a third one yields the rows of the sets. In memory are one
chunk, categories, the numbers of a target that becomes a class by a quantile, and, for the split by time, the times.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from processing_scripts.data_report.page import render
from processing_scripts.data_report.statistics import Sample, data_report
from processing_scripts.dataset_file.model import Column, DatasetFile
from processing_scripts.datasets import PARTS, Choices, Report, Rows, Schema
from processing_scripts.errors import ColumnError, TooFewRowsError
from processing_scripts.schema import Found, describe
from processing_scripts.tables.cells import Cells
from processing_scripts.tables.code import own_split
from processing_scripts.tables.encoding import UNKNOWN, LevelCounter, codes_of, encode
from processing_scripts.tables.features import Feature, distinct, feature_columns, make_features
from processing_scripts.tables.labels import Label, labels_of
from processing_scripts.tables.slices import WORDS, Slicing, most_telling, slicing
from processing_scripts.tables.source import Chunk, hash_of, open_table
from processing_scripts.tables.splits import PART_NUMBERS, Drawing, hash_rows
from processing_scripts.tables.spool import Columns, Spool, Values

_FEATURE, _LABEL, _KEY, _SLICE, _DRAWN = "feature:", "label:", "key:", "slice:", "drawn"
_SAMPLE_ROWS = 50_000
_MOST_ONE_HOT = 50


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


@dataclass
class PreparedTable:
    """A table that was read and checked; see `processing_scripts.datasets.Prepared`."""

    file: DatasetFile
    code: types.ModuleType | None
    choices: Choices
    sha256: str = ""
    features: dict[str, Feature] = field(default_factory=dict)
    levels: dict[str, list[str]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    thresholds: dict[str, float | None] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    slicings: list[Slicing] = field(default_factory=list)
    times: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        self._labels = labels_of(self.file.tasks, self.file.columns)
        self._drawing = Drawing(self.file.split)
        self._identity = identity_columns(self.file)
        self._batch: Spool | None = None

    # Reading

    def read(self, data: list[Path], batch: list[Path], scratch: Path) -> None:
        """Read and check all files, and learn from the training rows.

        Raises `PreprocessingError` if the data is invalid, or too little for the split.
        """
        self.sha256 = hash_of(data)
        self._spool = Spool(scratch / "data.arrow")
        self._read_files(data, self._spool, with_labels=True)
        self._drawing.finish()
        if hash_of(batch) != self.sha256:
            self._batch = Spool(scratch / "batch.arrow")
            self._read_files(batch, self._batch, with_labels=False)
        self._learn()

    def _read_files(self, paths: list[Path], spool: Spool, *, with_labels: bool) -> None:
        read = feature_columns(self.file)
        sliced = tuple(column for column in self.file.columns if column.name in self.file.slices)
        columns = distinct(*read, *self._identity)
        targets = distinct(*(label.column for label in self._labels.values())) if with_labels else ()
        needed = [column.name for column in distinct(*columns, *targets)]
        first = 0
        for path in paths:
            table = open_table(path, self.file, needed, alone=len(paths) == 1)
            there = [column for column in distinct(*columns, *targets, *sliced) if column.name in table.columns]
            for chunk in table.chunks([column.name for column in there]):
                spool.append(self._columns(chunk, columns, read, sliced, first, with_labels=with_labels))
                first += chunk.rows
        spool.finish()

    def _columns(
        self,
        chunk: Chunk,
        columns: tuple[Column, ...],
        read: tuple[Column, ...],
        sliced: tuple[Column, ...],
        first: int,
        *,
        with_labels: bool,
    ) -> Columns:
        """Return what the following passes need of a chunk."""
        cells = Cells(chunk, self.file.reading)
        frame = read_frame(chunk, self.file, columns)
        made = make_features(self.file, self.code, frame[[column.name for column in read]])
        self._check_same_features(made)
        spooled: Columns = {f"{_FEATURE}{name}": values for name, (_, values) in made.items()}
        if not self.file.with_role("key"):
            spooled[f"{_KEY}{row_name(self.file)}"] = np.arange(first + 1, first + 1 + chunk.rows)
        for column in self._identity:
            spooled[f"{_KEY}{column.name}"] = key_texts(frame[column.name].to_numpy(), column, cells)
        for column in sliced:
            there = column.name in chunk.cells
            spooled[f"{_SLICE}{column.name}"] = cells.read(column) if there else np.full(chunk.rows, None, dtype=object)
        if with_labels:
            labels = {name: label.read(cells) for name, label in self._labels.items()}
            spooled |= {f"{_LABEL}{name}": values for name, values in labels.items()}
            spooled[_DRAWN] = self._drawn(frame, cells, labels)
            self._drawing.collect(spooled[_DRAWN], self._classes(spooled))
            self._note_times(frame)
        return spooled

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
        by, seed = self.file.split.by, self.choices.seed
        if by == "code":
            return own_split(self.code, frame, seed).map(PART_NUMBERS).to_numpy()
        if by == "time":
            (column,) = self.file.with_role("time")
            times = frame[column.name].to_numpy()
            cells.refuse_missing(column, pd.isna(times), "the split by time needs it")
            return times.astype("int64") if times.dtype.kind == "M" else times
        drawn_by = self.file.with_role("group") if by == "groups" else self.file.with_role("key")
        of = [frame[column.name].to_numpy() for column in drawn_by]
        return hash_rows(of or [*(frame[name].to_numpy() for name in frame), *labels.values()], seed)

    def _note_times(self, frame: pd.DataFrame) -> None:
        for column in self.file.with_role("time"):
            if column.type == "datetime" and frame[column.name].notna().any():
                ends = frame[column.name].min().isoformat(), frame[column.name].max().isoformat()
                self.times = ends if self.times is None else (min(self.times[0], ends[0]), max(self.times[1], ends[1]))

    def _classes(self, columns: Columns) -> Values:
        """Return the class of each row by which the split is stratified."""
        for name, label in self._labels.items():
            if label.task.kind != "regression" and not (label.is_above and label.task.above is None):
                return label.final(columns[f"{_LABEL}{name}"], label.task.above)
        return np.zeros(len(columns[_DRAWN]), dtype="int64")

    # Learning

    def _learn(self) -> None:
        """Learn categories, ranges, thresholds and slices from the training rows."""
        counter, sample = LevelCounter(), Sampler(min(1.0, _SAMPLE_ROWS / self._spool.rows))
        training: dict[str, list[Values]] = {name: [] for name, label in self._labels.items() if label.is_above}
        counts = np.zeros(len(PARTS), dtype="int64")
        for columns in self._spool:
            parts = self._parts(columns)
            counts += np.bincount(parts, minlength=len(PARTS))
            of_training = parts == 0
            for name, feature in self.features.items():
                values = columns[f"{_FEATURE}{name}"][of_training]
                if feature.type == "category":
                    counter.add(name, values)
                else:
                    self._widen(name, values)
            for name, collected in training.items():
                collected.append(columns[f"{_LABEL}{name}"][of_training])
            sample.add(columns, parts)
        self.counts = dict(zip(PARTS, counts.tolist(), strict=True))
        self._check_sets()
        self.levels = counter.levels(self.file.columns)
        for name, label in self._labels.items():
            numbers = np.concatenate(training[name]) if name in training else np.zeros(0)
            self.thresholds[name] = label.threshold(numbers, self.choices.threshold_quantile)
        self._leave_out()
        self._check_classes()
        self.sample = sample
        self._choose_slices(sample)

    def _parts(self, columns: Columns) -> Values:
        return self._drawing.parts(columns[_DRAWN], self._classes(columns))

    def _widen(self, name: str, values: Values) -> None:
        known = values[~np.isnan(values)]
        if len(known):
            low, high = self.ranges.get(name, (np.inf, -np.inf))
            self.ranges[name] = min(low, float(known.min())), max(high, float(known.max()))

    def _leave_out(self) -> None:
        """Leave out parts of times that never change, such as the hour of dates."""
        columns = {column.name: column for column in self.file.columns}
        for name, feature in self.features.items():
            low, high = self.ranges.get(name, (0.0, 0.0))
            of_time = feature.group != name and feature.group in columns
            if of_time and low == high:
                self.left_out[name] = f"it is {low:g} in all training rows" if name in self.ranges else "it is missing"
        self.names = [name for name in self.features if name not in self.left_out]
        if not self.names:
            raise ColumnError("The data set has no features; give at least one column the role 'feature'.")

    def _check_sets(self) -> None:
        for part, count in self.counts.items():
            if count == 0:
                raise TooFewRowsError(
                    f"None of the {sum(self.counts.values())} rows is in the {part} set of the split "
                    f"'{self.file.split.by}'; provide more rows, or choose another split."
                )

    def _check_classes(self) -> None:
        checked = {
            name: label
            for name, label in self._labels.items()
            if label.task.kind != "regression" and self.choices.trains(name)
        }
        counts = {
            name: {part: np.zeros(len(label.task.classes), dtype="int64") for part in PARTS}
            for name, label in checked.items()
        }
        for columns in self._spool if checked else ():
            parts = self._parts(columns)
            for name, label in checked.items():
                codes = label.final(columns[f"{_LABEL}{name}"], self.thresholds[name])
                for number, part in enumerate(PARTS):
                    counts[name][part] += np.bincount(codes[parts == number], minlength=len(label.task.classes))
        for name, label in checked.items():
            label.check(counts[name])

    def _choose_slices(self, sample: Sampler) -> None:
        """Take the slices of the data set file, or the columns that tell most about the first trained target."""
        training = sample.frame[sample.parts == 0]
        if self.file.slices:
            made = [(name, slicing(name, training[f"{_SLICE}{name}"].to_numpy())) for name in self.file.slices]
            self.slicings = [each for _, each in made if each is not None]
            return
        name, label = next(item for item in self._labels.items() if self.choices.trains(item[0]))
        target = label.final(training[f"{_LABEL}{name}"].to_numpy(), self.thresholds[name])
        if label.task.kind == "multiclass":
            target = np.eye(len(label.task.classes))[target]
        self.slicings = most_telling({name: training[f"{_FEATURE}{name}"].to_numpy() for name in self.names}, target)

    # Results

    def rows(self) -> Iterator[Rows]:
        """Yield the rows of each chunk by set; rows of the test set are also the batch, unless it is another file."""
        for columns in self._spool:
            parts = self._parts(columns)
            features, keys = self._matrix(columns), self._keys(columns)
            labels = {
                name: pd.Series(label.final(columns[f"{_LABEL}{name}"], self.thresholds[name]))
                for name, label in self._labels.items()
            }
            for number, part in enumerate(PARTS):
                chosen = parts == number
                if chosen.any():
                    kept = {name: each[chosen & ~self._ruled_out(columns, name, part)] for name, each in labels.items()}
                    yield Rows(part, features[chosen], kept, keys[chosen])
            if self._batch is None and (parts == PART_NUMBERS["test"]).any():
                chosen = parts == PART_NUMBERS["test"]
                yield Rows("batch", features[chosen], {}, keys[chosen])
        if self._batch is None:
            self.counts["batch"] = self.counts["test"]
            return
        self.counts["batch"] = self._batch.rows
        for columns in self._batch:
            yield Rows("batch", self._matrix(columns), {}, self._keys(columns))

    def _matrix(self, columns: Columns) -> pd.DataFrame:
        made = {name: (feature, columns[f"{_FEATURE}{name}"]) for name, feature in self.features.items()}
        return encode(made, self.names, self.levels)

    def _ruled_out(self, columns: Columns, task: str, part: str) -> Values:
        """Return which rows rules leave out of a task's set."""
        out = np.zeros(len(columns[_DRAWN]), dtype=bool)
        for rule in self.file.rules:
            if part in rule.left_out_of.get(task, ()):
                out |= self._under_rule(columns, rule.feature, rule.value)
        return out

    def _under_rule(self, columns: Columns, feature: str, value: float) -> Values:
        if feature not in self.features:
            known = ", ".join(self.features)
            raise ColumnError(f"The rule's feature '{feature}' is none of the features {known}; correct the rule.")
        values = columns[f"{_FEATURE}{feature}"]
        if feature in self.levels:
            values = codes_of(values, self.levels[feature])
        return np.asarray(values == value)

    def _one_hot(self) -> list[str]:
        return [name for name in self.names if 2 <= len(self.levels.get(name, ())) <= _MOST_ONE_HOT]

    def _unit(self) -> str | None:
        """Return the column of the keys whose rows depend on each other: the group, or the day."""
        groups = self.file.with_role("group")
        if groups:
            return groups[0].name
        times = [column.name for column in self.file.with_role("time") if column.type == "datetime"]
        return f"day of {times[0]}" if times else None

    def _keys(self, columns: Columns) -> pd.DataFrame:
        keys = {name.removeprefix(_KEY): values for name, values in columns.items() if name.startswith(_KEY)}
        unit = self._unit()
        if unit is not None and unit not in keys:
            times = pd.Series(keys[unit.removeprefix("day of ")])
            keys[unit] = times.str[: len("2018-12-31")].to_numpy()
        for name in self._one_hot():
            cells = columns[f"{_FEATURE}{name}"]
            keys[name] = np.where(codes_of(cells, self.levels[name]) == UNKNOWN, "", cells)
        source = _SLICE if self.file.slices else _FEATURE
        for each in self.slicings:
            keys[each.column] = each.of(columns[f"{source}{each.by}"])
        for number, rule in enumerate(self.file.rules, 1):
            keys[f"rule {number}"] = np.where(self._under_rule(columns, rule.feature, rule.value), "yes", "no")
        for name, label in self._class_slices().items():
            if f"{_LABEL}{name}" in columns:
                codes = label.final(columns[f"{_LABEL}{name}"], self.thresholds[name])
                keys[f"class of {name}"] = np.array(label.task.classes, dtype=object)[codes]
        return pd.DataFrame(keys)

    def _class_slices(self) -> dict[str, Label]:
        return {name: label for name, label in self._labels.items() if label.task.kind == "multiclass"}

    def schema(self) -> Schema:
        """Return the schema."""
        times = [column.name for column in self.file.with_role("time")]
        unit, words = self._unit(), {**WORDS}
        for each in self.slicings:
            words |= each.words()
        row_number = [] if self.file.with_role("key") else [row_name(self.file)]
        dataset: dict[str, Any] = {"sha256": self.sha256, "rows": self._spool.rows, "kind": "real-data"}
        if self.times is not None:
            dataset |= {"first": self.times[0], "last": self.times[1]}
        default_word = {"en": "day", "ko": "하루"} if unit and unit.startswith("day of ") else {"en": unit, "ko": unit}
        found = Found(
            dataset=dataset,
            split=self.file.split.by,
            rows=self.counts,
            features=[self._described(self.features[name]) for name in self.names],
            left_out=self.left_out,
            tasks={
                name: {
                    "threshold": self.thresholds[name],
                    "threshold_quantile": self.choices.threshold_quantile or label.task.above_quantile,
                }
                for name, label in self._labels.items()
                if label.is_above
            },
            keys={
                "columns": [*row_number, *(column.name for column in self._identity)],
                "time": times[0] if times else None,
                "unit": unit,
                "unit_word": (self.file.words.get("unit_of_split") or default_word) if unit else None,
                "baseline": [],
                "one_hot": self._one_hot(),
            },
            slices=[*map(self._described_slicing, self.slicings), *self._described_classes()],
            rule_keys=[(f"rule {number}", "yes") for number in range(1, len(self.file.rules) + 1)],
            words=words,
        )
        return describe(self.file, self.choices, found)

    def _described(self, feature: Feature) -> dict[str, Any]:
        levels = self.levels.get(feature.name)
        low, high = self.ranges.get(feature.name, (None, None))
        if levels is not None:
            low, high = (0.0, float(max(len(levels) - 1, 0)))
        return {
            "name": feature.name,
            "type": feature.type,
            "group": feature.group,
            "minimum": low,
            "maximum": high,
            "meaning": feature.meaning,
            **({} if levels is None else {"levels": levels}),
        }

    def _described_slicing(self, each: Slicing) -> dict[str, Any]:
        return {
            "by": each.by,
            "column": each.column,
            "values": list(each.values),
            "title": {"en": each.by, "ko": each.by},
        }

    def _described_classes(self) -> Iterator[dict[str, Any]]:
        for name, label in self._class_slices().items():
            title = {"en": f"class of {label.column.name}", "ko": f"{label.column.name}의 클래스"}
            column = f"class of {name}"
            yield {"by": column, "column": column, "values": list(label.task.classes), "title": title}

    def report(self) -> tuple[Report, str]:
        """Return the data report and its page."""
        labels = {
            name: pd.Series(label.final(self.sample.frame[f"{_LABEL}{name}"].to_numpy(), self.thresholds[name]))
            for name, label in self._labels.items()
        }
        columns = {name: self.sample.frame[f"{_FEATURE}{name}"] for name in self.names}
        described = data_report(Sample(columns, labels, self.sample.parts), self.schema())
        return described, render(described, self.schema())


class Sampler:
    """Rows for statistics, the same in every run: all of a table of at most 50,000 rows, else about as many."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._frames: list[pd.DataFrame] = []
        self._parts: list[Values] = []
        self._rows = 0

    def add(self, columns: Columns, parts: Values) -> None:
        """Add a chunk."""
        numbers = np.arange(self._rows, self._rows + len(parts), dtype="float64")
        self._rows += len(parts)
        chosen = hash_rows([numbers], 0) <= np.uint64(self._share * (2**64 - 2**12))
        if self._share >= 1:
            chosen[:] = True
        wanted = {name: values[chosen] for name, values in columns.items() if not name.startswith(_KEY)}
        self._frames.append(pd.DataFrame(wanted))
        self._parts.append(parts[chosen])

    @property
    def frame(self) -> pd.DataFrame:
        """The sampled columns of the spool."""
        if len(self._frames) > 1:
            self._frames = [pd.concat(self._frames, ignore_index=True)]
        return self._frames[0]

    @property
    def parts(self) -> Values:
        """The number of each sampled row's set."""
        return np.concatenate(self._parts)


def key_texts(values: Values, column: Column, cells: Cells) -> Values:
    """Return the cells of a key as they are in the file; times in ISO 8601."""
    if column.type == "datetime":
        times = pd.DatetimeIndex(values).strftime("%Y-%m-%dT%H:%M:%S")
        return np.asarray(np.where(np.isnat(values), np.array(None, dtype=object), np.asarray(times, dtype=object)))
    return cells.texts(column)
