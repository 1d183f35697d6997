"""Splits into training, validation and test set: 80, 10 and 10 %.

============  ======================================================================================================
``hours``     Random hours. The neighbors of a test hour are in the training set, so this measures interpolation.
``days``      Random whole days in equal shares of every month: measures the prediction of a day without observations.
``time``      The last hours are the test set: measures forecasting. The validation set are random whole days before,
              so that the days just before the test set, which resemble it most, are in the training set.
============  ======================================================================================================

Days are drawn in equal shares of every month, and within it of working days and days off, so that the sets resemble
each other.
"""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from processing_scripts.errors import TooFewRowsError
from processing_scripts.seoul_bike.calendars.korean import is_day_off

Split = Literal["hours", "days", "time"]
SPLITS: tuple[Split, ...] = get_args(Split)
PARTS = ("train", "validation", "test")

_MINIMUM = {"hours": (100, "hours"), "days": (20, "days"), "time": (20, "days")}
_TURNS = ("validation", *4 * ("train",), "test", *4 * ("train",))
_TURNS_BEFORE_TEST = ("validation", *8 * ("train",))


def split_hours(datetimes: pd.Series, split: Split, seed: int) -> pd.Series:
    """Assign each hour to ``train``, ``validation`` or ``test``; the index is that of the hours.

    Raises `TooFewRowsError` if there are too few hours or days.
    """
    needed, unit = _MINIMUM[split]
    units = len(datetimes) if unit == "hours" else datetimes.dt.normalize().nunique()
    if units < needed:
        raise TooFewRowsError(
            f"The data has {units} {unit}, but the split '{split}' needs at least {needed} for its three sets; "
            "provide more data, or choose another split."
        )
    tenth = round(len(datetimes) / 10)
    if split == "time":
        return split_at(datetimes, datetimes.sort_values().iloc[-tenth], seed)
    generator = np.random.default_rng(seed)
    if split == "days":
        return _parts_of_days(datetimes, _TURNS, generator)
    order = generator.permutation(len(datetimes))
    parts = np.full(len(datetimes), "train", dtype=object)
    parts[order[-tenth:]] = "test"
    parts[order[-2 * tenth : -tenth]] = "validation"
    return pd.Series(parts, index=datetimes.index, name="part")


def split_at(datetimes: pd.Series, first: pd.Timestamp, seed: int) -> pd.Series:
    """Split with a test set that starts at ``first``; a ninth of the days before is the validation set."""
    before = datetimes[datetimes < first]
    parts = _parts_of_days(before, _TURNS_BEFORE_TEST, np.random.default_rng(seed))
    return parts.reindex(datetimes.index, fill_value="test")


def _parts_of_days(datetimes: pd.Series, turns: tuple[str, ...], generator: np.random.Generator) -> pd.Series:
    """Assign whole days by turns."""
    # Days are shuffled, then sorted by month and kind of day: dealing out the turns in this order gives every set an
    # equal share of each month and kind. A random first turn avoids a set that always starts in the first month.
    days = datetimes.dt.normalize()
    different = pd.Series(days.unique())
    shuffled = different.iloc[generator.permutation(len(different))]
    by_kind = sorted(shuffled, key=lambda day: (day.year, day.month, is_day_off(day.date())))
    turn = (np.arange(len(by_kind)) + generator.integers(len(turns))) % len(turns)
    part_of = {day: turns[number] for day, number in zip(by_kind, turn, strict=True)}
    return pd.Series([part_of[day] for day in days], index=datetimes.index, name="part")
