"""Labels of a table's tasks: numbers, or the codes of classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from processing_scripts.dataset_file.model import Column, Task
from processing_scripts.datasets import PARTS
from processing_scripts.errors import TooFewRowsError, quoted
from processing_scripts.tables.cells import TRUTH, Cells
from processing_scripts.tables.spool import Values

_THIRD_VALUE = "delete 'negative' from the data set file, so that all but the positive class is negative"
_SET_NAMES = {"train": "training", "validation": "validation", "test": "test"}


@dataclass(frozen=True)
class Label:
    """The label of a task."""

    task: Task
    column: Column

    @property
    def is_above(self) -> bool:
        """Whether a class is a number above a threshold."""
        return self.task.above is not None or self.task.above_quantile is not None

    def read(self, cells: Cells) -> Values:
        """Return the numbers of a chunk, or the codes of its classes; NaN where the target is missing.

        Raises `CellError` if a cell is no class.
        """
        if self.task.kind == "regression" or self.is_above:
            return cells.numbers(self.column)
        if self.task.kind == "binary" and self.column.type == "boolean":
            truths = cells.truths(self.column)
            positive = truths == TRUTH.get((self.task.positive or "true").lower())
            return np.where(np.isnan(truths), np.nan, positive)
        positions, different = pd.factorize(cells.texts(self.column))
        codes = np.array([*(self._code(str(text)) for text in different), np.nan])[positions]
        or_else = "add it to them" if self.task.kind == "multiclass" else _THIRD_VALUE
        cells.refuse_unknown(self.column, codes < 0, self._cells, or_else)
        return codes

    @property
    def _cells(self) -> tuple[str, ...]:
        """The cells of the classes, in the order of their codes, of a task that knows them all."""
        negative, positive = self.task.negative, self.task.positive
        return self.task.classes if negative is None or positive is None else (negative, positive)

    def _code(self, text: str) -> int:
        cell = self._normal(text)
        if self.task.positive is not None and self.task.negative is None:
            return int(cell == self._normal(self.task.positive))
        known = [self._normal(each) for each in self._cells]
        return known.index(cell) if cell in known else -1

    def _normal(self, text: str) -> str:
        """Return one spelling of equal numbers and truth values, without the column's sign."""
        if self.column.type in {"number", "integer"}:
            text = text.replace(self.column.sign or " ", "", 1).strip()
            try:
                return f"{float(text):.15g}"
            except ValueError:
                return text
        return text.lower() if self.column.type == "boolean" else text

    def threshold(self, training: Values, quantile: float | None) -> float:
        """Return the number above which a row is positive, of a task above a quantile of the training set."""
        share = quantile or self.task.above_quantile
        assert share is not None
        return float(np.quantile(training, share))

    def final(self, values: Values, threshold: float | None) -> Values:
        """Return labels: integers for classes."""
        if self.task.kind == "regression":
            return values
        return np.asarray((values > threshold if self.is_above else values), dtype="int64")

    def check(self, counts: Mapping[str, Values]) -> None:
        """Refuse sets that lack classes, by the number of rows of each class by set.

        Raises `TooFewRowsError` if a class has no training rows, or a set has a single class.
        """
        if self.task.kind == "regression":
            return
        names = self.task.classes
        for part in PARTS:
            there = [name for name, count in zip(names, counts[part], strict=True) if count]
            if part == "train" and len(there) < len(names):
                missing = next(name for name in names if name not in there)
                raise TooFewRowsError(
                    f"The training set has no row of the class {quoted(missing)} of '{self.column.name}'; provide more "
                    'rows, delete the class, or set split.by = "classes".'
                )
            if len(there) < 2:
                raise TooFewRowsError(
                    f"All {int(counts[part].sum())} rows of the {_SET_NAMES[part]} set are of the class "
                    f"{quoted(there[0]) if there else 'of none'} of '{self.column.name}', so metrics are undefined "
                    'there; provide more rows, or set split.by = "classes".'
                )


def labels_of(tasks: tuple[Task, ...], columns: tuple[Column, ...]) -> dict[str, Label]:
    """Return the labels by task."""
    by_name = {column.name: column for column in columns}
    return {task.name: Label(task, by_name[task.target]) for task in tasks}
