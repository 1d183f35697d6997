"""The schema of a model's training data, which is stored with the model and checked against all features.

``schema.json``, format version 2::

    format_version  2
    dataset     {name, title, file (the data set file, relative to the code's folder), sha256, rows,
                kind: "real-data" | "generated-sample", first, last (times, if there is a time column)}
    options     choices of the data set's own options
    split, seed how the sets were drawn
    rows        {train, validation, test, batch}, including rows that rules leave out
    features    in the order of the columns: {name, type, group, minimum, maximum, meaning, levels, derived, of_time};
                the range is the training set's, null if all values are missing; levels are a category's cells by code
                (-1: another one); derived: whether the data set's own code makes it of other features; of_time: whether
                it follows from the time of the row alone (both no, if not there)
    left_out    features that are excluded, with the reason
    tasks       by name: {kind, target, label, unit, metric, gate_metric, gate, minimum, maximum, classes (by code),
                positive, threshold, threshold_quantile, column (of predictions, if the data set file names it)}
    rules       [{feature, value, predict, tasks, left_out_of, keys_column, keys_value, meaning}]: where the feature has
                the value, the prediction is ``predict``; left_out_of: the sets without such rows, by task; in the keys,
                their ``keys_column`` is ``keys_value``
    keys        columns of keys/*.csv: {columns (identity), row_number (the one of them that only numbers the rows of a
                data set without keys), time, unit (rows with the same value depend on each other), unit_word, baseline
                (groups whose mean is a baseline, most important first), one_hot (for the linear baseline)}
    slices      [{by, column (of the keys), values, title}]
    history     {hours, of, features}: preceding hours that features need; null if there is none
    words       words of the pages
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from processing_scripts.dataset_file.model import DatasetFile, Task
from processing_scripts.datasets import Choices, Schema
from processing_scripts.errors import FeatureError

FORMAT_VERSION = 2
CODE_FOLDER = Path(__file__).parents[1]
"""The folder that contains this package, and the data set's files."""
GATE_METRICS = {"binary": "auc", "multiclass": "log_loss"}
WORDS = {"row": {"en": "row", "ko": "행"}, "rows": {"en": "rows", "ko": "행"}}


@dataclass(frozen=True)
class Found:
    """What preprocessing found in the data."""

    dataset: Mapping[str, Any]
    """sha256, rows, kind, and perhaps first and last."""
    split: str
    rows: Mapping[str, int]
    features: Sequence[Mapping[str, Any]]
    left_out: Mapping[str, str]
    tasks: Mapping[str, Mapping[str, Any]]
    """By task: what differs from the data set file, such as the threshold."""
    keys: Mapping[str, Any]
    slices: Sequence[Mapping[str, Any]]
    rule_keys: Sequence[tuple[str, str]]
    """Column and value of the keys of rows to which a rule applies, by rule."""
    history: Mapping[str, Any] | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def describe(file: DatasetFile, choices: Choices, found: Found) -> Schema:
    """Return the schema of preprocessed data."""
    path = file.path.resolve()
    inside = path.is_relative_to(CODE_FOLDER)
    return {
        "format_version": FORMAT_VERSION,
        "dataset": {
            "name": file.name,
            "title": dict(file.title),
            "file": path.relative_to(CODE_FOLDER).as_posix() if inside else str(path),
            **found.dataset,
        },
        "options": dict(found.options),
        "split": found.split,
        "seed": choices.seed,
        "rows": dict(found.rows),
        "features": [dict(feature) for feature in found.features],
        "left_out": dict(found.left_out),
        "tasks": {task.name: {**_task(task), **found.tasks.get(task.name, {})} for task in file.tasks},
        "rules": [
            {
                "feature": rule.feature,
                "value": rule.value,
                "predict": rule.predict,
                "tasks": list(rule.tasks),
                "left_out_of": {task: list(parts) for task, parts in rule.left_out_of.items()},
                "keys_column": column,
                "keys_value": value,
                "meaning": dict(rule.meaning),
            }
            for rule, (column, value) in zip(file.rules, found.rule_keys, strict=True)
        ],
        "keys": dict(found.keys),
        "slices": [dict(each) for each in found.slices],
        "history": None if found.history is None else dict(found.history),
        "words": {**WORDS, **file.words, **found.words},
    }


def _task(task: Task) -> dict[str, Any]:
    return {
        "kind": task.kind,
        "target": task.target,
        "label": dict(task.label) or None,
        "unit": task.unit,
        "metric": task.metric,
        "gate_metric": GATE_METRICS.get(task.kind, task.metric),
        "gate": task.gate,
        "minimum": task.minimum,
        "maximum": task.maximum,
        "classes": list(task.classes),
        "positive": task.classes[1] if task.kind == "binary" else None,
        "column": task.column,
        "threshold": task.above,
        "threshold_quantile": None,
    }


def load_schema(path: Path) -> Schema:
    """Read ``schema.json``.

    Raises `FeatureError` if the file is missing, is not JSON, or has an unsupported format version.
    """
    try:
        schema: Schema = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FeatureError(f"{path} is missing; it is an output of preprocessing, stored with the model.") from error
    except ValueError as error:
        raise FeatureError(f"{path} is not JSON ({error}); run preprocessing again.") from error
    version = schema.get("format_version") if isinstance(schema, dict) else None
    if version != FORMAT_VERSION:
        raise FeatureError(
            f"{path} has format version {version!r} where {FORMAT_VERSION} is supported; run preprocessing again with "
            "this code."
        )
    return schema


def dataset_path(schema: Schema) -> Path:
    """Return the path of the data set file of a model's code."""
    return CODE_FOLDER / str(schema["dataset"]["file"])


def feature_names(schema: Schema) -> list[str]:
    """Return the names of the features in the order of the columns."""
    return [feature["name"] for feature in schema["features"]]


def check_features(features: pd.DataFrame, schema: Schema) -> None:
    """Refuse features that differ from those the model was trained with.

    Raises `FeatureError` if the number of features, a name or the order differs. Models do not always check it: XGBoost
    accepts a missing column silently.
    """
    expected = feature_names(schema)
    width = features.shape[1]
    if width != len(expected):
        names = ", ".join(expected)
        raise FeatureError(
            f"There are {width} features where the model was trained with {len(expected)}; provide {names}."
        )
    for position, (name, wanted) in enumerate(zip(features.columns, expected, strict=True), 1):
        if name != wanted:
            raise FeatureError(
                f"Feature {position} is '{name}' where the model was trained with '{wanted}'; reorder the columns."
            )
