"""``schema.json`` of preprocessing, format version 2: features, tasks, rules, and how rows are grouped and sliced.

`processing_scripts` documents the format.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from evaluation.errors import InputError

FORMAT_VERSION = 2
_REAL = "real-data"

Kind = Literal["regression", "binary", "multiclass"]
Words = Mapping[str, str]
"""A text by language: ``en``, and perhaps ``ko``."""


@dataclass(frozen=True)
class Task:
    """What is predicted."""

    name: str
    kind: Kind
    metric: str
    """What ranks the candidates: ``rmse``, ``mae``, ``auc`` or ``log_loss``."""
    target: str = ""
    """The column."""
    label: Words | None = None
    """What is predicted, in words: "rentals per hour"."""
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    """Limits of a prediction."""
    classes: tuple[str, ...] = ()
    """Names in the order of their codes; of a binary task, the second is the positive one."""
    threshold: float | None = None
    """Value of the target above which a row is positive, if the target is a number."""

    @property
    def positive(self) -> str:
        """The name of a binary task's positive class."""
        return self.classes[1]

    @property
    def labelled(self) -> Words:
        """What is predicted, in words: its label, or the target's name."""
        return self.label or {"en": f"{self.target} = {self.positive}" if self.kind == "binary" else self.target}


@dataclass(frozen=True)
class Rule:
    """A value that replaces predictions: where ``feature`` is ``value``, the prediction is ``predict``."""

    feature: str
    value: float
    predict: float
    """A number, a probability, or the code of a class."""
    tasks: tuple[str, ...]
    left_out_of: Mapping[str, list[str]]
    """Sets without such rows, by task; in their keys, ``keys_column`` is ``keys_value``."""
    keys_column: str
    keys_value: str


@dataclass(frozen=True)
class Keys:
    """The columns of ``keys/<set>.csv``."""

    columns: tuple[str, ...] = ()
    """Identity of a row."""
    row_number: str | None = None
    """The one of them that is only the number of the row in the raw files, if the data set has no keys."""
    time: str | None = None
    unit: str | None = None
    """Rows with the same value depend on each other, and are resampled together; None: each row alone."""
    unit_word: Words | None = None
    baseline: tuple[str, ...] = ()
    """Columns whose groups have a mean as baseline, most important first."""
    one_hot: tuple[str, ...] = ()
    """Columns that the linear baseline gets as indicators."""


@dataclass(frozen=True)
class Slicing:
    """A way to slice the test set: by the values of a column of the keys, in their order."""

    by: str
    column: str
    values: tuple[str, ...]
    title: Words


@dataclass(frozen=True)
class Schema:
    """The content of ``schema.json``, and the hash of its bytes."""

    content: dict[str, Any]
    sha256: str
    path: Path

    @property
    def feature_names(self) -> list[str]:
        """Feature names in the order of the columns."""
        return [feature["name"] for feature in self.content["features"]]

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules after prediction, in their order."""
        return [
            Rule(
                rule["feature"],
                rule["value"],
                rule["predict"],
                tuple(rule["tasks"]),
                rule.get("left_out_of", {}),
                rule.get("keys_column", ""),
                str(rule.get("keys_value", "")),
            )
            for rule in self.content.get("rules") or []
        ]

    @cached_property
    def keys(self) -> Keys:
        """The columns of the keys."""
        described = self.content.get("keys") or {}
        several: Any = {key: tuple(described.get(key) or ()) for key in ("columns", "baseline", "one_hot")}
        single: Any = {key: described.get(key) for key in ("row_number", "time", "unit", "unit_word")}
        return Keys(**several, **single)

    @cached_property
    def slices(self) -> list[Slicing]:
        """The ways to slice the test set."""
        return [
            Slicing(slice_["by"], slice_["column"], tuple(map(str, slice_["values"])), slice_.get("title") or {})
            for slice_ in self.content.get("slices") or []
        ]

    @property
    def is_generated(self) -> bool:
        """Whether the data set is a generated sample, not real data."""
        return bool(self.content["dataset"].get("kind", _REAL) != _REAL)

    @property
    def history(self) -> list[str]:
        """Names of the features that need rows before the predicted one."""
        return list((self.content.get("history") or {}).get("features", []))

    def task(self, name: str) -> Task:
        """Return a task.

        Raises `InputError` if the schema does not describe it.
        """
        tasks = self.content["tasks"]
        if name not in tasks:
            raise InputError(f"{self.path} has no task '{name}', but {', '.join(tasks)}; name one of them.")
        described = tasks[name]
        same = ("kind", "metric", "target", "label", "unit", "minimum", "maximum", "threshold")
        given = {key: described[key] for key in same if described.get(key) is not None}
        return Task(name, classes=tuple(map(str, described.get("classes") or ())), **given)


def read_schema(path: Path) -> Schema:
    """Read ``schema.json``.

    Raises `InputError` if the file is missing or is not a schema of this format.
    """
    try:
        data = path.read_bytes()
        content = json.loads(data)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}); it is an output of preprocessing.") from error
    if not isinstance(content, dict) or not {"features", "dataset", "rows"} <= content.keys():
        raise InputError(f"{path} has no features, dataset and rows; it must be the schema.json from preprocessing.")
    if content.get("format_version") != FORMAT_VERSION:
        raise InputError(
            f"{path} has format version {content.get('format_version')!r} where {FORMAT_VERSION} is supported; run "
            "preprocessing again with this code."
        )
    return Schema(content, hashlib.sha256(data).hexdigest(), path)
