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


def windows_before(values: pd.Series[Any], hours: int) -> Numbers:
    """Return the values of the hours before each hour, oldest first, NaN where there are none.

    The values are one per hour, without gaps. The result is a view of shape (len(values), hours); a window does not
    contain its own hour.
    """
    # The padding makes the first window complete; without the last value, window i ends just before hour i.
    padded = np.concatenate([np.full(hours, np.nan), values.to_numpy(dtype="float64")])
    return np.lib.stride_tricks.sliding_window_view(padded[:-1], hours)


def mean_of(windows: Numbers) -> Numbers:
    """Return the mean of each window without NaN; NaN if all values are."""
    known = np.isfinite(windows).sum(axis=1)
    means = np.full(len(windows), np.nan)
    np.divide(np.nansum(windows, axis=1), known, out=means, where=known > 0)
    return means.round(_DECIMALS)


def sum_of(windows: Numbers) -> Numbers:
    """Return the sum of each window without NaN; NaN if all values are."""
    return np.where(np.isfinite(windows).any(axis=1), np.round(np.nansum(windows, axis=1), _DECIMALS), np.nan)


def maximum_of(windows: Numbers) -> Numbers:
    """Return the maximum of each window without NaN; NaN if all values are."""
    maximum = np.where(np.isfinite(windows), windows, -np.inf).max(axis=1)
    return np.where(np.isfinite(maximum), maximum, np.nan)


def hours_since(happened: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return how many hours ago an event last happened: 1 for the hour before, window length + 1 if never.

    Windows are of shape (rows, hours), the oldest hour first.
    """
    newest_first = happened[:, ::-1]
    since: npt.NDArray[np.int64] = np.where(newest_first.any(axis=1), newest_first.argmax(axis=1), happened.shape[1])
    return since + 1
