"""The rows and the predictions of a window, against what Evaluate kept of the version's own rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.errors import InputError
from evaluation.inputs import Numbers
from evaluation.monitoring.baseline import BASELINE_ROWS, statistics
from evaluation.monitoring.cost import Cost
from evaluation.monitoring.distribution import drift, same_time_of_year
from evaluation.monitoring.rows import violations
from evaluation.monitoring.window import Window
from evaluation.schema import Schema, Task
from evaluation.strict_json import read_json

_BLOCKS = 50
"""Blocks of the rows of a table whose rows do not depend on each other."""
_PREDICTION = "prediction"


@dataclass(frozen=True)
class Baseline:
    """What the version carries: the contents of its files, and rows of all its sets."""

    statistics: Mapping[str, Any]
    constraints: dict[str, Any]
    rows: pd.DataFrame


def read_baseline(folder: Path, schema: Schema) -> Baseline:
    """Read what Evaluate wrote for the monitor.

    Raises `InputError` if the version is older than the monitor.
    """
    try:
        known, constraints = (read_json(folder / f"{name}.json") for name in ("statistics", "constraints"))
        texts = {each["name"]: "str" for each in schema.content["features"] if each.get("levels")}
        rows = pd.read_csv(folder / BASELINE_ROWS, dtype=texts, na_values=[""], keep_default_na=False)
        return Baseline(known, constraints, rows)
    except OSError as error:
        raise InputError(
            f"The version has no baseline ({error.filename} is missing), because it is older than this command; run "
            "the pipeline again."
        ) from error


def compared(schema: Schema) -> list[dict[str, Any]]:
    """Return the features whose distributions are compared: those that do not follow from the date alone.

    The others drift with every month.
    """
    return [feature for feature in schema.content["features"] if not feature.get("of_time")]


def judge_rows(
    window: Window,
    test: Window,
    errors: Mapping[str, Numbers],
    folder: Path,
    column: str,
    task: Task,
    schema: Schema,
    seed: int,
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Compare the rows of a window with the baseline in a folder.

    Parameters
    ----------
    test
        The test set of the version.
    errors
        Of the rows with a truth, in ``window`` and in ``test``.
    column
        Of the predictions.

    Returns
    -------
    The contents of Model Monitor's files by name; and ``violations``, ``drift`` (of the features) and ``predictions
    drift`` (whose distance follows from those of the features, so it is no alarm) for ``monitoring.json``. What was
    found has its ``rows``, when it was (``first``, ``last``, or ``since``) and its ``error`` (see
    `evaluation.monitoring.cost`).
    """
    baseline, rows = read_baseline(folder, schema), window.rows
    others = [*schema.keys.columns, column, *(name for name in map(str, rows) if _is_prediction(name, column, task))]
    found = violations(rows, baseline.statistics, baseline.constraints, others)
    cost = Cost(window, errors["window"], errors["test"], schema)
    files = {
        "statistics": statistics(rows, schema),
        "constraints": baseline.constraints,
        "constraint_violations": {"violations": [each.as_json() for each in found]},
    }
    return files, {
        "violations": [{**each.as_json(), "values": each.values, **cost.of_rows(each.at)} for each in found],
        "drift": _features(rows, baseline.rows, cost, schema, seed),
        "predictions_drift": _predictions(window, test, task, seed),
    }


def _features(rows: pd.DataFrame, known: pd.DataFrame, cost: Cost, schema: Schema, seed: int) -> dict[str, Any]:
    """Compare distributions by days, else by groups, else by blocks of independent rows."""
    name = schema.keys.time or schema.keys.unit
    if name is None:
        ours, theirs = (pd.Series(np.arange(len(table)) % _BLOCKS, table.index).astype(str) for table in (rows, known))
    elif name in rows and f"key {name}" in known:
        ours, theirs = rows[name], known[f"key {name}"]
    else:
        return {"blocks": [], "tested": False, "features": []}
    if schema.keys.time:
        ours, theirs = (pd.to_datetime(each, format="ISO8601").dt.strftime("%Y-%m-%d") for each in (ours, theirs))
    window, known = rows.assign(unit=ours), known.assign(unit=theirs)
    result = drift(window, known, compared(schema), seed)
    near = same_time_of_year(known, window)
    described = [{**one, **(cost.of_drift(one["name"], near) if one["drifted"] else {})} for one in result["features"]]
    return {**result, "features": described}


def _predictions(window: Window, test: Window, task: Task, seed: int) -> dict[str, Any]:
    """Compare the predictions with those of the test set."""
    ours, theirs = (
        pd.DataFrame({"unit": one.part.keys["unit"].to_numpy(), _PREDICTION: one.decided}) for one in (window, test)
    )
    levels = {"levels": list(task.classes)} if task.kind == "multiclass" else {}
    return drift(ours, theirs, [{"name": _PREDICTION, **levels}], seed)


def _is_prediction(name: str, column: str, task: Task) -> bool:
    """Whether a column of a batch's result is a prediction; ``probability_of_x`` has its decision in ``x``."""
    beginnings = ("predicted_", "probability_", "calibrated_probability")
    return name.startswith(beginnings) or name in (column.removeprefix("probability_of_"), task.target)
