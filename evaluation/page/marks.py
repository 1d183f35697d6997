"""Colours and positions of marks, for the charts of the page and the PNG pictures alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from evaluation.inputs import Numbers
from evaluation.page.texts import Texts

INK, GREY, LIGHT, BLUE = "#1f2933", "#7b8794", "#e4e7eb", "#2166ac"
LOW_TO_HIGH = ("#2166ac", "#d9d9d9", "#b2182b")
"""Color scale of a feature's values."""
# Distinct with color blindness as well.
_ALGORITHMS = {"xgboost": "#2166ac", "lightgbm": "#d95f02", "catboost": "#1b9e77"}
_OTHERS = ("#7b3294", "#a6761d")
ON_DARK = {
    INK: "#e4e8ee",
    GREY: "#93a0b0",
    LIGHT: "#313a45",
    "#2166ac": "#6cabea",
    "#d95f02": "#f3994f",
    "#1b9e77": "#42c99c",
    "#7b3294": "#c390e2",
    "#a6761d": "#d6b052",
    "#d9d9d9": "#55606d",
    "#b2182b": "#f27885",
}
"""Replacement of each color on a dark background."""
_BINS, _HALF_HEIGHT = 40, 0.38
MOST_POINTS = 5000
_MOST_TICKS, _FEWEST_ORDERED, _MOST_CLASSES = 16, 7, 6


def colours(report: dict[str, Any]) -> dict[str, str]:
    """Return the color of each algorithm, the same in every report, and grey for the baselines."""
    others = [name for name in report["candidates"] if name not in _ALGORITHMS]
    own = {name: _OTHERS[at % len(_OTHERS)] for at, name in enumerate(others)}
    return {**_ALGORITHMS, **own, **dict.fromkeys(report["baselines"], GREY)}


def shade(at: int) -> str:
    """Return the color of one of several classes; beyond six, the colors repeat."""
    return (*_ALGORITHMS.values(), *_OTHERS, "#b2182b")[at % _MOST_CLASSES]


def class_strengths(
    features: Sequence[dict[str, Any]], classes: Sequence[str], texts: Texts
) -> list[tuple[str, str, list[float]]]:
    """Return name, color and mean absolute SHAP values of the classes; those beyond six together."""
    single = classes if len(classes) <= _MOST_CLASSES else classes[: _MOST_CLASSES - 1]
    strengths = [
        (texts.class_name(name), shade(at), [feature["classes"][name] for feature in features])
        for at, name in enumerate(single)
    ]
    if len(single) < len(classes):
        rest = [sum(feature["classes"][name] for name in classes[len(single) :]) for feature in features]
        strengths.append((texts("other classes"), GREY, rest))
    return strengths


def sample(rows: pd.DataFrame) -> pd.DataFrame:
    """Return at most 5,000 of the rows, drawn at random, for a chart of points."""
    return rows if len(rows) <= MOST_POINTS else rows.sample(MOST_POINTS, random_state=0).sort_index()


def with_breaks(rows: pd.DataFrame, time: str) -> pd.DataFrame:
    """Sort predictions by time; keep the last 5,000; add an empty row at long gaps, so that a line breaks there.

    A gap is long if it is more than a day, and more than three times the median one.
    """
    rows = rows.sort_values(time, kind="stable").tail(MOST_POINTS).reset_index(drop=True)
    hours: pd.Series[float] = pd.to_timedelta(rows[time].diff()).dt.total_seconds() / 3600
    gaps = rows.index[hours > max(24.0, 3 * float(hours.quantile(0.5, interpolation="lower")))]
    rows = rows.reindex(rows.index.union(gaps - 0.5)).reset_index(drop=True)
    return rows.assign(**{time: rows[time].bfill()})


def time_ticks(times: pd.Series[Any]) -> dict[int, str]:
    """Return the places at which a month begins, or a day of less than three months; about a dozen at most."""
    months = times.dt.strftime("%Y-%m")
    periods = months if months.nunique() > 2 else times.dt.strftime("%Y-%m-%d")
    starts = periods[periods != periods.shift()]
    step = int(np.ceil(len(starts) / _MOST_TICKS))
    return {int(at): str(starts[at]) for at in starts.index[::step]}


def value_range(predictions: Iterable[pd.DataFrame], margin: float) -> tuple[float, float]:
    """Return the range of actual and predicted values, from 0 where that shows them well."""
    values = [rows[["actual", "predicted"]].to_numpy() for rows in predictions]
    low, high = min(float(one.min()) for one in values), max(float(one.max()) for one in values)
    if 0 <= low <= high / 2:
        return 0, high * (1 + margin)
    around = margin * ((high - low) or abs(high) or 1)
    return low - around, high + around


def ordered_slicing(slices: Sequence[dict[str, Any]]) -> str | None:
    """Return the first way to slice whose values are many numbers, such as the hours of a day; None without one."""
    for by in dict.fromkeys(slice_["by"] for slice_ in slices):
        values = [slice_["value"] for slice_ in slices if slice_["by"] == by]
        if len(values) >= _FEWEST_ORDERED and all(value.isdigit() for value in values):
            return str(by)
    return None


def finest_slicings(slices: Sequence[dict[str, Any]]) -> list[str]:
    """Return the two ways to slice with the most values."""
    counts = Counter(slice_["by"] for slice_ in slices)
    most = {by for by, _ in counts.most_common(2)}
    return [by for by in counts if by in most]


def roc_side(report: dict[str, Any]) -> float:
    """Return the side of the square at the upper left corner in which the ROC curves differ."""
    return _side(report, "receiver_operating_characteristic_curve", ("false_positive_rates", "true_positive_rates"), 0)


def precision_recall_side(report: dict[str, Any]) -> float:
    """Return the side of the square at the upper right corner in which the precision-recall curves differ."""
    return _side(report, "precision_recall_curve", ("recalls", "precisions"), 1)


def _side(report: dict[str, Any], curve: str, axes: tuple[str, str], corner: int) -> float:
    """Return four times the distance of the farthest curve from its corner, rounded up to a twentieth, at most 1."""
    curves = [candidate[curve] for candidate in report["candidates"].values()]
    x, y = axes
    distances = [np.maximum(np.abs(np.subtract(one[x], corner)), np.subtract(1, one[y])).min() for one in curves]
    return float(min(1, np.ceil(80 * max(distances) + 1e-9) / 20))


def swarm(values: Numbers) -> Numbers:
    """Return heights around 0 so that points with similar values do not overlap; the densest bin is the tallest."""
    if len(values) == 0 or np.ptp(values) == 0:
        return np.zeros(len(values))
    bins = ((values - values.min()) / np.ptp(values) * _BINS).astype(int)
    counts = np.bincount(bins)
    heights = np.zeros(len(values))
    for number in np.flatnonzero(counts):
        inside = np.flatnonzero(bins == number)
        heights[inside] = (np.arange(len(inside)) - (len(inside) - 1) / 2) / counts.max() * 2 * _HALF_HEIGHT
    return heights


def ranks(values: Sequence[float | None]) -> Numbers:
    """Rank distinct values from 0 (lowest) to 1 (highest); NaN where a value is missing."""
    numbers = np.array([np.nan if value is None else value for value in values], dtype="float64")
    known = np.unique(numbers[~np.isnan(numbers)])
    if len(known) < 2:
        return np.where(np.isnan(numbers), np.nan, 0.5)
    places = np.searchsorted(known, numbers) / (len(known) - 1)
    return np.where(np.isnan(numbers), np.nan, places)
