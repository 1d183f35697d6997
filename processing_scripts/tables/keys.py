"""The keys of a table's rows: their identity, and what the evaluation needs of each, as its schema names it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from processing_scripts.dataset_file.model import DatasetFile
from processing_scripts.errors import ColumnError
from processing_scripts.tables.encoding import UNKNOWN, codes_of
from processing_scripts.tables.intake import FEATURE, KEY, LABEL, SLICE, Intake, row_name
from processing_scripts.tables.labels import Label
from processing_scripts.tables.learning import Learned
from processing_scripts.tables.slices import WORDS
from processing_scripts.tables.spool import Columns, Values

_MOST_ONE_HOT = 50
_DAY = "day of "


class Keys:
    """The keys of the rows of one table."""

    def __init__(self, file: DatasetFile, intake: Intake, learned: Learned) -> None:
        self._file, self._intake, self._learned = file, intake, learned
        self._one_hot = [name for name in learned.names if 2 <= len(learned.levels.get(name, ())) <= _MOST_ONE_HOT]
        self._unit = self._column_of_unit()

    @staticmethod
    def identity(columns: Columns) -> pd.DataFrame:
        """Return the columns that identify rows."""
        return pd.DataFrame(
            {name.removeprefix(KEY): values for name, values in columns.items() if name.startswith(KEY)}
        )

    def of(self, columns: Columns) -> pd.DataFrame:
        """Return the keys of rows, with what the evaluation needs of them."""
        keys: dict[str, Any] = {str(name): values.to_numpy() for name, values in self.identity(columns).items()}
        if self._unit is not None and self._unit not in keys:
            keys[self._unit] = pd.Series(keys[self._unit.removeprefix(_DAY)]).str[: len("2018-12-31")].to_numpy()
        for name in self._one_hot:
            cells = columns[f"{FEATURE}{name}"]
            keys[name] = np.where(codes_of(cells, self._learned.levels[name]) == UNKNOWN, "", cells)
        source = SLICE if self._file.slices else FEATURE
        for each in self._learned.slicings:
            keys[each.column] = each.of(columns[f"{source}{each.by}"])
        for number, rule in enumerate(self._file.rules, 1):
            keys[f"rule {number}"] = np.where(self._under_rule(columns, rule.feature, rule.value), "yes", "no")
        for name, label in self._class_slices():
            codes = label.final(columns[f"{LABEL}{name}"], self._learned.thresholds[name])
            keys[f"class of {name}"] = np.array(label.task.classes, dtype=object)[codes]
        return pd.DataFrame(keys)

    def ruled_out(self, columns: Columns, task: str, part: str) -> Values:
        """Return which rows rules leave out of a task's set."""
        out = np.zeros(len(columns[f"{LABEL}{task}"]), dtype=bool)
        for rule in self._file.rules:
            if part in rule.left_out_of.get(task, ()):
                out |= self._under_rule(columns, rule.feature, rule.value)
        return out

    @property
    def rule_keys(self) -> list[tuple[str, str]]:
        """Column and value of the rows to which a rule applies, by rule."""
        return [(f"rule {number}", "yes") for number in range(1, len(self._file.rules) + 1)]

    def described(self) -> dict[str, Any]:
        """Return the columns for the schema."""
        row_number = [] if self._file.with_role("key") else [row_name(self._file)]
        unit = self._unit
        is_day = unit is not None and unit.startswith(_DAY)
        word = {"en": "day", "ko": "하루"} if is_day else {"en": unit, "ko": unit}
        return {
            "columns": [*row_number, *(column.name for column in self._intake.identity)],
            "row_number": next(iter(row_number), None),
            "time": next(iter(self._times()), None),
            "unit": unit,
            "unit_word": (self._file.words.get("unit_of_split") or word) if unit else None,
            "baseline": [],
            "one_hot": self._one_hot,
        }

    def described_slices(self) -> Iterator[dict[str, Any]]:
        """Yield the slices for the schema."""
        for each in self._learned.slicings:
            title = {"en": each.by, "ko": each.by}
            yield {"by": each.by, "column": each.column, "values": list(each.values), "title": title}
        for name, label in self._class_slices():
            title = {"en": f"class of {label.column.name}", "ko": f"{label.column.name}의 클래스"}
            column = f"class of {name}"
            yield {"by": column, "column": column, "values": list(label.task.classes), "title": title}

    def words(self) -> dict[str, dict[str, str]]:
        """Return the words of slices for the schema."""
        words = {**WORDS}
        for each in self._learned.slicings:
            words |= each.words()
        return words

    def _class_slices(self) -> list[tuple[str, Label]]:
        return [(name, label) for name, label in self._intake.labels.items() if label.task.kind == "multiclass"]

    def _column_of_unit(self) -> str | None:
        """Return the column whose rows with the same value depend on each other: the group, or the day."""
        groups = self._file.with_role("group")
        if groups:
            return groups[0].name
        return next((f"{_DAY}{name}" for name in self._times()), None)

    def _times(self) -> list[str]:
        return [column.name for column in self._file.with_role("time") if column.type == "datetime"]

    def _under_rule(self, columns: Columns, feature: str, value: float) -> Values:
        if feature not in self._intake.features:
            known = ", ".join(self._intake.features)
            raise ColumnError(f"The rule's feature '{feature}' is none of the features {known}; correct the rule.")
        values = columns[f"{FEATURE}{feature}"]
        if feature in self._learned.levels:
            values = codes_of(values, self._learned.levels[feature])
        return np.asarray(values == value)
