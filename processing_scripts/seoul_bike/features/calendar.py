"""Calendar features: position in the day, the week and the year, and days off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from processing_scripts.seoul_bike.calendars.korean import (
    days_off_in_a_row,
    is_bridge_day,
    is_day_off,
    is_festival,
    is_public_holiday,
)

_DAY = timedelta(days=1)
_FIRST_DAY = pd.Timestamp("2017-12-01")


def calendar_features(hours: pd.Series[Any]) -> dict[str, pd.Series[Any]]:
    """Return calendar features by name; ``hours`` are the starts of hours in local time."""
    hour, weekday, month = hours.dt.hour, hours.dt.weekday, hours.dt.month
    position, days = pd.factorize(hours.dt.normalize())
    dates = [day.date() for day in days]

    def of_day(calculate: Callable[[date], int]) -> pd.Series[Any]:
        """Apply a function of the day, once per day."""
        values = np.array([*map(calculate, dates)], dtype="int64")
        return pd.Series(values[position], index=hours.index)

    day_off = of_day(is_day_off)
    return {
        "hour": hour,
        **_on_circle("hour", hour, period=24),
        "weekday": weekday,
        **_on_circle("weekday", weekday, period=7),
        "month": month,
        **_on_circle("month", month, period=12),
        "day_index": (hours.dt.normalize() - _FIRST_DAY).dt.days,
        "public_holiday": of_day(is_public_holiday),
        "day_off": day_off,
        "day_off_yesterday": of_day(lambda day: is_day_off(day - _DAY)),
        "day_off_tomorrow": of_day(lambda day: is_day_off(day + _DAY)),
        "bridge_day": of_day(is_bridge_day),
        "days_off_in_a_row": of_day(days_off_in_a_row),
        "festival": of_day(is_festival),
        "hour_of_day_kind": hour + 24 * day_off,
    }


def _on_circle(name: str, value: pd.Series[Any], *, period: int) -> dict[str, pd.Series[Any]]:
    """Return sine and cosine, so that the end of a period is next to its beginning."""
    angle = 2 * np.pi * value / period
    # Rounded, because the last bits of a sine differ between processors and files must not. Adding 0 turns -0 into 0.
    return {f"{name}_sine": np.sin(angle).round(6) + 0.0, f"{name}_cosine": np.cos(angle).round(6) + 0.0}
