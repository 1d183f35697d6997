"""Checks of the hours as a whole, after every cell has been read."""

from __future__ import annotations

import pandas as pd

from processing_scripts.errors import HoursError, TooFewRowsError

MISSING_HOURS_TOLERANCE = 0.05
"""Largest tolerated share of hours between the first and the last that are not in the data."""

_HOUR = pd.Timedelta(hours=1)


def check_hours_differ(frame: pd.DataFrame) -> None:
    """Refuse data in which an hour is there twice."""
    doubled = frame["datetime"].duplicated()
    if doubled.any():
        later = doubled.idxmax()
        hour = frame.loc[later, "datetime"]
        earlier = (frame["datetime"] == hour).idxmax()
        raise HoursError(
            f"Lines {earlier} and {later} are both the hour {hour:%Y-%m-%d %H:%M} (repeated hours in all: "
            f"{int(doubled.sum())}); keep one row per hour."
        )


def check_hours_complete(frame: pd.DataFrame) -> None:
    """Refuse data that lacks more than `MISSING_HOURS_TOLERANCE` of its hours."""
    hours = frame["datetime"].sort_values()
    expected = int((hours.iloc[-1] - hours.iloc[0]) / _HOUR) + 1
    missing = expected - len(hours)
    if missing > MISSING_HOURS_TOLERANCE * expected:
        line = (hours.diff() > _HOUR).idxmax()
        before = hours.shift().loc[line]
        raise HoursError(
            f"{missing} of the {expected} hours from {hours.iloc[0]:%Y-%m-%d %H:%M} to {hours.iloc[-1]:%Y-%m-%d %H:%M} "
            f"are missing, first those between {before:%Y-%m-%d %H:%M} and {hours[line]:%Y-%m-%d %H:%M} (line {line}); "
            f"at most {MISSING_HOURS_TOLERANCE:.0%} may be, so fetch the whole data."
        )


def check_both_classes(parts: dict[str, pd.DataFrame], threshold: float) -> None:
    """Refuse a split in which a part has only hours of high demand, or only hours of low demand."""
    for name, frame in parts.items():
        high = int((frame["rentals"] > threshold).sum())
        if high in {0, len(frame)}:
            raise TooFewRowsError(
                f"All {len(frame)} hours of the {name} part are {'high' if high else 'low'} demand (threshold "
                f"{threshold:g} rentals per hour), so nothing could be measured there; bring more hours, or choose "
                "another threshold quantile."
            )
