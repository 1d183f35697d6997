"""Weather features of the hour itself."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

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
    return 6.1094 * (17.625 * celsius / (celsius + 243.04)).map(math.exp)
