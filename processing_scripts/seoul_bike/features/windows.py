"""Windows over the hours before an hour, and their summaries.

A summary depends on the hours in its window only. Rolling sums that carry a state along would differ in the last bits
between a year of data and a single hour with its week of history; the features of an hour must be the same in both.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]

_DECIMALS = 3
"""Sums and means are rounded, because their last bits differ between processors and files must not."""


def hour_by_hour(known: pd.DataFrame) -> pd.DataFrame:
    """Index observations with unique ``datetime`` by hour without gaps; missing hours become rows of NaN."""
    by_hour = known.set_index("datetime").sort_index()
    return by_hour.reindex(pd.date_range(by_hour.index[0], by_hour.index[-1], freq="h", name="datetime"))


def mean_before(values: pd.Series[Any], hours: int) -> Numbers:
    """Return the mean of the values of the hours before each hour; NaN where none is known.

    The values are one per hour, without gaps. A window does not contain its own hour.
    """
    known = _known_before(values, hours)
    means = np.full(len(values), np.nan)
    np.divide(_total_before(values, hours), known, out=means, where=known > 0)
    return means.round(_DECIMALS)


def sum_before(values: pd.Series[Any], hours: int) -> Numbers:
    """Return the sum of the known values of the hours before each hour; NaN where none is known."""
    return np.where(_known_before(values, hours) > 0, np.round(_total_before(values, hours), _DECIMALS), np.nan)


def maximum_before(values: pd.Series[Any], hours: int) -> Numbers:
    """Return the maximum of the known values of the hours before each hour; NaN where none is known."""
    maximum: Numbers = np.fmax.reduce(_windows(values.to_numpy(dtype="float64"), hours, np.nan), axis=1)
    return maximum


def hours_since(happened: npt.NDArray[np.bool_], longest: int) -> npt.NDArray[np.int64]:
    """Return how many hours before each hour an event last happened, at most ``longest`` + 1, as if never."""
    hours = np.arange(len(happened))
    last = np.maximum.accumulate(np.where(happened, hours, -longest - 1))
    since: npt.NDArray[np.int64] = hours - np.concatenate([[-longest - 1], last[:-1]])
    return np.minimum(since, longest + 1)


def _windows(values: Numbers, hours: int, padding: float) -> Numbers:
    """Return a view of shape (len(values), hours) on the values before each one, the oldest first."""
    # The padding makes the first window complete; without the last value, window i ends just before hour i.
    padded = np.concatenate([np.full(hours, padding), values])
    return np.lib.stride_tricks.sliding_window_view(padded[:-1], hours)


def _known_before(values: pd.Series[Any], hours: int) -> npt.NDArray[np.int64]:
    known = np.concatenate([np.zeros(hours + 1, dtype="int64"), values.notna().to_numpy().cumsum()])
    counts: npt.NDArray[np.int64] = known[hours:-1] - known[: len(values)]
    return counts


def _total_before(values: pd.Series[Any], hours: int) -> Numbers:
    # Each window is a row of its own in memory, so that numpy adds its values up as in any other array of that length.
    numbers = np.nan_to_num(values.to_numpy(dtype="float64"))
    total: Numbers = np.ascontiguousarray(_windows(numbers, hours, 0.0)).sum(axis=1)
    return total
