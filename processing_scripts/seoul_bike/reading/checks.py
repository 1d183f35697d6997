"""Checks of all hours, after every cell has been read."""

from __future__ import annotations

import pandas as pd

from processing_scripts.errors import HoursError, TooFewRowsError

MISSING_HOURS_TOLERANCE = 0.05
"""Maximum share of missing hours between the first and the last."""

_HOUR = pd.Timedelta(hours=1)
_SET_NAMES = {"train": "training", "validation": "validation", "test": "test"}


def check_hours_differ(frame: pd.DataFrame) -> None:
    """Refuse duplicate hours."""
    duplicated = frame["datetime"].duplicated()
    if duplicated.any():
        later = duplicated.idxmax()
        hour = frame.loc[later, "datetime"]
        earlier = (frame["datetime"] == hour).idxmax()
        raise HoursError(
            f"Lines {earlier} and {later} both contain the hour {hour:%Y-%m-%d %H:%M} (duplicate hours in total: "
            f"{int(duplicated.sum())}); keep one row per hour."
        )


def check_hours_complete(frame: pd.DataFrame) -> None:
    """Refuse data in which more than `MISSING_HOURS_TOLERANCE` of the hours are missing."""
    hours = frame["datetime"].sort_values()
    expected = int((hours.iloc[-1] - hours.iloc[0]) / _HOUR) + 1
    missing = expected - len(hours)
    if missing > MISSING_HOURS_TOLERANCE * expected:
        line = (hours.diff() > _HOUR).idxmax()
        before = hours.shift().loc[line]
        raise HoursError(
            f"{missing} of the {expected} hours from {hours.iloc[0]:%Y-%m-%d %H:%M} to {hours.iloc[-1]:%Y-%m-%d %H:%M} "
            f"are missing, first those between {before:%Y-%m-%d %H:%M} and {hours[line]:%Y-%m-%d %H:%M} (line {line}); "
            f"at most {MISSING_HOURS_TOLERANCE:.0%} may be missing, so provide the complete data."
        )


def check_both_classes(parts: dict[str, pd.DataFrame], threshold: float) -> None:
    """Refuse a split in which a set contains only hours of high demand, or only hours of low demand."""
    for name, frame in parts.items():
        high = int((frame["rentals"] > threshold).sum())
        if high in {0, len(frame)}:
            raise TooFewRowsError(
                f"All {len(frame)} hours of the {_SET_NAMES[name]} set are {'high' if high else 'low'} demand "
                f"(threshold {threshold:g} rentals per hour), so metrics are undefined there; provide more "
                "hours, or choose another threshold quantile."
            )


def check_open_hours(parts: dict[str, pd.DataFrame]) -> None:
    """Refuse sets that contain only closed hours."""
    for name, frame in parts.items():
        if not frame["functioning_day"].any():
            raise TooFewRowsError(
                f"The service is closed in all {len(frame)} hours of the {_SET_NAMES[name]} set, so there is nothing "
                "to predict; provide more hours, or choose another split."
            )
