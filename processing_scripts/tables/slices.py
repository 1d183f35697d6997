"""Slices of a table, by which the report shows errors: categories, and numbers in bands of the training rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from processing_scripts.tables.spool import Values

MISSING, OTHER = "missing", "other"
_MOST_VALUES = 12
_QUARTILES = (0.25, 0.5, 0.75)
_MOST_SLICINGS = 3
_LEAST_TELLING = 0.005
"""Smallest share of a target's variance that columns are chosen for."""

WORDS = {MISSING: {"en": MISSING, "ko": "없음"}, OTHER: {"en": OTHER, "ko": "기타"}}


@dataclass(frozen=True)
class Slicing:
    """A way to slice rows."""

    by: str
    """The column that it is made from."""
    values: tuple[str, ...]
    edges: tuple[float, ...] = ()
    """Borders of bands; none for values as they are."""

    @property
    def column(self) -> str:
        """The column of the keys."""
        return f"by {self.by}"

    def of(self, values: Values) -> Values:
        """Return the slice of each row."""
        if self.edges:
            bands = np.array(self.values, dtype=object)[np.searchsorted(self.edges, values, side="right")]
            return np.where(np.isnan(values), MISSING, bands)
        texts = pd.Series(as_texts(values))
        return texts.where(texts.isin(self.values) | (texts == MISSING), OTHER).to_numpy()

    def words(self) -> dict[str, dict[str, str]]:
        """Return the bands in all languages."""
        if not self.edges:
            return {}
        edges = [f"{edge:.4g}" for edge in self.edges]
        korean = [
            f"{edges[0]} 미만",
            *(f"{low} 이상 {high} 미만" for low, high in pairwise(edges)),
            f"{edges[-1]} 이상",
        ]
        return {name: {"en": name, "ko": text} for name, text in zip(self.values, korean, strict=False)}


def as_texts(values: Values) -> Values:
    """Return values as texts: whole numbers without decimals, months of times."""
    if values.dtype.kind == "M":
        return np.where(np.isnat(values), MISSING, pd.DatetimeIndex(values).strftime("%Y-%m"))
    if values.dtype == object:
        return pd.Series(values).fillna(MISSING).to_numpy()
    positions, different = pd.factorize(values)
    return np.array([*(f"{number:.15g}" for number in different), MISSING], dtype=object)[positions]


def slicing(name: str, training: Values) -> Slicing | None:
    """Return the slices of a column of training rows; None if all rows are in one."""
    known = training[~pd.isna(training)]
    different = pd.unique(known)
    if len(different) < 2:
        return None
    if training.dtype.kind == "f" and len(different) > _MOST_VALUES:
        edges = tuple(dict.fromkeys(float(edge) for edge in np.quantile(known, _QUARTILES) if edge > known.min()))
        if not edges:
            return None
        shown = [f"{edge:.4g}" for edge in edges]
        between = [f"{low} to {high}" for low, high in pairwise(shown)]
        return Slicing(name, (f"below {shown[0]}", *between, f"{shown[-1]} and above", MISSING), edges)
    counts = pd.Series(as_texts(known)).value_counts()
    values = [*counts.index[:_MOST_VALUES]]
    values.sort(key=float if training.dtype.kind == "f" else str)
    return Slicing(name, tuple(dict.fromkeys((*values, OTHER, MISSING))))


def most_telling(training: Mapping[str, Values], target: Values) -> list[Slicing]:
    """Return the slicings that explain most of a target's variance: a number, or several, of shape (rows, numbers)."""
    found = [(_telling(each.of(training[name]), target), each) for name, each in _slicings(training)]
    ranked = sorted(found, key=lambda item: -item[0])
    return [each for share, each in ranked[:_MOST_SLICINGS] if share > _LEAST_TELLING] or [
        each for _, each in ranked[:1]
    ]


def _slicings(training: Mapping[str, Values]) -> Iterable[tuple[str, Slicing]]:
    for name, values in training.items():
        each = slicing(name, values)
        if each is not None:
            yield name, each


def _telling(groups: Values, target: Values) -> float:
    """Return the adjusted share of the variance between groups."""
    columns = pd.DataFrame(target.reshape(len(groups), -1))
    total = float(((columns - columns.mean()) ** 2).to_numpy().sum())
    means = columns.groupby(groups)
    within = float(((columns - means.transform("mean")) ** 2).to_numpy().sum())
    rows, number = len(groups), means.ngroups
    if total == 0 or rows <= number:
        return 0.0
    return 1 - within / total * (rows - 1) / (rows - number)
