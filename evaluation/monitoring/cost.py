"""When the rows of a finding were, and what they cost in error."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.inputs import Numbers
from evaluation.monitoring.distribution import near_days
from evaluation.monitoring.window import Window
from evaluation.schema import Schema


class Cost:
    """The errors of a window's rows, beside those of the test set.

    What it returns has ``rows``, ``error`` (their mean; None where no truth is known) and ``usual_error`` (the mean of
    the test set).
    """

    def __init__(self, window: Window, errors: Numbers, of_test: Numbers, schema: Schema) -> None:
        self._rows, self._time = window.rows, schema.keys.time
        self._errors = np.full(len(window.rows), np.nan)
        self._errors[window.at] = errors
        self._usual = float(of_test.mean())
        self._names = schema.keys.time or schema.keys.columns[0]

    def of_rows(self, at: npt.NDArray[np.bool_]) -> dict[str, Any]:
        """Describe the rows of a violation, with the names of the ``first`` and the ``last`` one."""
        names = self._rows.loc[at, self._names]
        shown = sorted(names) if self._time else list(names)
        return {**self._costs(at), "first": str(shown[0]), "last": str(shown[-1])} if shown else self._costs(at)

    def of_drift(self, feature: str, known: pd.DataFrame) -> dict[str, Any]:
        """Describe the rows since a feature has drifted, ``since`` a day; all rows if the data set has no time.

        ``known`` has the feature and the ``unit`` of the reference's rows at the same time of the year.
        """
        everywhere = np.full(len(self._rows), fill_value=True)
        if self._time is None:
            return self._costs(everywhere)
        days = pd.to_datetime(self._rows[self._time]).dt.strftime("%Y-%m-%d")
        first = since(self._rows[feature], days, known[feature], known["unit"])
        return {"since": first, **self._costs((days >= first).to_numpy())}

    def _costs(self, at: npt.NDArray[np.bool_]) -> dict[str, Any]:
        known = self._errors[at & np.isfinite(self._errors)]
        return {"rows": int(at.sum()), "error": float(known.mean()) if len(known) else None, "usual_error": self._usual}


def since(
    values: "pd.Series[Any]", days: "pd.Series[str]", known: "pd.Series[Any]", known_days: "pd.Series[str]"
) -> str:
    """Return the day from which on values differ most from those of the same time of the year in the reference.

    It is the least-squares estimate of one step in the daily means less those of the reference; of categories, in the
    share of that one which has become more frequent most.
    """
    ours, theirs = _numbers(values, known)
    means = ours.groupby(days).mean().dropna()
    if means.empty:
        return str(days.min())
    usual = _same_time_of_year(pd.to_datetime(means.index).dayofyear.to_numpy(), theirs, known_days)
    apart = np.nan_to_num(means.to_numpy() - usual)[::-1]
    gained = np.cumsum(apart) ** 2 / np.arange(1, len(apart) + 1)  # by the days from the step to the end
    return str(means.index[len(means) - 1 - int(gained.argmax())])


def _same_time_of_year(days: npt.NDArray[np.intp], known: "pd.Series[float]", known_days: "pd.Series[str]") -> Numbers:
    """Return the mean of the reference at the time of each of these days of the year."""
    there = known.notna().to_numpy()
    at = pd.to_datetime(known_days).dt.dayofyear.to_numpy()[there]
    near = near_days(days)
    rows = near @ np.bincount(at, minlength=near.shape[1])
    sums = near @ np.bincount(at, known.to_numpy()[there], minlength=near.shape[1])
    return np.asarray(np.divide(sums, rows, out=np.full(len(days), np.nan), where=rows > 0))


def _numbers(values: "pd.Series[Any]", known: "pd.Series[Any]") -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """Return the values of both as numbers."""
    if pd.api.types.is_numeric_dtype(known):
        return pd.to_numeric(values, errors="coerce"), known.astype("float64")
    ours, theirs = values.astype(str), known.astype(str)
    more = ours.value_counts(normalize=True).sub(theirs.value_counts(normalize=True), fill_value=0.0)
    level = str(more.idxmax())
    return ours.eq(level).astype("float64"), theirs.eq(level).astype("float64")
