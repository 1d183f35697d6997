"""Which features there are, what each says, and who may use it.

A feature set says what must be known of an hour to predict it; each holds the one before it:

============  =======================================================================================================
``now``       The hour's calendar and its weather.
``history``   And the weather of the hours before it, up to a week: observed when the hour begins.
``lags``      And the demand of the same hour a day and a week ago: a forecast for the day ahead from yesterday's
              rentals, which is another problem and cannot be compared with the others.
============  =======================================================================================================

The data set's own holiday flag is not a feature: it lacks days (2018-05-05, 05-07, 06-13, 09-26) and marks others that
were none (2017-12-22, 12-24, 12-31), so public holidays are calculated instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from processing_scripts.features.past import (
    DEMAND_LAGS,
    MEAN_WEATHER,
    RAIN_MEMORY,
    RAIN_WINDOWS,
    SNOW_WINDOWS,
    TEMPERATURE_WINDOWS,
    WEATHER_WINDOWS,
)
from processing_scripts.splits import Split

FeatureSet = Literal["now", "history", "lags"]
FEATURE_SETS: tuple[FeatureSet, ...] = get_args(FeatureSet)
HISTORY_HOURS: dict[FeatureSet, int] = {"now": 0, "history": 168, "lags": 168}
"""Hours before an hour that its features look at."""

Group = Literal["calendar", "holidays", "weather", "comfort", "sun", "past rain", "past weather", "past demand"]
_SET_OF_GROUP: dict[Group, FeatureSet] = {"past rain": "history", "past weather": "history", "past demand": "lags"}

_TREND = "names the day, whose other hours are known, so that a model would look the day up"
_YEAR_OF_GROWTH = (
    "rentals grew through the only year there is, so it would pull the autumn to come towards the last winter"
)
_NOT_WHEN_GROWING: dict[Split, str] = {"time": _YEAR_OF_GROWTH}


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
    group
        The idea it belongs to, whose worth ``tests.performance.ablation`` measures.
    left_out
        Splits that do without it, and why.
    """

    name: str
    type: Literal["number", "integer", "flag", "category"]
    meaning: str
    group: Group
    left_out: dict[Split, str] = field(default_factory=dict)

    @property
    def feature_set(self) -> FeatureSet:
        """The smallest feature set that has it."""
        return _SET_OF_GROUP.get(self.group, "now")


