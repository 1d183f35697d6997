"""The history that comes with hours to predict: which of them have it, and what is refused.

A batch file may continue the data set, or bring its own history: its leading hours up to the first whose history is
known are history only and are not predicted. From there on every hour must have its history.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from processing_scripts.errors import HistoryError
from processing_scripts.features.catalogue import HISTORY_HOURS, FeatureSet
from processing_scripts.features.past import DEMAND_LAGS
from processing_scripts.reading.checks import MISSING_HOURS_TOLERANCE

_HOUR = pd.Timedelta(hours=1)


class WithHistory(NamedTuple):
    """Hours to predict, and all hours that are known of them: their history and themselves."""

    observations: pd.DataFrame
    known: pd.DataFrame


def with_history(batch: pd.DataFrame, data: pd.DataFrame, feature_set: FeatureSet) -> WithHistory:
    """Find the hours of a batch that can be predicted.

    Parameters
    ----------
    batch
        Hours in the order of time, no hour twice, indexed by their lines of the batch file.
    data
        Hours that are known besides; where both know an hour, the batch is believed.
    feature_set
        Says how much history an hour needs.

    Raises
    ------
    HistoryError
        When no hour has its history, or one after the first that has it has not. Of weather
        `MISSING_HOURS_TOLERANCE` may be missing; the rentals that ``lags`` needs may not.
    """
    ready = next_hours(batch, data, feature_set, begun=False)
    if ready.observations.empty:
        raise no_history(len(batch), feature_set)
    return ready


def next_hours(batch: pd.DataFrame, data: pd.DataFrame, feature_set: FeatureSet, *, begun: bool) -> WithHistory:
    """Find the hours that can be predicted in the next part of a batch: none, as long as none has its history.

    Parameters
    ----------
    batch, data, feature_set
        As for `with_history`; ``data`` holds the end of the part before.
    begun
        Whether an hour of an earlier part has been predicted, so that all of these must be.

    Raises
    ------
    HistoryError
        An hour after the first that has its history has not.
    """
    needed = HISTORY_HOURS[feature_set]
    if needed == 0:
        return WithHistory(batch, batch)
    known = pd.concat([data[~data["datetime"].isin(batch["datetime"])], batch]).sort_values("datetime")
    has = _has_history(batch["datetime"], known, feature_set)
    if not begun and not has.any():
        return WithHistory(batch.iloc[:0], known)
    first = 0 if begun else int(np.argmax(has))
    if not has[first:].all():
        broken = batch.iloc[first + int(np.argmin(has[first:]))]
        raise HistoryError(
            f"Line {broken.name} (hour {broken['datetime']:%Y-%m-%d %H:%M}) cannot be predicted, for too much of the "
            f"{needed} hours before it is missing, which the feature set '{feature_set}' needs; add those hours."
        )
    observations = batch.iloc[first:]
    return WithHistory(observations, known[known["datetime"] >= observations["datetime"].iloc[0] - needed * _HOUR])


def no_history(hours: int, feature_set: FeatureSet, of: str = "") -> HistoryError:
    """Say that none of so many hours can be predicted."""
    what = "weather and rentals" if feature_set == "lags" else "weather"
    none = f"None of the {hours} hours to predict{of} has" if hours > 1 else f"The hour to predict{of} comes without"
    return HistoryError(
        f"{none} its history; the feature set '{feature_set}' needs the {what} "
        f"of the {HISTORY_HOURS[feature_set]} hours before each, so put those before them in the file, let them follow "
        "the data set, or choose the feature set 'now'."
    )


def _has_history(hours: pd.Series, known: pd.DataFrame, feature_set: FeatureSet) -> np.ndarray:
    needed = HISTORY_HOURS[feature_set]
    times = known["datetime"]
    there = times.searchsorted(hours) - times.searchsorted(hours - needed * _HOUR)
    has = np.asarray(there >= needed * (1 - MISSING_HOURS_TOLERANCE))
    if feature_set == "lags":
        rented = times[known["rentals"].notna()]
        for lag in DEMAND_LAGS:
            has &= (hours - lag * _HOUR).isin(rented).to_numpy()
    return has
