"""A window of predictions: read from a file, and joined with what really happened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.errors import InputError
from evaluation.inputs import Numbers, Part
from evaluation.output.predictions import key_names, prediction_names
from evaluation.schema import Schema, Task

_UNIT = "unit"
_AT = "place among the predictions"
_SHOWN = 5


@dataclass(frozen=True)
class Window:
    """The predictions of a window, and the truth of those rows that have it."""

    rows: pd.DataFrame
    """Every row of the predictions: keys, features and predictions."""
    part: Part
    """The rows with a truth, without features. Their unit is the day, else the group, else the row."""
    predicted: Numbers
    """Predictions of the rows of ``part``, as in `evaluation.inputs.Predictions`."""
    unit: str
    """What is resampled as a whole: ``day``, a column, or ``row``."""
    at: npt.NDArray[np.intp]
    """Which of ``rows`` those of ``part`` are."""

    @property
    def decided(self) -> "pd.Series[Any]":
        """What is predicted for the rows of ``part``: a number, or of several classes the code of the likeliest."""
        predicted = self.predicted
        return pd.Series(predicted if predicted.ndim == 1 else predicted.argmax(axis=1))


def read_window(predictions: Path, actuals: Path, column: str, task: Task, schema: Schema) -> Window:
    """Join predictions and actual values by the keys of the data set.

    ``column`` names the predictions, or of a binary task the probabilities.

    Raises `InputError` if the data set has no keys, a file lacks a column, a key occurs twice, or nothing joins.
    """
    keys = keys_of(schema)
    rows = _table(predictions, keys, schema.keys.time)
    truth = _table(actuals, [*keys, task.target], schema.keys.time)
    for path, table in ((predictions, rows), (actuals, truth)):
        _refuse_duplicates(path, table, keys)
    names = [f"probability_{name}" for name in task.classes] if task.kind == "multiclass" else [column]
    _require(predictions, rows, names)
    truth = truth[[*keys, task.target]].rename(columns={task.target: "actual value"})
    joined = rows.assign(**{_AT: np.arange(len(rows))}).merge(truth[truth["actual value"].notna()], on=keys)
    if joined.empty:
        raise InputError(f"No key of {predictions.name} is in {actuals.name}; both need rows of the same window.")
    labels = _labels(joined["actual value"], task, actuals)
    numbers = joined[names].apply(pd.to_numeric, errors="coerce").to_numpy(dtype="float64")
    if not np.isfinite(numbers).all():
        raise InputError(f"{predictions.name} has a prediction that is not a number in the columns {', '.join(names)}.")
    units, unit = _units(joined, schema)
    part = Part(np.empty((len(joined), 0)), labels, joined[keys].assign(**{_UNIT: units}), _UNIT)
    return Window(rows, part, numbers if task.kind == "multiclass" else numbers[:, 0], unit, joined[_AT].to_numpy())


def keys_of(schema: Schema) -> list[str]:
    """Return the columns that identify a row.

    Raises `InputError` if only its number does.
    """
    if not schema.keys.columns or schema.keys.row_number:
        raise InputError(
            "The data set has no key, so predictions cannot be joined with actual values; give a column the role key "
            "in the data set file."
        )
    return list(schema.keys.columns)


def read_test_set(path: Path, task: Task, schema: Schema) -> Window:
    """Return the test set as a window, from ``predictions-<name>.csv`` of its evaluation.

    Raises `InputError` if the file is none of these.
    """
    names = key_names(task, schema)
    shown = prediction_names(task)
    rows = _table(path, [*names.values(), "actual", *shown], names.get(schema.keys.time or ""))
    keys = rows[list(names.values())].set_axis(list(names), axis=1)
    units, unit = _units(keys, schema)
    labels = _labels(rows["actual"], replace(task, target="actual", threshold=None), path)
    part = Part(np.empty((len(rows), 0)), labels, keys.assign(**{_UNIT: units}), _UNIT)
    predicted = rows[shown].to_numpy(dtype="float64")
    return Window(rows, part, predicted if task.kind == "multiclass" else predicted[:, 0], unit, np.arange(len(rows)))


def _table(path: Path, needed: Sequence[str], time: str | None) -> pd.DataFrame:
    try:
        parquet = path.suffix.lower() in (".parquet", ".pq")
        table = (
            pd.read_parquet(path) if parquet else pd.read_csv(path, dtype="str", na_values=[""], keep_default_na=False)
        )
        _require(path, table, needed)
        for name in needed:
            if name == time:
                table[name] = pd.to_datetime(table[name], format=None if parquet else "ISO8601").astype("datetime64[s]")
            elif parquet:
                table[name] = table[name].map(str, na_action="ignore")
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path.name} cannot be read as a table ({error}); use CSV or Parquet with a header."
        ) from error
    return table


def _require(path: Path, table: pd.DataFrame, needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in table]
    if missing:
        there = ", ".join(map(str, list(table)[:_SHOWN]))
        raise InputError(
            f"{path.name} has no column {missing[0]} (it begins with {there}); it needs {', '.join(needed)}."
        )


def _refuse_duplicates(path: Path, table: pd.DataFrame, keys: list[str]) -> None:
    twice = table[table.duplicated(keys)]
    if len(twice):
        key = ", ".join(map(str, twice.iloc[0][keys]))
        raise InputError(f"{path.name} has the key {key} twice; keep one row for each key.")


def _labels(values: "pd.Series[Any]", task: Task, path: Path) -> Numbers:
    """Return the target as a number, or the code of its class."""
    if task.classes and task.threshold is None:
        codes = values.astype(str).map({name: code for code, name in enumerate(task.classes)})
    else:
        codes = pd.to_numeric(values, errors="coerce")
    unknown = values[codes.isna()]
    if len(unknown):
        known = f"one of {', '.join(task.classes)}" if task.classes else "a number"
        raise InputError(f"{path.name} has {unknown.iloc[0]!r} in the column {task.target}, which is not {known}.")
    numbers = np.asarray(codes, dtype=np.float64)
    return numbers if task.threshold is None else np.asarray(numbers > task.threshold, dtype=np.float64)


def _units(joined: pd.DataFrame, schema: Schema) -> tuple["pd.Series[Any]", str]:
    if schema.keys.time:
        return joined[schema.keys.time].dt.strftime("%Y-%m-%d"), "day"
    if schema.keys.unit and schema.keys.unit in joined:
        return joined[schema.keys.unit].astype(str), schema.keys.unit
    return joined[list(schema.keys.columns)].astype(str).agg(", ".join, axis=1), "row"
