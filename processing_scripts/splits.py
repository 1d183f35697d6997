"""How the hours are parted into training, validation and test: 80, 10 and 10 of a hundred.

============  ======================================================================================================
``hours``     Hours at random. A test hour's neighbours are in training, so this measures interpolation.
``days``      Whole days at random, every month in equal shares: how well a day is known that nobody observed.
``time``      In order of time, the last hours for testing: how well the future is known.
============  ======================================================================================================
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from processing_scripts.errors import TooFewRowsError

Split = Literal["hours", "days", "time"]
SPLITS: tuple[Split, ...] = get_args(Split)
PARTS = ("train", "validation", "test")

_MINIMUM = {"hours": (100, "hours"), "days": (20, "days"), "time": (100, "hours")}
_VALIDATION_SLOT, _TEST_SLOT, _SLOTS = 0, 5, 10


def split_hours(datetimes: pd.Series, split: Split, seed: int) -> pd.Series:
    """The part each hour belongs to: ``train``, ``validation`` or ``test``, under the index of the hours.

    Raises
    ------
    TooFewRowsError
        When there are not enough hours, or days, for each part to mean something.
    """
    days = datetimes.dt.normalize()
    units = days.nunique() if split == "days" else len(datetimes)
    needed, unit = _MINIMUM[split]
    if units < needed:
        raise TooFewRowsError(
            f"The data has {units} {unit}, but the split '{split}' needs at least {needed} for its three parts; bring "
            "more data, or choose another split."
        )
    generator = np.random.default_rng(seed)
    if split == "days":
        parts = _parts_of_days(days, generator)
        return pd.Series([parts[day] for day in days], index=datetimes.index, name="part")
    order = (
        generator.permutation(len(datetimes)) if split == "hours" else np.argsort(datetimes.to_numpy(), kind="stable")
    )
    return _parts_in_order(datetimes.index, order)


def _parts_in_order(index: pd.Index, order: np.ndarray) -> pd.Series:
    """The last tenth of an order for testing, the tenth before it for validation."""
    tenth = round(len(order) / 10)
    parts = np.full(len(order), "train", dtype=object)
    parts[order[-tenth:]] = "test"
    parts[order[-2 * tenth : -tenth]] = "validation"
    return pd.Series(parts, index=index, name="part")


def _parts_of_days(days: pd.Series, generator: np.random.Generator) -> dict[pd.Timestamp, str]:
    """Every tenth day to each of validation and test, counted through months whose days are shuffled."""
    different = pd.Series(days.unique())
    shuffled = different.iloc[generator.permutation(len(different))]
    by_month = shuffled.sort_values(key=lambda day: day.dt.year * 12 + day.dt.month, kind="stable")
    slots = (np.arange(len(by_month)) + generator.integers(_SLOTS)) % _SLOTS
    names = np.select([slots == _VALIDATION_SLOT, slots == _TEST_SLOT], ["validation", "test"], "train")
    return dict(zip(by_month, names, strict=True))
