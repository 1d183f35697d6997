"""Weather features of the hour itself, and those of the sun over Seoul: elevation, day length, clearness of the sky."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

_LATITUDE, _LONGITUDE = np.radians(37.5665), 126.9780
_MERIDIAN_OF_KOREAN_TIME = 135.0
_OBLIQUITY = np.radians(23.44)
_DAYS = 365.25
_SPRING_EQUINOX = 80
_LOW_SUN = 8
"""Elevation in degrees below which horizon and haze dominate the radiation."""
_MEGAJOULES_PER_WATT_HOUR = 0.0036
_AS_MEASURED = ("temperature", "dew_point", "wind_speed", "visibility", "solar_radiation", "rainfall", "snowfall")


def weather_features(observations: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Return weather features by name; NaN where a measurement is missing."""
    humidity = _humidity(observations)
    return {
        **{name: observations[name] for name in _AS_MEASURED},
        "humidity": humidity,
        "apparent_temperature": _apparent_temperature(
            observations["temperature"], humidity, observations["wind_speed"]
        ),
    }


def _humidity(observations: pd.DataFrame) -> pd.Series[Any]:
    """Return the relative humidity in %, calculated where the sensor failed."""
    # The data set contains 0 where the sensor failed (17 hours of May 2018; the air of Seoul is never that dry). Dew
    # point and temperature determine the humidity; where it was measured, the calculation agrees to about 0.3 %.
    measured = observations["humidity"].mask(observations["humidity"] == 0)
    calculated = 100 * _vapour_pressure(observations["dew_point"]) / _vapour_pressure(observations["temperature"])
    return measured.fillna(calculated.clip(0, 100).round())


def _apparent_temperature(
    temperature: pd.Series[Any], humidity: pd.Series[Any], wind: pd.Series[Any]
) -> pd.Series[Any]:
    """Return the apparent temperature in the shade, in °C (R. G. Steadman 1994, Australian standard)."""
    vapour = humidity / 100 * _vapour_pressure(temperature)
    return (temperature + 0.33 * vapour - 0.70 * wind - 4.00).round(3)


def _vapour_pressure(celsius: pd.Series[Any]) -> pd.Series[Any]:
    """Return the saturation vapor pressure over water in hPa, by the Magnus formula."""
    position, measured = pd.factorize(celsius)  # few are different, and NumPy's exp has other last bits
    exponents = 17.625 * measured / (measured + 243.04)
    pressures = np.array([6.1094 * math.exp(exponent) for exponent in exponents] + [np.nan])
    return pd.Series(pressures[position], index=celsius.index)


def sun_features(hours: pd.Series[Any]) -> dict[str, pd.Series[Any]]:
    """Return the sun's elevation in the middle of each hour, in degrees, and the day length in hours."""
    # Accurate to about half a degree: apart from the equation of time, Earth's orbit is treated as a circle.
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
    """Return the share of clear-sky radiation: about 1 without clouds, 0 if the sun is low or has set.

    Radiation is in MJ/m² per hour, the elevation in degrees. Clear-sky radiation is by B. Haurwitz (1945, Journal of
    Meteorology 2).
    """
    sine = np.sin(np.radians(sun_elevation.clip(lower=_LOW_SUN)))
    clear_sky = 1098 * sine * np.exp(-0.057 / sine) * _MEGAJOULES_PER_WATT_HOUR
    share: pd.Series[Any] = (solar_radiation / clear_sky).mask(sun_elevation < _LOW_SUN, 0)
    return share.round(3)


def _equation_of_time(day: pd.Series[Any]) -> pd.Series[Any]:
    """Return the minutes by which a sundial is ahead of a clock."""
    angle = 2 * np.pi * (day - 81) / 364
    minutes: pd.Series[Any] = 9.87 * np.sin(2 * angle) - 7.53 * np.cos(angle) - 1.5 * np.sin(angle)
    return minutes
