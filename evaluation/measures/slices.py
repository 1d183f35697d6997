"""Metrics on slices of the test set, to find where candidates fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from evaluation.inputs import Numbers, Part, Schema, Task
from evaluation.measures.metrics import CUT_OFF

FEWEST_ROWS = 20
"""Smaller slices are reported, but never among the worst: their metrics are mostly noise."""
MEASURE = {"regression": "rmse", "classification": "accuracy"}
"""Metric that ranks slices."""

_WORST = 3
_BANDS = (-np.inf, 0.0, 10.0, 20.0, 30.0, np.inf)
_BAND_NAMES = ("below 0 °C", "0 to 10 °C", "10 to 20 °C", "20 to 30 °C", "30 °C and above")
_SEASONS = ("Winter", "Spring", "Summer", "Autumn")
_QUANTILES = {"low": 0.05, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "high": 0.95}


def measure_slices(task: Task, part: Part, schema: Schema, predictions: Mapping[str, Numbers]) -> list[dict[str, Any]]:
    """Measure every slice: by hour, season, holiday, rain, temperature band, and open or closed service.

    Kinds of slices whose columns are missing are skipped.

    Returns
    -------
    Per slice ``by``, ``value``, ``rows``, ``actual`` (the mean label) and ``candidates``: for a regression ``rmse``,
    ``mae``, ``bias`` (predicted minus actual) and quantiles of predicted minus actual in ``errors``; for a
    classification ``accuracy`` and ``f1`` at 0.5 and ``bias`` of the probability.
    """
    measured = []
    for by, values in _slicings(part, schema):
        for value in values.cat.categories:
            rows = (values == value).to_numpy()
            if rows.any():
                candidates = {
                    name: _measure(task, part.labels[rows], predicted[rows]) for name, predicted in predictions.items()
                }
                actual = float(part.labels[rows].mean())
                slice_ = {"by": by, "value": str(value), "rows": int(rows.sum()), "actual": actual}
                measured.append({**slice_, "candidates": candidates})
    return measured


def worst_slices(task: Task, slices: list[dict[str, Any]], name: str, overall: Mapping[str, float]) -> list[Any]:
    """Return the worst slice of each kind, worst first.

    Returns
    -------
    At most three of ``by``, ``value``, ``rows``, ``metric``, ``measured`` and ``times``: the error there (of a
    classification, the error rate) divided by the overall error.
    """
    metric = MEASURE[task]
    worst: dict[str, dict[str, Any]] = {}
    for slice_ in slices:
        measured = slice_["candidates"][name][metric]
        error, usual = (measured, overall[metric]) if task == "regression" else (1 - measured, 1 - overall[metric])
        times = error / usual if usual else 0.0
        if slice_["rows"] >= FEWEST_ROWS and times > max(1.0, worst.get(slice_["by"], {"times": 0})["times"]):
            kept = {key: slice_[key] for key in ("by", "value", "rows")}
            worst[slice_["by"]] = {**kept, "metric": metric, "measured": measured, "times": times}
    return sorted(worst.values(), key=lambda slice_: -slice_["times"])[:_WORST]


def _slicings(part: Part, schema: Schema) -> Iterator[tuple[str, pd.Series[Any]]]:
    keys = part.keys
    yield "hour", keys["datetime"].dt.hour.astype("category")
    yield "season", _named(keys["season"].to_numpy(), _SEASONS)
    holiday = schema.feature("public_holiday", part)
    if holiday is not None:
        yield "holiday", _named(np.where(holiday == 1, "holiday", "no holiday"), ("no holiday", "holiday"))
    if "rainfall" in keys:
        yield "rain", _named(np.where(keys["rainfall"] > 0, "rain", "dry"), ("dry", "rain"))
    if "temperature" in keys:
        bands = pd.cut(keys["temperature"], list(_BANDS), right=False, labels=list(_BAND_NAMES))
        yield "temperature", bands.astype("category")
    if "functioning_day" in keys:
        yield "service", _named(np.where(keys["functioning_day"] == "No", "closed", "open"), ("open", "closed"))


def _named(values: Any, order: tuple[str, ...]) -> pd.Series[Any]:
    return pd.Series(pd.Categorical(values, categories=list(order)))


def _measure(task: Task, actual: Numbers, predicted: Numbers) -> dict[str, Any]:
    errors = predicted - actual
    bias = {"bias": float(errors.mean())}
    if task == "regression":
        # R² of a slice would mislead, because a slice varies less than the whole set.
        mse = float((errors**2).mean())
        quantiles = np.quantile(errors, list(_QUANTILES.values()))
        spread = {name: float(value) for name, value in zip(_QUANTILES, quantiles, strict=True)}
        return {"rmse": mse**0.5, "mae": float(np.abs(errors).mean()), **bias, "errors": spread}
    # Not by scikit-learn: it takes milliseconds per metric, for about a hundred combinations of slice and candidate.
    high = predicted >= CUT_OFF
    hits, total = float((high & (actual == 1)).sum()), float(high.sum() + actual.sum())
    return {"accuracy": float((high == actual).mean()), "f1": 2 * hits / total if total else np.nan, **bias}
