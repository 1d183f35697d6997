"""Metrics on slices of the test set, to find where candidates fail."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from evaluation.inputs import Numbers, Part
from evaluation.measures.metrics import CUT_OFF, decide
from evaluation.ranking.bootstrap import log_losses
from evaluation.schema import Kind, Schema, Task

FEWEST_ROWS = 20
"""Smaller slices are reported, but never among the worst: their metrics are mostly noise."""
MEASURE: Mapping[Kind, str] = {"regression": "rmse", "binary": "accuracy", "multiclass": "accuracy"}
"""Metric that ranks slices, by kind of task."""

_WORST = 3
_QUANTILES = {"low": 0.05, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "high": 0.95}


def measure_slices(task: Task, part: Part, schema: Schema, predictions: Mapping[str, Numbers]) -> list[dict[str, Any]]:
    """Measure every slice that the schema describes and the set contains.

    Returns
    -------
    Per slice ``by``, ``value``, ``rows``, ``actual`` (the mean label, unless there are several classes) and
    ``candidates``: for a regression ``rmse``, ``mae``, ``bias`` (predicted minus actual) and quantiles of predicted
    minus actual in ``errors``; for two classes ``accuracy`` and ``f1`` at 0.5 and ``bias`` of the probability; for
    several classes ``accuracy`` and ``log_loss``.
    """
    measured = []
    for slicing in schema.slices:
        values = part.keys[slicing.column]
        for value in slicing.values:
            rows = (values == value).to_numpy()
            if rows.any():
                actual = part.labels[rows]
                candidates = {name: _measure(task, actual, predicted[rows]) for name, predicted in predictions.items()}
                mean = {} if task.kind == "multiclass" else {"actual": float(actual.mean())}
                slice_ = {"by": slicing.by, "value": value, "rows": int(rows.sum()), **mean}
                measured.append({**slice_, "candidates": candidates})
    return measured


def worst_slices(task: Task, slices: list[dict[str, Any]], name: str, overall: Mapping[str, float]) -> list[Any]:
    """Return the worst slice of each kind, worst first.

    Returns
    -------
    At most three of ``by``, ``value``, ``rows``, ``metric``, ``measured`` and ``times``: the error there (of a
    classification, the error rate) divided by the overall error.
    """
    metric = MEASURE[task.kind]
    worst: dict[str, dict[str, Any]] = {}
    for slice_ in slices:
        measured = slice_["candidates"][name][metric]
        regression = task.kind == "regression"
        error, usual = (measured, overall[metric]) if regression else (1 - measured, 1 - overall[metric])
        times = error / usual if usual else 0.0
        if slice_["rows"] >= FEWEST_ROWS and times > max(1.0, worst.get(slice_["by"], {"times": 0})["times"]):
            kept = {key: slice_[key] for key in ("by", "value", "rows")}
            worst[slice_["by"]] = {**kept, "metric": metric, "measured": measured, "times": times}
    return sorted(worst.values(), key=lambda slice_: -slice_["times"])[:_WORST]


def _measure(task: Task, actual: Numbers, predicted: Numbers) -> dict[str, Any]:
    if task.kind == "multiclass":
        return {
            "accuracy": float((decide(predicted) == actual).mean()),
            "log_loss": float(log_losses(actual, predicted).mean()),
        }
    errors = predicted - actual
    bias = {"bias": float(errors.mean())}
    if task.kind == "regression":
        # R² of a slice would mislead, because a slice varies less than the whole set.
        mse = float((errors**2).mean())
        quantiles = np.quantile(errors, list(_QUANTILES.values()))
        spread = {name: float(value) for name, value in zip(_QUANTILES, quantiles, strict=True)}
        return {"rmse": mse**0.5, "mae": float(np.abs(errors).mean()), **bias, "errors": spread}
    # Not by scikit-learn: it takes milliseconds per metric, for about a hundred combinations of slice and candidate.
    high = predicted >= CUT_OFF
    hits, total = float((high & (actual == 1)).sum()), float(high.sum() + actual.sum())
    return {"accuracy": float((high == actual).mean()), "f1": 2 * hits / total if total else np.nan, **bias}
