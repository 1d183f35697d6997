"""Where the sun stands over Seoul: how light an hour is, how long the day, and how much of the sunshine arrives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

_LATITUDE, _LONGITUDE = np.radians(37.5665), 126.9780
_MERIDIAN_OF_KOREAN_TIME = 135.0
_OBLIQUITY = np.radians(23.44)
_DAYS = 365.25
_SPRING_EQUINOX = 80
_LOW_SUN = 8
"""Height in degrees below which the horizon and the haze decide what arrives."""
_MEGAJOULES_PER_WATT_HOUR = 0.0036


def sun_features(hours: pd.Series[Any]) -> dict[str, pd.Series[Any]]:
    """Height of the sun in the middle of each hour, in degrees, below 0 at night; and length of the day in hours.

    To about half a degree: the ecliptic is taken as a circle that is travelled evenly, apart from the equation of time.
    """
    day = hours.dt.dayofyear
    declination = np.arcsin(np.sin(_OBLIQUITY) * np.sin(2 * np.pi * (day - _SPRING_EQUINOX) / _DAYS))
    solar_time = hours.dt.hour + 0.5 + (_LONGITUDE - _MERIDIAN_OF_KOREAN_TIME) / 15 + _equation_of_time(day) / 60
    hour_angle = np.radians(15 * (solar_time - 12))
    height = np.sin(_LATITUDE) * np.sin(declination) + np.cos(_LATITUDE) * np.cos(declination) * np.cos(hour_angle)
    half_day = np.arccos(-np.tan(_LATITUDE) * np.tan(declination))
    return {
        "sun_elevation": np.degrees(np.arcsin(height)).round(2) + 0.0,
        "day_length": (24 / np.pi * half_day).round(3),
    }


def clearness(solar_radiation: pd.Series[Any], sun_elevation: pd.Series[Any]) -> pd.Series[Any]:
    """How much of a clear sky's radiation arrives: 1 without clouds, 0 also where the sun is low or down.

    Parameters
    ----------
    solar_radiation
        In MJ/m² in the hour; a clear sky's is by B. Haurwitz (1945, Journal of Meteorology 2).
    sun_elevation
        In degrees.
    """
    sine = np.sin(np.radians(sun_elevation.clip(lower=_LOW_SUN)))
    clear_sky = 1098 * sine * np.exp(-0.057 / sine) * _MEGAJOULES_PER_WATT_HOUR
    share: pd.Series[Any] = (solar_radiation / clear_sky).mask(sun_elevation < _LOW_SUN, 0)
    return share.round(3)


def _equation_of_time(day: pd.Series[Any]) -> pd.Series[Any]:
    """Minutes by which a sundial is ahead of a clock."""
    angle = 2 * np.pi * (day - 81) / 364
    minutes: pd.Series[Any] = 9.87 * np.sin(2 * angle) - 7.53 * np.cos(angle) - 1.5 * np.sin(angle)
    return minutes
