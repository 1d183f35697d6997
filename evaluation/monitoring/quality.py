"""Model quality: the metric of a window against the interval that the version had on its own test set.

An interval contains 95 % of 2,000 bootstrap samples of whole units (`evaluation.ranking.bootstrap`). Two such intervals
of the same quantity lie apart by chance in less than 1 % of windows, since both of them would have to miss it.
"""

from typing import Any

import numpy as np

from evaluation.inputs import Numbers, Part
from evaluation.measures.metrics import measure
from evaluation.monitoring.window import Window
from evaluation.ranking.bootstrap import draw_units, interval, log_losses, resampled_metric
from evaluation.ranking.selection import RANKINGS
from evaluation.schema import Task

FEWEST_UNITS = 5
"""An interval over fewer units is too narrow to be relied on, so nothing is said of them."""
WORSE, NO_ALARM, TOO_FEW, UNKNOWN = "worse", "no alarm", "too few units", "not defined for one class"


def judge_quality(task: Task, window: Window, winner: dict[str, Any], seed: int) -> dict[str, Any]:
    """Compare the metric of a window with that of the test set; ``winner`` is its part of ``evaluation.json``.

    Returns
    -------
    ``metric``, ``window`` and ``test`` (``value``, ``interval``), ``metrics`` (all of the window), ``rows``, ``units``
    and ``verdict``: `WORSE` if the window's interval lies wholly on the worse side, `NO_ALARM`, or
    `TOO_FEW` or `UNKNOWN`, which judge nothing.
    """
    ranking = RANKINGS[task.metric]
    units = int(window.part.units.max()) + 1
    metrics = measure(task, window.part.labels, window.predicted)
    samples = resampled_metric(ranking, window.part, {"window": window.predicted}, seed)["window"]
    known, test = interval(samples), winner["test_interval"]
    worse = known[0] > test[1] if ranking.lower_is_better else known[1] < test[0]
    return {
        "metric": ranking.metric,
        "window": {"value": metrics[ranking.metric], "interval": known},
        "test": {"value": winner["test"][ranking.metric], "interval": test},
        "metrics": metrics,
        "rows": len(window.part.labels),
        "units": units,
        "verdict": UNKNOWN
        if np.isnan(known).any()
        else TOO_FEW
        if units < FEWEST_UNITS
        else WORSE
        if worse
        else NO_ALARM,
    }


def _unjudged(units: int, known: list[float]) -> str | None:
    if np.isnan(known).any():
        return UNKNOWN
    return TOO_FEW if units < FEWEST_UNITS else None


def judge_calibration(window: Window, test: Window, seed: int) -> dict[str, Any]:
    """Compare the bias of a binary task's probabilities in a window with that on the test set.

    Returns
    -------
    ``window`` and ``test`` (``value``: mean probability minus share of positive rows, and its ``interval``) and
    ``verdict``: `WORSE` if the intervals are apart and the window's bias is the larger one.
    """
    measured = {name: _bias(one.part, one.predicted, seed) for name, one in (("window", window), ("test", test))}
    low, high = measured["window"]["interval"]
    apart = low > measured["test"]["interval"][1] or high < measured["test"]["interval"][0]
    larger = abs(measured["window"]["value"]) > abs(measured["test"]["value"])
    few = int(window.part.units.max()) + 1 < FEWEST_UNITS
    return {**measured, "verdict": TOO_FEW if few else WORSE if apart and larger else NO_ALARM}


def _bias(part: Part, predicted: Numbers, seed: int) -> dict[str, Any]:
    errors, drawn = predicted - part.labels, draw_units(part, seed)
    samples = drawn @ np.bincount(part.units, errors) / (drawn @ np.bincount(part.units))
    return {"value": float(errors.mean()), "interval": interval(samples)}


def errors_of(task: Task, window: Window) -> Numbers:
    """Return the error of each row with a truth: absolute, or of classes the log loss."""
    labels, predicted = window.part.labels, window.predicted
    return np.abs(predicted - labels) if task.kind == "regression" else log_losses(labels, predicted)


def by_unit(window: Window, errors: Numbers) -> list[dict[str, Any]]:
    """Return of each unit, in order, its name, its rows and its mean error."""
    frame = window.part.keys.assign(error=errors).groupby("unit")["error"]
    return [
        {"unit": str(name), "rows": int(rows), "error": float(error)}
        for name, rows, error in zip(frame.size().index, frame.size(), frame.mean(), strict=True)
    ]
