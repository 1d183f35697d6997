"""Selection of the hours in a batch that have their history and can be predicted.

A batch file continues the data set, or starts with its own history: the hours before the first one with a complete
history are not predicted. From that hour on, every hour must have its history.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from processing_scripts.errors import HistoryError
from processing_scripts.seoul_bike.features.catalogue import HISTORY_HOURS, FeatureSet
from processing_scripts.seoul_bike.features.past import DEMAND_LAGS
from processing_scripts.seoul_bike.reading.checks import MISSING_HOURS_TOLERANCE

_HOUR = pd.Timedelta(hours=1)


class WithHistory(NamedTuple):
    """Hours to predict, and all known hours: the history and the hours themselves."""

    observations: pd.DataFrame
    known: pd.DataFrame


def with_history(batch: pd.DataFrame, data: pd.DataFrame, feature_set: FeatureSet) -> WithHistory:
    """Find the hours of a batch that can be predicted.

    Raises `HistoryError` if no hour has its history, or an hour after the first predicted one lacks it. A share of
    `MISSING_HOURS_TOLERANCE` of the weather may be missing, but none of the rentals that ``lags`` needs.

    Parameters
    ----------
    batch
        Unique hours in chronological order, indexed by line of the batch file.
    data
        Other known hours; for an hour in both, the batch takes precedence.
    """
    ready = next_hours(batch, data, feature_set, begun=False)
    if ready.observations.empty:
        raise no_history(len(batch), feature_set)
    return ready


def next_hours(batch: pd.DataFrame, data: pd.DataFrame, feature_set: FeatureSet, *, begun: bool) -> WithHistory:
    """Find the hours that can be predicted in the next chunk of a batch; none until one has its history.

    ``data`` is the end of the chunk before. If prediction ``begun`` in an earlier chunk, every hour must have its
    history.

    Raises `HistoryError` if an hour after the first predicted one lacks its history.
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
            f"Line {broken.name} (hour {broken['datetime']:%Y-%m-%d %H:%M}) cannot be predicted, because too many of "
            f"the {needed} hours before it are missing, which the feature set '{feature_set}' needs; add those hours."
        )
    observations = batch.iloc[first:]
    return WithHistory(observations, known[known["datetime"] >= observations["datetime"].iloc[0] - needed * _HOUR])


def no_history(hours: int, feature_set: FeatureSet, of: str = "") -> HistoryError:
    """Return the error that none of the hours can be predicted."""
    what = "weather and rentals" if feature_set == "lags" else "weather"
    none = f"None of the {hours} hours to predict{of} has" if hours > 1 else f"The hour to predict{of} lacks"
    return HistoryError(
        f"{none} its history; the feature set '{feature_set}' needs the {what} "
        f"of the {HISTORY_HOURS[feature_set]} hours before each; add them to the start of the file, continue the "
        "data set, or choose the feature set 'now'."
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
