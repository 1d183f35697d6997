"""Preprocessing of a table of any size.

The raw files are read once, in chunks: every cell is checked, and features, labels and keys go to a temporary file. A
second pass, over that file, learns from the training rows; a third one yields the rows of the sets. In memory are one
chunk, categories, the numbers of a target that becomes a class by a quantile, and, for the split by time, the times.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from processing_scripts.data_report.page import render
from processing_scripts.data_report.statistics import Sample, data_report
from processing_scripts.dataset_file.model import DatasetFile
from processing_scripts.datasets import PARTS, Choices, Report, Rows, Schema
from processing_scripts.hosts import Share
from processing_scripts.schema import Found, describe
from processing_scripts.tables.encoding import encode
from processing_scripts.tables.features import Feature
from processing_scripts.tables.intake import FEATURE, LABEL, Intake
from processing_scripts.tables.keys import Keys
from processing_scripts.tables.learning import Learner
from processing_scripts.tables.source import hash_of
from processing_scripts.tables.splits import PART_NUMBERS
from processing_scripts.tables.spool import Columns, Spool


class PreparedTable:
    """A table that was read and checked; see `processing_scripts.datasets.Prepared`."""

    def __init__(
        self,
        file: DatasetFile,
        code: types.ModuleType | None,
        choices: Choices,
        paths: tuple[Sequence[Path], Sequence[Path]],
        scratch: Path,
    ) -> None:
        """Read and check the files of the data and of the batch, and learn from the training rows.

        Raises `PreprocessingError` if the data is invalid, or too little for the split.
        """
        self._file, self._choices = file, choices
        self._columns = {column.name for column in file.columns}
        self._times = {column.name for column in file.with_role("time")}
        data, batch = paths
        self._sha256 = hash_of(data)
        self._intake, self._spool = Intake(file, code, choices.seed), Spool(scratch / "data.arrow")
        self._intake.read_data(data, self._spool)
        self._batch: Spool | None = None
        if hash_of(batch) != self._sha256:
            self._batch = Spool(scratch / "batch.arrow")
            self._intake.read_batch(batch, self._batch)
        self._learned = Learner(file, choices, self._intake, self._spool).learn()
        self._keys = Keys(file, self._intake, self._learned)

    def rows(self, share: Share) -> Iterator[Rows]:
        """Yield the rows of each chunk by set; rows of the test set are also the batch, unless it is another file."""
        for file, columns in _dealt(self._spool, share):
            parts = self._intake.parts(columns)
            features, keys = self._matrix(columns), self._keys.of(columns)
            labels = {name: pd.Series(self._label(name, columns[f"{LABEL}{name}"])) for name in self._intake.labels}
            for number, part in enumerate(PARTS):
                chosen = parts == number
                if chosen.any():
                    kept = {
                        name: label[chosen & ~self._keys.ruled_out(columns, name, part)]
                        for name, label in labels.items()
                    }
                    yield Rows(part, features[chosen], kept, keys[chosen], file)
            in_test = parts == PART_NUMBERS["test"]
            if self._batch is None and in_test.any():
                yield Rows("batch", features[in_test], {}, Keys.identity(columns)[in_test], file)
        for file, columns in _dealt(self._batch or (), share):
            yield Rows("batch", self._matrix(columns), {}, Keys.identity(columns), file)

    def _label(self, task: str, values: Any) -> Any:
        return self._intake.labels[task].final(values, self._learned.thresholds[task])

    def _matrix(self, columns: Columns) -> pd.DataFrame:
        made = {name: (feature, columns[f"{FEATURE}{name}"]) for name, feature in self._intake.features.items()}
        return encode(made, self._learned.names, self._learned.levels)

    def schema(self) -> Schema:
        """Return the schema."""
        dataset: dict[str, Any] = {"sha256": self._sha256, "rows": self._spool.rows, "kind": "real-data"}
        if self._intake.times is not None:
            dataset |= dict(zip(("first", "last"), self._intake.times, strict=True))
        counts = self._learned.counts
        above = {name: label.task for name, label in self._intake.labels.items() if label.is_above}
        found = Found(
            dataset=dataset,
            split=self._file.split.by,
            rows={**counts, "batch": counts["test"] if self._batch is None else self._batch.rows},
            features=[self._described(self._intake.features[name]) for name in self._learned.names],
            left_out=self._learned.left_out,
            tasks={
                name: {
                    "threshold": self._learned.thresholds[name],
                    "threshold_quantile": None
                    if task.above_quantile is None
                    else self._choices.threshold_quantile or task.above_quantile,
                }
                for name, task in above.items()
            },
            keys=self._keys.described(),
            slices=[*self._keys.described_slices()],
            rule_keys=self._keys.rule_keys,
            words=self._keys.words(),
        )
        return describe(self._file, self._choices, found)

    def _described(self, feature: Feature) -> dict[str, Any]:
        levels = self._learned.levels.get(feature.name)
        low, high = self._learned.ranges.get(feature.name, (None, None))
        if levels is not None:
            low, high = 0.0, float(max(len(levels) - 1, 0))
        return {
            "name": feature.name,
            "type": feature.type,
            "group": feature.group,
            "derived": feature.group not in self._columns,
            "of_time": feature.group in self._times,
            "minimum": low,
            "maximum": high,
            "meaning": feature.meaning,
            **({} if levels is None else {"levels": levels}),
        }

    def report(self) -> tuple[Report, str]:
        """Return the data report and its page."""
        sample, schema = self._learned.sample, self.schema()
        labels = {
            name: pd.Series(self._label(name, sample.frame[f"{LABEL}{name}"].to_numpy()))
            for name in self._intake.labels
        }
        columns = {name: sample.frame[f"{FEATURE}{name}"] for name in self._learned.names}
        described = data_report(Sample(columns, labels, sample.parts, self._intake.without_target), schema)
        return described, render(described, schema)


def _dealt(chunks: Iterable[Columns], share: Share) -> Iterator[tuple[int, Columns]]:
    """Yield the rows of chunks that a host writes, with the number of their file."""
    first = 0
    for columns in chunks:
        rows = len(next(iter(columns.values())))
        for file, chosen in share.deal(first):
            if chosen.start < rows:
                yield file, {name: values[chosen] for name, values in columns.items()}
        first += rows
