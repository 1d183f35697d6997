"""How the hours are parted into training, validation and test: 80, 10 and 10 of a hundred.

============  ======================================================================================================
``hours``     Hours at random. A test hour's neighbours are in training, so this measures interpolation.
``days``      Whole days at random, every month in equal shares: how well a day is known that nobody observed.
``time``      The last hours for testing: how well the future is known. Validation are whole days at random of those
              before, so that the days just before the test, which tell most of it, are in training.
============  ======================================================================================================

Days are drawn in equal shares of every month and in it of working days and days off, so that the parts resemble each
other.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from processing_scripts.calendars.korean import is_day_off
from processing_scripts.errors import TooFewRowsError

Split = Literal["hours", "days", "time"]
SPLITS: tuple[Split, ...] = get_args(Split)
PARTS = ("train", "validation", "test")

_MINIMUM = {"hours": (100, "hours"), "days": (20, "days"), "time": (20, "days")}
_TURNS = ("validation", *4 * ("train",), "test", *4 * ("train",))
_TURNS_BEFORE_THE_TEST = ("validation", *8 * ("train",))


def split_hours(datetimes: pd.Series, split: Split, seed: int) -> pd.Series:
    """The part each hour belongs to: ``train``, ``validation`` or ``test``, under the index of the hours.

    Raises
    ------
    TooFewRowsError
        When there are not enough hours, or days, for each part to mean something.
    """
    needed, unit = _MINIMUM[split]
    units = len(datetimes) if unit == "hours" else datetimes.dt.normalize().nunique()
    if units < needed:
        raise TooFewRowsError(
            f"The data has {units} {unit}, but the split '{split}' needs at least {needed} for its three parts; bring "
            "more data, or choose another split."
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
    """The same where the hours from ``first`` on are for testing; of the days before, a ninth is for validation."""
    before = datetimes[datetimes < first]
    parts = _parts_of_days(before, _TURNS_BEFORE_THE_TEST, np.random.default_rng(seed))
    return parts.reindex(datetimes.index, fill_value="test")


def _parts_of_days(datetimes: pd.Series, turns: tuple[str, ...], generator: np.random.Generator) -> pd.Series:
    """Whole days in turn, counted off through months and kinds of day whose days are shuffled."""
    days = datetimes.dt.normalize()
    different = pd.Series(days.unique())
    shuffled = different.iloc[generator.permutation(len(different))]
    by_kind = sorted(shuffled, key=lambda day: (day.year, day.month, is_day_off(day.date())))
    turn = (np.arange(len(by_kind)) + generator.integers(len(turns))) % len(turns)
    part_of = {day: turns[number] for day, number in zip(by_kind, turn, strict=True)}
    return pd.Series([part_of[day] for day in days], index=datetimes.index, name="part")
