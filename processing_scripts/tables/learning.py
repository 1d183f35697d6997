"""What preprocessing learns of a table: from its training rows, categories, ranges, thresholds and slices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from processing_scripts.dataset_file.model import DatasetFile
from processing_scripts.datasets import PARTS, Choices
from processing_scripts.errors import ColumnError, TooFewRowsError
from processing_scripts.tables.encoding import LevelCounter
from processing_scripts.tables.intake import FEATURE, KEY, LABEL, SLICE, Intake
from processing_scripts.tables.slices import Slicing, most_telling, slicing
from processing_scripts.tables.splits import hash_rows
from processing_scripts.tables.spool import Columns, Spool, Values

_SAMPLE_ROWS = 50_000

_Labels = tuple[Values, Values]
"""Values of the target, and the number of each row's set."""


@dataclass(frozen=True)
class Learned:
    """What was learned."""

    names: tuple[str, ...]
    """The features of the model, in the order of the columns."""
    left_out: Mapping[str, str]
    """The other features, with the reason."""
    levels: Mapping[str, list[str]]
    """Categories in the order of their codes, by feature."""
    ranges: Mapping[str, tuple[float, float]]
    """Minimum and maximum, by feature, if it has a number."""
    thresholds: Mapping[str, float | None]
    """By task."""
    counts: Mapping[str, int]
    """Rows by set."""
    slicings: tuple[Slicing, ...]
    sample: Sampler


class Learner:
    """Learns from the spooled columns of a table."""

    def __init__(self, file: DatasetFile, choices: Choices, intake: Intake, spool: Spool) -> None:
        self._file, self._choices, self._intake, self._spool = file, choices, intake, spool
        self._ranges: dict[str, tuple[float, float]] = {}
        self._thresholds: dict[str, float | None] = {}
        self._class_counts: dict[str, Values] = {
            name: np.zeros((len(PARTS), len(label.task.classes)), dtype="int64")
            for name, label in intake.labels.items()
            if label.task.kind != "regression" and choices.trains(name)
        }
        """Rows by set and class, of each task whose classes are checked."""

    def learn(self) -> Learned:
        """Return what the training rows teach.

        Raises `TooFewRowsError` if a set has no rows, or lacks classes. Raises `ColumnError` if there are no features.
        """
        counter, sample = LevelCounter(), Sampler(min(1.0, _SAMPLE_ROWS / self._spool.rows))
        labels, quantile = self._intake.labels, self._choices.threshold_quantile
        # A quantile is known when all training rows are, so that its task needs its numbers until then.
        waiting = {name: list[_Labels]() for name, label in labels.items() if label.task.above_quantile is not None}
        self._thresholds = {name: label.task.above for name, label in labels.items()}
        counts = np.zeros(len(PARTS), dtype="int64")
        for columns in self._spool:
            parts = self._intake.parts(columns)
            counts += np.bincount(parts, minlength=len(PARTS))
            self._learn_features(columns, parts == 0, counter)
            for name in labels:
                values = columns[f"{LABEL}{name}"]
                if name in waiting:
                    waiting[name].append((values, parts))
                else:
                    self._count_classes(name, values, parts)
            sample.add(columns, parts)
        by_part = dict(zip(PARTS, counts.tolist(), strict=True))
        self._check_sets(by_part)
        for name, collected in waiting.items():
            training = np.concatenate([values[parts == 0] for values, parts in collected])
            self._thresholds[name] = labels[name].threshold(training, quantile)
            for values, parts in collected:
                self._count_classes(name, values, parts)
        left_out = self._left_out()
        names = tuple(name for name in self._intake.features if name not in left_out)
        if not names:
            raise ColumnError("The data set has no features; give at least one column the role 'feature'.")
        for name, of_classes in self._class_counts.items():
            labels[name].check(dict(zip(PARTS, of_classes, strict=True)))
        slicings = tuple(self._slicings(sample, names))
        levels = counter.levels(self._file.columns)
        return Learned(names, left_out, levels, self._ranges, self._thresholds, by_part, slicings, sample)

    def _learn_features(self, columns: Columns, of_training: Values, counter: LevelCounter) -> None:
        for name, feature in self._intake.features.items():
            values = columns[f"{FEATURE}{name}"][of_training]
            if feature.type == "category":
                counter.add(name, values)
                continue
            known = values[~np.isnan(values)]
            if len(known):
                low, high = self._ranges.get(name, (np.inf, -np.inf))
                self._ranges[name] = min(low, float(known.min())), max(high, float(known.max()))

    def _left_out(self) -> dict[str, str]:
        """Leave out parts of times that never change, such as the hour of dates."""
        columns = {column.name for column in self._file.columns}
        constant = {}
        for name, feature in self._intake.features.items():
            low, high = self._ranges.get(name, (0.0, 0.0))
            if feature.group != name and feature.group in columns and low == high:
                constant[name] = f"it is {low:g} in all training rows" if name in self._ranges else "it is missing"
        return constant

    def _check_sets(self, counts: Mapping[str, int]) -> None:
        for part, count in counts.items():
            if count == 0:
                raise TooFewRowsError(
                    f"None of the {sum(counts.values())} rows is in the {part} set of the split "
                    f"'{self._file.split.by}'; provide more rows, or choose another split."
                )

    def _count_classes(self, task: str, values: Values, parts: Values) -> None:
        """Count the rows of each class by set, so that sets that lack classes can be refused."""
        if task not in self._class_counts:
            return
        codes = self._intake.labels[task].final(values, self._thresholds[task])
        counts = self._class_counts[task]
        for number in range(len(PARTS)):
            counts[number] += np.bincount(codes[parts == number], minlength=counts.shape[1])

    def _slicings(self, sample: Sampler, names: tuple[str, ...]) -> list[Slicing]:
        """Return the slices of the data set file, or the columns that tell most about the first trained target."""
        training = sample.frame[sample.parts == 0]
        if self._file.slices:
            made = [slicing(name, training[f"{SLICE}{name}"].to_numpy()) for name in self._file.slices]
            return [each for each in made if each is not None]
        name, label = next(item for item in self._intake.labels.items() if self._choices.trains(item[0]))
        target = label.final(training[f"{LABEL}{name}"].to_numpy(), self._thresholds[name])
        if label.task.kind == "multiclass":
            target = np.eye(len(label.task.classes))[target]
        return most_telling({name: training[f"{FEATURE}{name}"].to_numpy() for name in names}, target)


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
        wanted = {name: values[chosen] for name, values in columns.items() if not name.startswith(KEY)}
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
