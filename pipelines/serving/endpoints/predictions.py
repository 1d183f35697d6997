"""Predictions of an endpoint, as JSON and in words: a number, or the probability and the decision, or the classes."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.models.postprocessing import CALIBRATED, prediction_columns
from pipelines.models.schema import TaskSchema, task_of
from pipelines.settings.fields import Task

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_CLASSES_IN_WORDS = 3


@dataclass(frozen=True)
class Predictions:
    """Predictions of rows."""

    task: TaskSchema
    key: str
    """Name of what identifies a row, such as ``datetime``."""
    keys: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    """See `prediction_columns`. The decision is the model's own, and does not use the calibrated probability."""
    cut_off: float | None
    """Of a binary task: the probability from which a row counts as positive, chosen on the validation set."""

    def as_json(self) -> list[dict[str, Any]]:
        """Return one object per row."""
        return [{self.key: key, **self._one(row)} for key, row in zip(self.keys, self._rows(), strict=True)]

    def in_words(self, t: Callable[..., str] = str.format) -> str:
        """Return one line per row; ``t`` translates a text, with values in place of its ``{names}``."""
        lines = zip(self.keys, self._rows(), strict=True)
        return "".join(f"{_short(key)}  {self._sentence(row, t)}\n" for key, row in lines)

    def _rows(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]

    def _one(self, row: Mapping[str, Any]) -> dict[str, Any]:
        if self.task.kind == "regression":
            return {self.task.column.removeprefix("predicted_"): row[self.task.column]}
        return {**row, "decision": self._decision(row)} if self.task.threshold is not None else dict(row)

    def _decision(self, row: Mapping[str, Any]) -> str:
        """Return the predicted class; of a number above a threshold, ``high`` or ``low``."""
        if self.task.threshold is None:
            return str(list(row.values())[-1])
        return "high" if row[self.task.column] >= self.cut_off else "low"

    def _sentence(self, row: Mapping[str, Any], t: Callable[..., str]) -> str:
        value = row[self.task.column]
        if self.task.kind == "regression":
            number = f"{value:,.0f}" if abs(value) >= 100 or not value else f"{value:.4g}"
            return t("{value} expected", value=f"{number} {t(self.task.unit)}" if self.task.unit else number)
        if self.task.kind == "multiclass":
            each = sorted(zip(self.task.classes, list(row.values())[1:], strict=True), key=lambda one: -one[1])
            return f"{value}: " + ", ".join(f"{name} {share:.3f}" for name, share in each[:_CLASSES_IN_WORDS])
        high = self.task.threshold is not None
        event = f"{self.task.label} (above {self.task.threshold:,g})" if high else self.task.classes[1]
        return t(
            "{decision}: the probability of {event} is {probability}, and {own}counts as {positive} from {cut_off} on",
            decision=t(self._decision(row)),
            event=event,
            probability=f"{row.get(CALIBRATED, value):.3f}",
            own=t("the model's own {value} ", value=f"{value:.3f}") if CALIBRATED in row else "",
            positive=t("high") if high else event,
            cut_off=f"{self.cut_off:.3f}",
        )


def predictions_of(
    schema: Mapping[str, Any],
    task: Task,
    key: str,
    keys: Sequence[str],
    values: Sequence[Any],
    cut_off: float | None,
    calibrated: Sequence[float] | None = None,
) -> Predictions:
    """Combine responses, after the rules, with the keys of their rows."""
    return Predictions(
        task_of(schema, task), key, keys, prediction_columns(values, schema, task, cut_off, calibrated), cut_off
    )


def _short(key: str) -> str:
    return key.replace("T", " ")[:16] if _TIME.fullmatch(key) else key
