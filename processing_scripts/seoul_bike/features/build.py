"""Calculation of all features of a feature set."""

import pandas as pd

from processing_scripts.seoul_bike.features.calendar import calendar_features
from processing_scripts.seoul_bike.features.catalogue import FeatureSet, features_of
from processing_scripts.seoul_bike.features.past import past_demand_features, past_rain_features, past_weather_features
from processing_scripts.seoul_bike.features.weather import clearness, sun_features, weather_features
from processing_scripts.seoul_bike.features.windows import hour_by_hour

CATEGORIES = {"season": {"Winter": 0, "Spring": 1, "Summer": 2, "Autumn": 3}}
"""Integer codes of the categories; flags are 1 and 0 everywhere."""


def make_features(
    observations: pd.DataFrame, feature_set: FeatureSet = "now", known: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Calculate every feature of a set for every row, in the order of the catalogue, with the index of the rows.

    Parameters
    ----------
    observations
        Hours, see `processing_scripts.seoul_bike.reading.observations.Observations`. Their own rentals are not used.
    known
        The hours that history features may use, including the observations; by default the observations. Only ``lags``
        uses their rentals.

    Returns
    -------
    Numeric columns; NaN where the weather, or every hour of a window, is missing.
    """
    sun = sun_features(observations["datetime"])
    columns = {
        **calendar_features(observations["datetime"]),
        **sun,
        "clearness": clearness(observations["solar_radiation"], sun["sun_elevation"]),
        **weather_features(observations),
        "season": observations["season"].map(CATEGORIES["season"]),
        "functioning_day": observations["functioning_day"].astype("int64"),
    }
    if feature_set != "now":
        columns |= _history_features(observations, feature_set, observations if known is None else known)
    names = [feature.name for feature in features_of(feature_set)]
    return pd.DataFrame({name: columns[name] for name in names}, index=observations.index)


def _history_features(observations: pd.DataFrame, feature_set: FeatureSet, known: pd.DataFrame) -> dict[str, pd.Series]:
    hours = hour_by_hour(known)
    columns = {**past_rain_features(hours), **past_weather_features(hours)}
    if feature_set == "lags":
        columns |= past_demand_features(hours)
    position = hours.index.get_indexer(pd.Index(observations["datetime"]))
    return {name: pd.Series(column.to_numpy()[position], index=observations.index) for name, column in columns.items()}
