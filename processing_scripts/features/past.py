"""Features of the hours before: the weather that people still feel or remember, and the demand of days before.

They look at the hours before an hour only, which are observed when it begins; the weather of the hour itself is the
forecast's business (``weather_features``).
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from processing_scripts.features.weather import weather_features
from processing_scripts.features.windows import Numbers, hours_since, largest_of, mean_of, sum_of, windows_before

RAIN_WINDOWS = (1, 2, 3, 6, 12, 24)
SNOW_WINDOWS = (3, 24, 72)
TEMPERATURE_WINDOWS = (3, 6, 12, 24, 48, 168)
WEATHER_WINDOWS = (3, 12, 24, 72)
MEAN_WEATHER = ("humidity", "dew_point", "solar_radiation")
RAIN_MEMORY = 72
"""Hours after which rain is taken to be forgotten."""
DEMAND_LAGS = (24, 168)

Columns = dict[str, pd.Series]


def past_rain_features(known: pd.DataFrame) -> Columns:
    """How much it rained, how high snow lay, and for how long it has been dry.

    Parameters
    ----------
    known
        Observations hour by hour, as `processing_scripts.features.windows.hour_by_hour` gives them.

    Returns
    -------
    By name, one value for each hour that is known or lies between known ones.
    """
    dry = {"hours_since_rain": hours_since(windows_before(known["rainfall"], RAIN_MEMORY) > 0)}
    return {
        **_over(known, "rainfall", "sum", RAIN_WINDOWS, sum_of),
        **_over(known, "snowfall", "maximum", SNOW_WINDOWS, largest_of),
        **{name: pd.Series(values, index=known.index) for name, values in dry.items()},
    }


def past_weather_features(known: pd.DataFrame) -> Columns:
    """Means of the weather over windows before each hour.

    Means of wind and visibility are not among them: with them models were worse on the validation part.

    Parameters
    ----------
    known
        Observations hour by hour.
    """
    weather = known.assign(**weather_features(known))
    means = _over(weather, "temperature", "mean", TEMPERATURE_WINDOWS, mean_of)
    for name in MEAN_WEATHER:
        means |= _over(weather, name, "mean", WEATHER_WINDOWS, mean_of)
    return means


def past_demand_features(known: pd.DataFrame) -> Columns:
    """Rentals of the same hour a day and a week ago; NaN where the service was closed, which tells nothing of demand.

    Parameters
    ----------
    known
        Observations hour by hour, with their rentals.
    """
    demand = known["rentals"].where(known["functioning_day"].eq(True))  # noqa: FBT003 - a comparison with missing ones
    return {f"demand_{hours}h_ago": demand.shift(hours) for hours in DEMAND_LAGS}


def _over(
    known: pd.DataFrame, name: str, what: str, windows: tuple[int, ...], summarise: Callable[[Numbers], Numbers]
) -> Columns:
    return {
        f"{name}_{what}_{hours}h": pd.Series(summarise(windows_before(known[name], hours)), index=known.index)
        for hours in windows
    }
