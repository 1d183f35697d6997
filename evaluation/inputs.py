"""What preprocessing left for the evaluation: the parts, what their rows are, and the schema."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.errors import InputError

Task = Literal["regression", "classification"]
PartName = Literal["train", "validation", "test"]
Numbers = npt.NDArray[np.float64]
Predictions = Mapping[PartName, Numbers]
"""For the rows of parts: rentals per hour, or probabilities of high demand."""

_KEY_COLUMNS = ("datetime", "season")
_CLOSED_KEY, _CLOSED = "functioning_day", "No"


@dataclass(frozen=True)
class Part:
    """The rows that something is measured on.

    Attributes
    ----------
    features
        Of shape (rows, features); NaN where missing.
    labels
        Of shape (rows,): rentals per hour, or 1 for high demand and 0 for low.
    keys
        What each row is: ``datetime``, the start of its hour, and the raw columns as text or numbers.
    """

    features: Numbers
    labels: Numbers
    keys: pd.DataFrame

    @property
    def days(self) -> npt.NDArray[np.intp]:
        """The day of each row, counted from 0 in order of time; every number up to the highest occurs."""
        return np.unique(self.keys["datetime"].dt.normalize(), return_inverse=True)[1]


@dataclass(frozen=True)
class Schema:
    """What the evaluation needs of ``schema.json``, which ``processing_scripts.schema`` describes.

    Attributes
    ----------
    content
        The whole of it.
    sha256
        Of the file's bytes.
    path
        Where it lies.
    """

    content: dict[str, Any]
    sha256: str
    path: Path

    @property
    def feature_names(self) -> list[str]:
        """In the order of the columns."""
        return [feature["name"] for feature in self.content["features"]]

    @property
    def closed(self) -> dict[str, Any]:
        """How hours are predicted in which the service is closed; empty where the schema has no such rule."""
        return self.content.get("closed") or {}

    def feature(self, name: str, part: Part) -> Numbers | None:
        """A feature's values in a part, or nothing where there is no such feature."""
        return part.features[:, self.feature_names.index(name)] if name in self.feature_names else None


def read_schema(path: Path) -> Schema:
    """Read the schema of the features.

    Raises
    ------
    InputError
        When it is missing, or no schema.
    """
    try:
        data = path.read_bytes()
        content = json.loads(data)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}); it is an output of preprocessing.") from error
    if not isinstance(content, dict) or not {"features", "dataset", "rows"} <= content.keys():
        raise InputError(
            f"{path} has no features, dataset and rows; it must be the schema.json that preprocessing wrote."
        )
    return Schema(content, hashlib.sha256(data).hexdigest(), path)


def read_parts(source: Path, task: Task, schema: Schema) -> dict[PartName, Part]:
    """Read ``data/<part>/data.csv`` and ``keys/<part>.csv`` of every part.

    Raises
    ------
    InputError
        When a file is missing, is not all numbers, has another number of features than the schema or of rows than its
        keys, or labels that are not the task's.
    """
    return {part: _read_part(source, part, task, schema) for part in get_args(PartName)}


def _read_part(source: Path, part: PartName, task: Task, schema: Schema) -> Part:
    values = _read_values(source / "data" / part / "data.csv", task, schema)
    keys = _read_keys(source / "keys" / f"{part}.csv")
    if part in schema.closed.get("left_out_of", {}).get(task, ()):
        keys = keys[keys[_CLOSED_KEY] != _CLOSED].reset_index(drop=True)
    if len(keys) != len(values):
        raise InputError(
            f"{source / 'keys' / part}.csv has {len(keys)} rows where the part has {len(values)}; both must be of one "
            "preprocessing."
        )
    return Part(features=values[:, 1:], labels=values[:, 0], keys=keys)


def _read_values(path: Path, task: Task, schema: Schema) -> Numbers:
    """A part in the layout of the built-ins: no header, the label first."""
    try:
        values = pd.read_csv(path, header=None, dtype="float64").to_numpy()
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as numbers without a header ({error}).") from error
    width, expected = values.shape[1] - 1, len(schema.feature_names)
    if width != expected:
        raise InputError(
            f"{path} has {width} features where {schema.path} has {expected}; both must be of one preprocessing."
        )
    labels = values[:, 0]
    strange = labels[~np.isin(labels, (0, 1))] if task == "classification" else labels[:0]
    if len(strange):
        raise InputError(
            f"{path} has the label {strange[0]:g} where classes are 0 or 1; take the classification's data."
        )
    return values


def _read_keys(path: Path) -> pd.DataFrame:
    try:
        keys = pd.read_csv(path, parse_dates=["datetime"], date_format="ISO8601")
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as keys with a 'datetime' column ({error}).") from error
    missing = [column for column in _KEY_COLUMNS if column not in keys]
    if missing or not pd.api.types.is_datetime64_dtype(keys["datetime"]):
        what = ", ".join(missing) or "hours in datetime"
        raise InputError(f"{path} has no {what}; it must be the keys that preprocessing wrote.")
    return keys
