"""Colours and positions of marks, for the charts of the page and the PNG pictures alike."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from evaluation.inputs import Numbers

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


def colours(report: dict[str, Any]) -> dict[str, str]:
    """Return the color of each algorithm, the same in every report, and grey for the baselines."""
    others = [name for name in report["candidates"] if name not in _ALGORITHMS]
    own = {name: _OTHERS[at % len(_OTHERS)] for at, name in enumerate(others)}
    return {**_ALGORITHMS, **own, **dict.fromkeys(report["baselines"], GREY)}


def with_breaks(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort predictions by time; add an empty row where a day or more is missing, so that a line breaks there."""
    rows = rows.sort_values("datetime").reset_index(drop=True)
    gaps = rows.index[rows["datetime"].diff() > pd.Timedelta(days=1)]
    rows = rows.reindex(rows.index.union(gaps - 0.5)).reset_index(drop=True)
    return rows.assign(datetime=rows["datetime"].bfill())


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
