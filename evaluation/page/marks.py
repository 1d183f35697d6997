"""Colours and positions of marks, for the charts of the page and the PNG pictures alike."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from evaluation.inputs import Numbers

INK, GREY, LIGHT, BLUE = "#1f2933", "#7b8794", "#e4e7eb", "#2166ac"
LOW_TO_HIGH = ("#2166ac", "#d9d9d9", "#b2182b")
"""Color scale of a feature's values."""
# Distinct with color blindness as well.
_CANDIDATES = ("#2166ac", "#d95f02", "#1b9e77", "#7b3294", "#a6761d")
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
    """Return a color for each candidate by their order, and grey for the baselines."""
    candidates = {name: _CANDIDATES[at % len(_CANDIDATES)] for at, name in enumerate(report["candidates"])}
    return {**candidates, **dict.fromkeys(report["baselines"], GREY)}


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
