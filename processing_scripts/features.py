"""The features: what is known in the hour itself, no history. Which there are, and which a split may not use.

The data set's own holiday flag is not among them: it lacks days (2018-05-05, 05-07, 06-13, 09-26) and marks others that
were none (2017-12-22, 12-24, 12-31), so public holidays are calculated instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from processing_scripts.calendar_features import calendar_features
from processing_scripts.splits import Split
from processing_scripts.weather_features import weather_features

FEATURE_SET = "now"
CATEGORIES = {"season": {"Winter": 0, "Spring": 1, "Summer": 2, "Autumn": 3}}
"""How the categories that the data set writes as words become numbers; yes is 1 and no is 0 everywhere."""

_TREND = "tells an hour from its neighbours that are held out, so that a model could look them up"
_YEAR_OF_GROWTH = (
    "rentals grew through the only year there is, so it would pull the autumn to come towards the last winter"
)


@dataclass(frozen=True)
class Feature:
    """One feature.

    Attributes
    ----------
    name
        Its column name, by which schemas know it.
    type
        ``flag`` is 0 or 1; ``category`` a code without order of its own.
    meaning
        What it says, with its unit.
    left_out
        Splits that do without it, and why.
    """

    name: str
    type: Literal["number", "integer", "flag", "category"]
    meaning: str
    left_out: dict[Split, str] = field(default_factory=dict)


FEATURES = (
    Feature("hour", "integer", "Hour of the day, 0 to 23, at its start"),
    Feature("hour_sine", "number", "Hour on the circle of a day"),
    Feature("hour_cosine", "number", "Hour on the circle of a day"),
    Feature("weekday", "integer", "Day of the week, Monday is 0"),
    Feature("weekday_sine", "number", "Day on the circle of a week"),
    Feature("weekday_cosine", "number", "Day on the circle of a week"),
    Feature("month", "integer", "Month, 1 to 12", {"time": _YEAR_OF_GROWTH}),
    Feature("month_sine", "number", "Month on the circle of a year", {"time": _YEAR_OF_GROWTH}),
    Feature("month_cosine", "number", "Month on the circle of a year", {"time": _YEAR_OF_GROWTH}),
    Feature("season", "category", "Season as the data set has it", {"time": _YEAR_OF_GROWTH}),
    Feature("day_index", "integer", "Days since 1 December 2017: a trend", {"hours": _TREND, "days": _TREND}),
    Feature("public_holiday", "flag", "A public holiday of Korea"),
    Feature("day_off", "flag", "A Saturday, a Sunday or a public holiday"),
    Feature("day_off_yesterday", "flag", "The day before is a day off"),
    Feature("day_off_tomorrow", "flag", "The day after is a day off"),
    Feature("bridge_day", "flag", "A single working day between two days off"),
    Feature("days_off_in_a_row", "integer", "Length of the run of days off that the day is in; 0 on working days"),
    Feature("hour_of_day_kind", "integer", "Hour on working days, 24 plus the hour on days off"),
    Feature("temperature", "number", "Air temperature in °C"),
    Feature("apparent_temperature", "number", "What the temperature feels like in °C, by Steadman's formula"),
    Feature("humidity", "number", "Relative humidity in %"),
    Feature("dew_point", "number", "Dew point in °C", {"time": _YEAR_OF_GROWTH}),
    Feature("wind_speed", "number", "Wind speed in m/s"),
    Feature("visibility", "number", "Visibility in 10 m, at most 2000"),
    Feature("solar_radiation", "number", "Solar radiation in MJ/m²"),
    Feature("rainfall", "number", "Rain in mm"),
    Feature("snowfall", "number", "Snow in cm"),
    Feature("functioning_day", "flag", "The rental service is open; nothing is rented where it is not"),
)


def make_features(observations: pd.DataFrame) -> pd.DataFrame:
    """Every feature, for every row, in the order of `FEATURES` and under the index of the rows.

    Parameters
    ----------
    observations
        Hours as `processing_scripts.reading.Observations` describes them; rentals are not looked at.

    Returns
    -------
    Numbers only; NaN where the weather is not known.
    """
    columns = {
        **calendar_features(observations["datetime"]),
        **weather_features(observations),
        "season": observations["season"].map(CATEGORIES["season"]),
        "functioning_day": observations["functioning_day"].astype("int64"),
    }
    return pd.DataFrame({feature.name: columns[feature.name] for feature in FEATURES}, index=observations.index)


def features_for(split: Split) -> tuple[Feature, ...]:
    """The features that a model may use which is measured by this split."""
    return tuple(feature for feature in FEATURES if split not in feature.left_out)


def left_out_of(split: Split) -> tuple[Feature, ...]:
    """The features that such a model may not use; each says why."""
    return tuple(feature for feature in FEATURES if split in feature.left_out)
