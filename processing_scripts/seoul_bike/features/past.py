"""History features: weather and demand of the hours before.

They use preceding hours only, which are known when an hour begins; the weather of the hour itself comes from a forecast
(`processing_scripts.seoul_bike.features.weather`). ``known`` are observations from
`processing_scripts.seoul_bike.features.windows.hour_by_hour`.
"""

from collections.abc import Callable

import pandas as pd

from processing_scripts.seoul_bike.features.weather import weather_features
from processing_scripts.seoul_bike.features.windows import Numbers, hours_since, maximum_before, mean_before, sum_before

RAIN_WINDOWS = (1, 2, 3, 6, 12, 24)
SNOW_WINDOWS = (3, 24, 72)
TEMPERATURE_WINDOWS = (3, 6, 12, 24, 48, 168)
WEATHER_WINDOWS = (3, 12, 24, 72)
MEAN_WEATHER = ("humidity", "dew_point", "solar_radiation")
RAIN_MEMORY = 72
"""Hours after which rain is assumed to have no effect."""
DEMAND_LAGS = (24, 168)

Columns = dict[str, pd.Series]


def past_rain_features(known: pd.DataFrame) -> Columns:
    """Return rain sums, snow maxima, and the hours since it last rained, one value per row of ``known``."""
    dry = hours_since(known["rainfall"].to_numpy() > 0, RAIN_MEMORY)
    return {
        **_over(known, "rainfall", "sum", RAIN_WINDOWS, sum_before),
        **_over(known, "snowfall", "maximum", SNOW_WINDOWS, maximum_before),
        "hours_since_rain": pd.Series(dry, index=known.index),
    }


def past_weather_features(known: pd.DataFrame) -> Columns:
    """Return means of the weather over windows before each hour.

    Wind and visibility are excluded, because models with their means were worse on the validation set.
    """
    weather = known.assign(**weather_features(known))
    means = _over(weather, "temperature", "mean", TEMPERATURE_WINDOWS, mean_before)
    for name in MEAN_WEATHER:
        means |= _over(weather, name, "mean", WEATHER_WINDOWS, mean_before)
    return means


def past_demand_features(known: pd.DataFrame) -> Columns:
    """Return the rentals of the same hour a day and a week ago; NaN if the service was closed then."""
    demand = known["rentals"].where(known["functioning_day"].eq(True))  # noqa: FBT003 - a comparison with missing ones
    return {f"demand_{hours}h_ago": demand.shift(hours) for hours in DEMAND_LAGS}


def _over(
    known: pd.DataFrame, name: str, what: str, windows: tuple[int, ...], summarise: Callable[[pd.Series, int], Numbers]
) -> Columns:
    return {f"{name}_{what}_{hours}h": pd.Series(summarise(known[name], hours), index=known.index) for hours in windows}
