"""The outputs of preprocessing that the evaluation reads: data sets, keys, and schema."""

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
"""By set, for its rows: rentals per hour, or probabilities of high demand."""

_KEY_COLUMNS = ("datetime", "season")
_CLOSED_KEY, _CLOSED = "functioning_day", "No"


@dataclass(frozen=True)
class Part:
    """The rows of the training, validation or test set."""

    features: Numbers
    """Of shape (rows, features); NaN where missing."""
    labels: Numbers
    """Of shape (rows,): rentals per hour, or 1 for high demand and 0 for low."""
    keys: pd.DataFrame
    """Identity of each row: ``datetime``, the start of its hour, and the raw columns."""

    @property
    def days(self) -> npt.NDArray[np.intp]:
        """The day of each row as consecutive numbers from 0, in chronological order."""
        return np.unique(self.keys["datetime"].dt.normalize(), return_inverse=True)[1]


@dataclass(frozen=True)
class Schema:
    """``schema.json``, whose format ``processing_scripts.schema`` documents, and the hash of its bytes."""

    content: dict[str, Any]
    sha256: str
    path: Path

    @property
    def feature_names(self) -> list[str]:
        """Feature names in the order of the columns."""
        return [feature["name"] for feature in self.content["features"]]

    @property
    def closed(self) -> dict[str, Any]:
        """The rule for closed hours; empty if there is none."""
        return self.content.get("closed") or {}

    def feature(self, name: str, part: Part) -> Numbers | None:
        """Return the values of a feature, or None if the schema does not contain it."""
        return part.features[:, self.feature_names.index(name)] if name in self.feature_names else None


def read_schema(path: Path) -> Schema:
    """Read ``schema.json``.

    Raises `InputError` if the file is missing or is not a schema.
    """
    try:
        data = path.read_bytes()
        content = json.loads(data)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}); it is an output of preprocessing.") from error
    if not isinstance(content, dict) or not {"features", "dataset", "rows"} <= content.keys():
        raise InputError(f"{path} has no features, dataset and rows; it must be the schema.json from preprocessing.")
    return Schema(content, hashlib.sha256(data).hexdigest(), path)


def read_parts(source: Path, task: Task, schema: Schema) -> dict[PartName, Part]:
    """Read ``data/<part>/data.csv`` and ``keys/<part>.csv`` of every set.

    Raises `InputError` if a file is missing or not numeric, does not have the schema's number of features or its keys'
    number of rows, or contains labels of another task.
    """
    return {part: _read_part(source, part, task, schema) for part in get_args(PartName)}


def _read_part(source: Path, part: PartName, task: Task, schema: Schema) -> Part:
    values = _read_values(source / "data" / part / "data.csv", task, schema)
    keys = _read_keys(source / "keys" / f"{part}.csv")
    if part in schema.closed.get("left_out_of", {}).get(task, ()):
        keys = keys[keys[_CLOSED_KEY] != _CLOSED].reset_index(drop=True)
    if len(keys) != len(values):
        raise InputError(
            f"{source / 'keys' / part}.csv has {len(keys)} rows where the data has {len(values)}; both must come from "
            "the same preprocessing."
        )
    return Part(features=values[:, 1:], labels=values[:, 0], keys=keys)


def _read_values(path: Path, task: Task, schema: Schema) -> Numbers:
    """Read a file in the format of the built-in algorithms: no header, label first."""
    try:
        values = pd.read_csv(path, header=None, dtype="float64").to_numpy()
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as numbers without a header ({error}).") from error
    width, expected = values.shape[1] - 1, len(schema.feature_names)
    if width != expected:
        raise InputError(
            f"{path} has {width} features where {schema.path} has {expected}; both must be from one preprocessing."
        )
    labels = values[:, 0]
    invalid = labels[~np.isin(labels, (0, 1))] if task == "classification" else labels[:0]
    if len(invalid):
        raise InputError(
            f"{path} has the label {invalid[0]:g} where classes are 0 or 1; use the classification's data."
        )
    return values


def _read_keys(path: Path) -> pd.DataFrame:
    try:
        keys = pd.read_csv(path, parse_dates=["datetime"], date_format="ISO8601")
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as keys with a 'datetime' column ({error}).") from error
    missing = [column for column in _KEY_COLUMNS if column not in keys]
    if missing or not pd.api.types.is_datetime64_dtype(keys["datetime"]):
        what = ", ".join(missing) or "timestamps in datetime"
        raise InputError(f"{path} has no {what}; it must be a keys file from preprocessing.")
    return keys
