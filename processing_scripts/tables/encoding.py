"""Codes of categories, learned from the training rows.

The rarest category is 0, the most frequent one has the highest code. For XGBoost, which splits codes as numbers, this
order was as good as that by the mean of the target, and as one column per category, on public tables; it needs no
target, so that it cannot leak, and is the same for all tasks. LightGBM and CatBoost read codes as categories. A cell
that is missing, or is none of the learned categories, is `UNKNOWN` for all three: an integer next to the rare ones for
XGBoost, a missing value for LightGBM, one more category for CatBoost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from processing_scripts.dataset_file.model import Column
from processing_scripts.errors import FeatureError
from processing_scripts.tables.features import Feature
from processing_scripts.tables.spool import Values

UNKNOWN = -1
MOST_LEVELS = 1000
"""More categories than these are rare, and unknown."""


class LevelCounter:
    """Counts the categories of features chunk by chunk."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}

    def add(self, name: str, values: Values) -> None:
        """Count the cells of a feature, None where missing."""
        counts = pd.Series(values).value_counts()
        self._counts.setdefault(name, Counter()).update(dict(zip(counts.index, counts.tolist(), strict=True)))

    def levels(self, columns: Iterable[Column]) -> dict[str, list[str]]:
        """Return the categories in the order of their codes, by feature; those of the data set file if it has them."""
        given = {column.name: list(column.levels) for column in columns if column.levels}
        return {
            name: given.get(name)
            or [level for level, _ in sorted(counts.items(), key=lambda item: (item[1], item[0]))[-MOST_LEVELS:]]
            for name, counts in self._counts.items()
        }


def codes_of(values: Values, levels: Sequence[str]) -> Values:
    """Return the codes of cells; `UNKNOWN` for other ones than the levels."""
    found: Values = pd.Index([*levels]).get_indexer(pd.Index(values.tolist()))
    return found


def encode(
    made: Mapping[str, tuple[Feature, Values]], names: Sequence[str], levels: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return the matrix of features: float64 columns, and the codes of categories as integers.

    Raises `FeatureError` if a feature is missing, or is no category where the model was trained with one.
    """
    columns: dict[str, Any] = {}
    for name in names:
        if name not in made:
            raise FeatureError(f"Feature '{name}' is missing; the data set's code makes {', '.join(made)}.")
        feature, values = made[name]
        if (feature.type == "category") != (name in levels):
            raise FeatureError(f"Feature '{name}' is of the type {feature.type}, which differs from the training set.")
        columns[name] = codes_of(values, levels[name]) if name in levels else values
    frame = pd.DataFrame(columns)
    return frame.astype({name: np.int64 for name in names if name in levels})