_CALENDAR = (
    Feature("hour", "integer", "Hour of the day, 0 to 23, at its start", "calendar"),
    Feature("hour_sine", "number", "Hour on the circle of a day", "calendar"),
    Feature("hour_cosine", "number", "Hour on the circle of a day", "calendar"),
    Feature("weekday", "integer", "Day of the week, Monday is 0", "calendar"),
    Feature("weekday_sine", "number", "Day on the circle of a week", "calendar"),
    Feature("weekday_cosine", "number", "Day on the circle of a week", "calendar"),
    Feature("month", "integer", "Month, 1 to 12", "calendar", _NOT_WHEN_GROWING),
    Feature("month_sine", "number", "Month on the circle of a year", "calendar", _NOT_WHEN_GROWING),
    Feature("month_cosine", "number", "Month on the circle of a year", "calendar", _NOT_WHEN_GROWING),
    Feature("season", "category", "Season as the data set has it", "calendar", _NOT_WHEN_GROWING),
    Feature(
        "day_index",
        "integer",
        "Days since 1 December 2017: a trend; between days that are known, how they are filled",
        "calendar",
        {"hours": _TREND},
    ),
)
_HOLIDAYS = (
    Feature("public_holiday", "flag", "A public holiday of Korea", "holidays"),
    Feature("day_off", "flag", "A Saturday, a Sunday or a public holiday", "holidays"),
    Feature("day_off_yesterday", "flag", "The day before is a day off", "holidays"),
    Feature("day_off_tomorrow", "flag", "The day after is a day off", "holidays"),
    Feature("bridge_day", "flag", "A single working day between two days off", "holidays"),
    Feature(
        "days_off_in_a_row",
        "integer",
        "Length of the run of days off that the day is in; 0 on working days",
        "holidays",
    ),
    Feature("festival", "flag", "Seollal or Chuseok, when the city empties", "holidays"),
    Feature("hour_of_day_kind", "integer", "Hour on working days, 24 plus the hour on days off", "holidays"),
)
_WEATHER = (
    Feature("temperature", "number", "Air temperature in °C", "weather"),
    Feature("humidity", "number", "Relative humidity in %", "weather"),
    Feature("dew_point", "number", "Dew point in °C", "weather", _NOT_WHEN_GROWING),
    Feature("wind_speed", "number", "Wind speed in m/s", "weather"),
    Feature("visibility", "number", "Visibility in 10 m, at most 2000", "weather"),
    Feature("solar_radiation", "number", "Solar radiation in MJ/m²", "weather"),
    Feature("rainfall", "number", "Rain in mm", "weather"),
    Feature("snowfall", "number", "Snow in cm", "weather"),
    Feature(
        "apparent_temperature", "number", "What the temperature feels like in °C, by Steadman's formula", "comfort"
    ),
    Feature("functioning_day", "flag", "The rental service is open; nothing is rented where it is not", "weather"),
)
_SUN = (
    Feature("sun_elevation", "number", "Height of the sun in degrees, below 0 at night", "sun", _NOT_WHEN_GROWING),
    Feature("day_length", "number", "Hours from sunrise to sunset", "sun", _NOT_WHEN_GROWING),
    Feature(
        "clearness",
        "number",
        "Share of a clear sky's radiation that arrives; 0 at night",
        "sun",
        {"time": "models that had it knew the following month less well, on the validation part"},
    ),
)
_PAST_RAIN = (
    *(
        Feature(f"rainfall_sum_{hours}h", "number", f"Rain of the {hours} hours before, in mm", "past rain")
        for hours in RAIN_WINDOWS
    ),
    *(
        Feature(f"snowfall_maximum_{hours}h", "number", f"Most snow of the {hours} hours before, in cm", "past rain")
        for hours in SNOW_WINDOWS
    ),
    Feature(
        "hours_since_rain",
        "integer",
        f"Hours since it last rained, {RAIN_MEMORY + 1} where that is longer ago",
        "past rain",
    ),
)


def _mean(name: str, hours: int) -> Feature:
    meaning = f"Mean {name.replace('_', ' ')} of the {hours} hours before"
    return Feature(f"{name}_mean_{hours}h", "number", meaning, "past weather", _NOT_WHEN_GROWING)


_PAST_WEATHER = (
    *(_mean("temperature", hours) for hours in TEMPERATURE_WINDOWS),
    *(_mean(name, hours) for name in MEAN_WEATHER for hours in WEATHER_WINDOWS),
)
_PAST_DEMAND = tuple(
    Feature(f"demand_{hours}h_ago", "number", f"Rentals per hour {hours} hours ago", "past demand")
    for hours in DEMAND_LAGS
)
FEATURES = (*_CALENDAR, *_HOLIDAYS, *_WEATHER, *_SUN, *_PAST_RAIN, *_PAST_WEATHER, *_PAST_DEMAND)


def features_of(feature_set: FeatureSet) -> tuple[Feature, ...]:
    """All features of a set, in the order of their columns."""
    sets = FEATURE_SETS[: FEATURE_SETS.index(feature_set) + 1]
    return tuple(feature for feature in FEATURES if feature.feature_set in sets)


def features_for(split: Split, feature_set: FeatureSet) -> tuple[Feature, ...]:
    """The features of a set that a model may use which is measured by this split."""
    return tuple(feature for feature in features_of(feature_set) if split not in feature.left_out)


def left_out_of(split: Split, feature_set: FeatureSet) -> tuple[Feature, ...]:
    """The features of the set that such a model may not use; each says why."""
    return tuple(feature for feature in features_of(feature_set) if split in feature.left_out)
