"""All features, with their meanings, feature sets, and the splits that exclude them.

A feature set defines the information that a prediction needs; each contains the one before it:

============  =======================================================================================================
``now``       Calendar and weather of the hour.
``history``   Also the weather of up to a week before, which is known when the hour begins.
``lags``      Also the demand of the same hour a day and a week ago. This is a different problem, a forecast for the
              next day from recent rentals, and not comparable with the others.
============  =======================================================================================================

The data set's holiday flag is not a feature, because it has errors: it lacks 2018-05-05, 05-07, 06-13 and 09-26, and
marks 2017-12-22, 12-24 and 12-31. Public holidays are calculated instead.
"""

from dataclasses import dataclass, field
from typing import Literal, get_args

from processing_scripts.seoul_bike.features import past
from processing_scripts.seoul_bike.splits import Split

FeatureSet = Literal["now", "history", "lags"]
FEATURE_SETS: tuple[FeatureSet, ...] = get_args(FeatureSet)
HISTORY_HOURS: dict[FeatureSet, int] = {"now": 0, "history": 168, "lags": 168}
"""Preceding hours that the features use."""

Group = Literal["calendar", "holidays", "weather", "comfort", "sun", "past rain", "past weather", "past demand"]
_SET_OF_GROUP: dict[Group, FeatureSet] = {"past rain": "history", "past weather": "history", "past demand": "lags"}
_GIVEN: tuple[Group, ...] = ("calendar", "weather")
"""Groups of features that a user states; the code derives the others from them."""
_OF_TIME: tuple[Group, ...] = ("calendar", "holidays", "sun")

_TREND = "identifies the day, whose other hours are in the training set, so a model could memorize the day"
_YEAR_OF_GROWTH = (
    "rentals grew throughout the single year of data, so it would bias predictions of autumn towards the winter before"
)
_NOT_WHEN_GROWING: dict[Split, str] = {"time": _YEAR_OF_GROWTH}


@dataclass(frozen=True)
class Feature:
    """A feature."""

    name: str
    type: Literal["number", "integer", "flag", "category"]
    """A flag is 0 or 1; a category is a code without order."""
    meaning: str
    """Description with unit."""
    group: Group
    """Group whose contribution ``tests.performance.ablation`` measures."""
    left_out: dict[Split, str] = field(default_factory=dict)
    """Splits that exclude it, with the reason."""

    @property
    def feature_set(self) -> FeatureSet:
        """The smallest feature set that contains it."""
        return _SET_OF_GROUP.get(self.group, "now")

    @property
    def derived(self) -> bool:
        """Whether it follows from other features, so that remarks on a row leave it out."""
        return self.group not in _GIVEN

    @property
    def of_time(self) -> bool:
        """Whether it follows from the date alone, so that it drifts with every month."""
        return self.group in _OF_TIME


_CALENDAR = (
    Feature("hour", "integer", "Hour of the day, 0 to 23, at its start", "calendar"),
    Feature("hour_sine", "number", "Position of the hour in the day", "calendar"),
    Feature("hour_cosine", "number", "Position of the hour in the day", "calendar"),
    Feature("weekday", "integer", "Day of the week, Monday is 0", "calendar"),
    Feature("weekday_sine", "number", "Position of the day in the week", "calendar"),
    Feature("weekday_cosine", "number", "Position of the day in the week", "calendar"),
    Feature("month", "integer", "Month, 1 to 12", "calendar", _NOT_WHEN_GROWING),
    Feature("month_sine", "number", "Position of the month in the year", "calendar", _NOT_WHEN_GROWING),
    Feature("month_cosine", "number", "Position of the month in the year", "calendar", _NOT_WHEN_GROWING),
    Feature("season", "category", "Season from the data set", "calendar", _NOT_WHEN_GROWING),
    Feature("day_index", "integer", "Days since 1 December 2017, a trend", "calendar", {"hours": _TREND}),
)
_HOLIDAYS = (
    Feature("public_holiday", "flag", "A public holiday of Korea", "holidays"),
    Feature("day_off", "flag", "A Saturday, a Sunday or a public holiday", "holidays"),
    Feature("day_off_yesterday", "flag", "The day before is a day off", "holidays"),
    Feature("day_off_tomorrow", "flag", "The day after is a day off", "holidays"),
    Feature("bridge_day", "flag", "A single working day between two days off", "holidays"),
    Feature(
        "days_off_in_a_row", "integer", "Number of consecutive days off around the day; 0 on working days", "holidays"
    ),
    Feature("festival", "flag", "Seollal or Chuseok", "holidays"),
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
    Feature("apparent_temperature", "number", "Apparent temperature in °C, by Steadman's formula", "comfort"),
    Feature("functioning_day", "flag", "The rental service is open", "weather"),
)
_SUN = (
    Feature("sun_elevation", "number", "Elevation of the sun in degrees, below 0 at night", "sun", _NOT_WHEN_GROWING),
    Feature("day_length", "number", "Hours from sunrise to sunset", "sun", _NOT_WHEN_GROWING),
    Feature(
        "clearness",
        "number",
        "Share of clear-sky radiation; 0 at night",
        "sun",
        {"time": "models with it were worse for the following month, on the validation set"},
    ),
)
_PAST_RAIN = (
    *(
        Feature(f"rainfall_sum_{hours}h", "number", f"Rain of the {hours} hours before, in mm", "past rain")
        for hours in past.RAIN_WINDOWS
    ),
    *(
        Feature(f"snowfall_maximum_{hours}h", "number", f"Maximum snow of the {hours} hours before, in cm", "past rain")
        for hours in past.SNOW_WINDOWS
    ),
    Feature("hours_since_rain", "integer", f"Hours since it last rained, at most {past.RAIN_MEMORY + 1}", "past rain"),
)


def _mean(name: str, hours: int) -> Feature:
    meaning = f"Mean {name.replace('_', ' ')} of the {hours} hours before"
    return Feature(f"{name}_mean_{hours}h", "number", meaning, "past weather", _NOT_WHEN_GROWING)


_PAST_WEATHER = (
    *(_mean("temperature", hours) for hours in past.TEMPERATURE_WINDOWS),
    *(_mean(name, hours) for name in past.MEAN_WEATHER for hours in past.WEATHER_WINDOWS),
)
_PAST_DEMAND = tuple(
    Feature(f"demand_{hours}h_ago", "number", f"Rentals per hour {hours} hours ago", "past demand")
    for hours in past.DEMAND_LAGS
)
FEATURES = (*_CALENDAR, *_HOLIDAYS, *_WEATHER, *_SUN, *_PAST_RAIN, *_PAST_WEATHER, *_PAST_DEMAND)


def features_of(feature_set: FeatureSet) -> tuple[Feature, ...]:
    """Return all features of a set in column order."""
    sets = FEATURE_SETS[: FEATURE_SETS.index(feature_set) + 1]
    return tuple(feature for feature in FEATURES if feature.feature_set in sets)


def features_for(split: Split, feature_set: FeatureSet) -> tuple[Feature, ...]:
    """Return the features of a set, without those that the split excludes."""
    return tuple(feature for feature in features_of(feature_set) if split not in feature.left_out)


def left_out_of(split: Split, feature_set: FeatureSet) -> tuple[Feature, ...]:
    """Return the features of a set that the split excludes."""
    return tuple(feature for feature in features_of(feature_set) if split in feature.left_out)
