"""How the points of a SHAP summary are laid out and coloured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluation.inputs import Numbers

_BINS, _HALF_HEIGHT = 40, 0.38


def spread_out(values: Numbers) -> Numbers:
    """Heights around 0 at which points with nearly the same value lie beside each other, the densest the widest."""
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
    """Where each value stands between the lowest, 0, and the highest, 1; NaN where it is missing."""
    numbers = np.array([np.nan if value is None else value for value in values], dtype="float64")
    known = np.unique(numbers[~np.isnan(numbers)])
    if len(known) < 2:
        return np.where(np.isnan(numbers), np.nan, 0.5)
    places = np.searchsorted(known, numbers) / (len(known) - 1)
    return np.where(np.isnan(numbers), np.nan, places)
