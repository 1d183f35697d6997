"""Splits of a table: which rows belong to the training, validation and test set.

===========  =========================================================================================================
``rows``     By a hash of the row's keys, or of the whole row: the same on any machine, in any order of the rows.
``classes``  The same within each class, so that every set has its share of each class.
``groups``   By a hash of the group: its rows are in one set.
``time``     The last share of the rows is the test set, the share before it the validation set.
``code``     By the function `split` of the data set's own code.
===========  =========================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pandas as pd

from processing_scripts.dataset_file.model import Split
from processing_scripts.datasets import PARTS
from processing_scripts.tables.spool import Values

Hashes = npt.NDArray[np.uint64]

_MOST_RANKED = 200_000
"""Hashes of a class, or groups, up to which shares are exact; of more, the shares of hashes are close enough."""


def hash_rows(columns: Iterable[Values], seed: int) -> Hashes:
    """Return a hash of each row over its columns; equal rows have equal hashes on any machine."""
    hashes: Hashes | None = None
    for values in columns:
        if hashes is None:
            hashes = np.full(len(values), np.uint64(seed % 2**64), dtype=np.uint64)
        hashes = _mixed(hashes ^ _bits(values))
    assert hashes is not None
    return hashes


def _bits(values: Values) -> Hashes:
    if values.dtype == object:
        position, different = pd.factorize(values)
        of_text = [int.from_bytes(blake2b(str(text).encode(), digest_size=8).digest(), "little") for text in different]
        return np.array([*of_text, 0], dtype=np.uint64)[position]
    if values.dtype.kind == "M":
        return np.asarray(values.view(np.uint64))
    numbers = values.astype("float64") + 0.0  # -0.0 is 0.0
    return np.where(np.isnan(numbers), np.uint64(1), numbers.view(np.uint64))


def _mixed(values: Hashes) -> Hashes:
    """Return well-distributed bits (the finalizer of SplitMix64)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)))


@dataclass
class Drawing:
    """Decides the set of each row; all rows are collected before the first is asked for.

    A row has a value by which it is drawn: a hash, a time, or the number of its set (``code``); and a class.
    """

    split: Split
    _collected: dict[int, list[Values]] = field(default_factory=dict)
    _sizes: dict[int, int] = field(default_factory=dict)
    _cuts: dict[int, Values] = field(default_factory=dict)

    def collect(self, values: Values, classes: Values) -> None:
        """Collect what the borders between the sets depend on."""
        if self.split.by in {"rows", "code"}:
            return
        if self.split.by == "time":
            self._collected.setdefault(0, []).append(values)
            return
        strata = classes if self.split.by == "classes" else np.zeros(len(values))
        for stratum in np.unique(strata):
            key = int(stratum)
            if self._sizes.get(key, 0) <= _MOST_RANKED:
                self._collected.setdefault(key, []).append(np.unique(values[strata == stratum]))
                if len(self._collected[key]) > 50:
                    self._collected[key] = [np.unique(np.concatenate(self._collected[key]))]
                self._sizes[key] = sum(map(len, self._collected[key]))

    def finish(self) -> None:
        """Find the borders."""
        shares = np.cumsum(self.split.shares)[:2]
        for stratum, collected in self._collected.items():
            values = np.concatenate(collected)
            values = np.sort(values) if self.split.by == "time" else np.unique(values)
            if self.split.by == "time" or len(values) <= _MOST_RANKED:
                at = np.minimum((len(values) * shares).round().astype(int), len(values) - 1)
                if self.split.by == "classes" and len(values) == 1:  # models must know the class
                    values = values + np.uint64(1)
                self._cuts[stratum] = values[at]
        self._collected.clear()

    def parts(self, values: Values, classes: Values) -> npt.NDArray[np.int8]:
        """Return the number of each row's set in `PARTS`."""
        if self.split.by == "code":
            return values.astype(np.int8)
        plain = (np.cumsum(self.split.shares)[:2] * 2**64).astype(np.uint64)
        if self.split.by != "classes":
            return _between(values, self._cuts.get(0, plain))
        parts = np.empty(len(values), dtype=np.int8)
        for stratum in np.unique(classes):
            rows = classes == stratum
            parts[rows] = _between(values[rows], self._cuts.get(int(stratum), plain))
        return parts


def _between(values: Values, cuts: Values) -> npt.NDArray[np.int8]:
    return np.searchsorted(cuts, values, side="right").astype(np.int8)


PART_NUMBERS = {part: number for number, part in enumerate(PARTS)}
