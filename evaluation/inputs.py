"""The rows that the evaluation reads from preprocessing: features, labels and keys of each set."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.errors import InputError
from evaluation.schema import Schema, Task

PartName = Literal["train", "validation", "test"]
Numbers = npt.NDArray[np.float64]
Predictions = Mapping[PartName, Numbers]
"""By set, for its rows: numbers or probabilities of the positive class, of shape (rows,); of several classes, their
probabilities, of shape (rows, classes)."""

MOST_TRAINING_ROWS = 200_000
"""Of a larger training set, evenly spaced rows are read, because only baselines need them."""
_MOST_UNITS = 2000
_CHUNK_ROWS = 100_000


@dataclass(frozen=True)
class Part:
    """The rows of the training, validation or test set."""

    features: Numbers
    """Of shape (rows, features); NaN where missing."""
    labels: Numbers
    """Of shape (rows,): the target, or the code of the class."""
    keys: pd.DataFrame
    """Identity of each row, and the columns that the schema derives from it, as texts."""
    unit: str | None = None
    """The column of the keys by which rows are resampled together."""

    @cached_property
    def units(self) -> npt.NDArray[np.intp]:
        """The unit of each row in resampling, as consecutive numbers from 0.

        More than 2,000 units are merged at random into 2,000, which are independent of each other, too. So a bootstrap
        of any number of rows has bounded costs, and the same expectation of its variance.
        """
        units, number = self._single_units
        if not self.merged:
            return units
        return np.asarray(np.random.default_rng(0).permutation(number)[units] % _MOST_UNITS)

    @property
    def merged(self) -> bool:
        """Whether units are merged."""
        return self._single_units[1] > _MOST_UNITS

    @cached_property
    def _single_units(self) -> tuple[npt.NDArray[np.intp], int]:
        if self.unit is None:
            return np.arange(len(self.labels)), len(self.labels)
        units, names = pd.factorize(self.keys[self.unit], sort=True)
        return units, len(names)


def read_parts(source: Path, task: Task, schema: Schema) -> dict[PartName, Part]:
    """Read ``data/<part>/data.csv`` and ``keys/<part>.csv`` of every set, or its files ``data-0000.csv`` and so on.

    Raises `InputError` if a file is missing or not numeric, does not have the schema's number of features or its keys'
    number of rows, or contains labels of another task.
    """
    return {part: _read_part(source, part, task, schema) for part in get_args(PartName)}


def _read_part(source: Path, part: PartName, task: Task, schema: Schema) -> Part:
    rows = schema.content["rows"].get(part) or 0
    every = max(1, ceil(rows / MOST_TRAINING_ROWS)) if part == "train" else 1
    files = files_of_set(source / "data" / part, "data")
    values = np.concatenate([_read_values(path, task, schema, every) for path in files])
    of_files = [_read_keys(path, part, task, schema, every) for path in files_of_set(source / "keys", part)]
    keys = pd.concat(of_files, ignore_index=True)
    keys = keys if len(keys.columns) else pd.DataFrame(index=range(len(values)))
    if len(keys) != len(values):
        raise InputError(
            f"{source / 'keys' / part}.csv has {len(keys)} rows where the data has {len(values)}; both must come from "
            "the same preprocessing."
        )
    return Part(features=values[:, 1:], labels=values[:, 0], keys=keys, unit=schema.keys.unit)


def files_of_set(folder: Path, name: str) -> list[Path]:
    """Return the files of a set, in the order in which its rows were dealt to them."""
    return sorted(folder.glob(f"{name}-*.csv")) or [folder / f"{name}.csv"]


def _read_values(path: Path, task: Task, schema: Schema, every: int) -> Numbers:
    """Read a file in the format of the built-in algorithms: no header, label first."""
    try:
        with pd.read_csv(path, header=None, dtype="float64", chunksize=_CHUNK_ROWS) as chunks:
            values = np.concatenate([chunk[chunk.index % every == 0].to_numpy() for chunk in chunks])
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as numbers without a header ({error}).") from error
    width, expected = values.shape[1] - 1, len(schema.feature_names)
    if width != expected:
        raise InputError(
            f"{path} has {width} features where {schema.path} has {expected}; both must be from one preprocessing."
        )
    labels = values[:, 0]
    invalid = labels[~np.isin(labels, range(len(task.classes)))] if task.classes else labels[:0]
    if len(invalid):
        raise InputError(
            f"{path} has the label {invalid[0]:g} where classes are 0 to {len(task.classes) - 1}; use the data of "
            f"{task.name}."
        )
    return np.asarray(values)


def _read_keys(path: Path, part: PartName, task: Task, schema: Schema, every: int) -> pd.DataFrame:
    """Read the columns that the evaluation uses, as texts, so that "01" stays what it is."""
    left_out = [rule for rule in schema.rules if part in rule.left_out_of.get(task.name, ())]
    named = schema.keys
    derived = {*named.baseline, *named.one_hot, *(rule.keys_column for rule in left_out)}
    identity: set[str | None] = {named.time, named.unit} - {None}
    if part != "train":
        derived |= {slice_.column for slice_ in schema.slices}
        identity |= {*named.columns}
    types: dict[Any, str] = {**dict.fromkeys(derived, "category"), **dict.fromkeys(identity, "str")}
    try:
        keys = pd.read_csv(path, dtype=types, usecols=list(types), na_filter=False)
        if named.time in keys:
            pd.to_datetime(keys[named.time], format="ISO8601")
    except (OSError, ValueError) as error:
        columns = ", ".join(map(str, types))
        raise InputError(f"{path} cannot be read as keys with the columns {columns} ({error}).") from error
    for rule in left_out:
        keys = keys[keys[rule.keys_column] != rule.keys_value]
    return keys[::every].reset_index(drop=True)
