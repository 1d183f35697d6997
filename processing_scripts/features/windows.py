"""Windows over the hours before an hour: what is known when it begins.

A value over a window depends on nothing but the hours in it, so that a row has the same features whether they are made
for a year of data or for the last week's hours beside one to predict.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]

_DECIMALS = 3
"""Sums and means are rounded: their last bits differ between processors, and files must not."""


def hour_by_hour(known: pd.DataFrame) -> pd.DataFrame:
    """Observations under the start of their hour, without gaps: hours that nobody observed are rows of NaN.

    Parameters
    ----------
    known
        Observations, with ``datetime``; no hour twice.
    """
    by_hour = known.set_index("datetime").sort_index()
    return by_hour.reindex(pd.date_range(by_hour.index[0], by_hour.index[-1], freq="h", name="datetime"))


def windows_before(values: pd.Series[Any], hours: int) -> Numbers:
    """For each hour the values of the hours before it, the oldest first, NaN where there are none.

    Parameters
    ----------
    values
        One per hour, without gaps.
    hours
        How many hours back.

    Returns
    -------
    Of shape (len(values), hours); the hour itself is not in its window.
    """
    padded = np.concatenate([np.full(hours, np.nan), values.to_numpy(dtype="float64")])
    return np.lib.stride_tricks.sliding_window_view(padded[:-1], hours)


def mean_of(windows: Numbers) -> Numbers:
    """Mean of what is known in each window; NaN where nothing is."""
    known = np.isfinite(windows).sum(axis=1)
    means = np.full(len(windows), np.nan)
    np.divide(np.nansum(windows, axis=1), known, out=means, where=known > 0)
    return means.round(_DECIMALS)


def sum_of(windows: Numbers) -> Numbers:
    """Sum of what is known in each window; NaN where nothing is."""
    return np.where(np.isfinite(windows).any(axis=1), np.round(np.nansum(windows, axis=1), _DECIMALS), np.nan)


def largest_of(windows: Numbers) -> Numbers:
    """The largest that is known in each window; NaN where nothing is."""
    largest = np.where(np.isfinite(windows), windows, -np.inf).max(axis=1)
    return np.where(np.isfinite(largest), largest, np.nan)


def hours_since(happened: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """How many hours ago something last happened, 1 for the hour before, at most the window's length and one.

    Parameters
    ----------
    happened
        Windows of shape (rows, hours), the oldest hour first.
    """
    newest_first = happened[:, ::-1]
    since: npt.NDArray[np.int64] = np.where(newest_first.any(axis=1), newest_first.argmax(axis=1), happened.shape[1])
    return since + 1
