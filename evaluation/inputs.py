"""What preprocessing left for the evaluation: parts, keys and schema."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.errors import InputError

Task = Literal["regression", "classification"]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """The rows that something is measured on.

    Attributes
    ----------
    features
        Of shape (rows, features); NaN where missing.
    labels
        Of shape (rows,): rentals per hour, or 1 for high demand and 0 for low.
    """

    features: Numbers
    labels: Numbers


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


def read_part(path: Path, task: Task, schema: Schema) -> Part:
    """Read a part in the layout of the built-ins: no header, the label first.

    Raises
    ------
    InputError
        When the file is missing, is not all numbers, has another number of features than the schema, or labels that are
        not the task's.
    """
    try:
        table = pd.read_csv(path, header=None, dtype="float64")
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as numbers without a header ({error}).") from error
    width, expected = table.shape[1] - 1, len(schema.feature_names)
    if width != expected:
        raise InputError(
            f"{path} has {width} features where {schema.path} has {expected}; both must be of one preprocessing."
        )
    values = table.to_numpy()
    labels = values[:, 0]
    strange = labels[~np.isin(labels, (0, 1))] if task == "classification" else labels[:0]
    if len(strange):
        raise InputError(
            f"{path} has the label {strange[0]:g} where classes are 0 or 1; take the classification's data."
        )
    return Part(features=values[:, 1:], labels=labels)


def read_hours(path: Path, rows: int) -> pd.Series[str]:
    """The hours of a part's rows from its key file.

    Raises
    ------
    InputError
        When the file is missing or has another number of rows than the part.
    """
    try:
        hours = pd.read_csv(path, usecols=["datetime"], dtype=str)["datetime"]
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as keys with a 'datetime' column ({error}).") from error
    if len(hours) != rows:
        raise InputError(f"{path} has {len(hours)} rows where the part has {rows}; both must be of one preprocessing.")
    return hours
