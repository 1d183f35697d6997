"""The schema of a model's training data, which is stored with the model and checked against all features.

``schema.json``, format version 1::

    format_version     1
    feature_set        "now", "history" or "lags": see processing_scripts.seoul_bike.features.catalogue
    history_hours      preceding hours that the features use: 0 or 168
    history_of         required columns of those hours: none, weather, or weather and rentals
    features           in the order of the columns: {name, type, group, feature_set (the smallest that has it), minimum,
                       maximum, meaning}; the range is the training set's, null if all values are missing
    left_out           features that are excluded for the split, with the reason
    categories         integer codes of categories, by feature
    closed             rule for closed hours: where ``feature`` is ``value``, the prediction of both tasks is
                       ``predict``; ``left_out_of``: the sets without closed hours, by task
    tasks              ["regression", "classification"]
    labels             meaning of the first column, by task
    threshold          rentals per hour above which demand is high; a quantile of the training set's rentals
    threshold_quantile the quantile
    split, seed        how the sets were drawn
    rows               {train, validation, test, batch}, including closed hours
    dataset            {sha256, rows, kind: "real-data" | "generated-sample", first_hour, last_hour}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from processing_scripts.errors import FeatureError
from processing_scripts.seoul_bike.features.build import CATEGORIES, make_features
from processing_scripts.seoul_bike.features.catalogue import (
    HISTORY_HOURS,
    Feature,
    FeatureSet,
    features_for,
    left_out_of,
)
from processing_scripts.seoul_bike.features.history import WithHistory
from processing_scripts.seoul_bike.reading.observations import Observations
from processing_scripts.seoul_bike.splits import Split

FORMAT_VERSION = 1

Schema = dict[str, Any]

_LABELS = {
    "regression": "rentals per hour",
    "classification": "1 where rentals are above the threshold (high demand), else 0",
}
# Nothing is rented while the service is closed, so closed hours contain no information about demand. Trained on them, a
# regression spends trees on recognizing them, and mistakes a closed day at the end of the training set for falling
# demand: in the split by time, that adds half as much error again. So it trains and is selected on open hours, and
# predictions of closed hours are replaced by 0. A classification trains on all hours; closed ones are of low demand.
_CLOSED: dict[str, Any] = {
    "feature": "functioning_day",
    "value": 0,
    "predict": 0,
    "left_out_of": {"regression": ["train", "validation"], "classification": []},
    "meaning": "Where the feature has this value, the service is closed, and the prediction is 0 by rule: no rentals, "
    "and no probability of high demand",
}
_HISTORY_OF: dict[FeatureSet, list[str]] = {"now": [], "history": ["weather"], "lags": ["weather", "rentals"]}


@dataclass(frozen=True)
class Drawn:
    """The feature set, the split, and the threshold of high demand."""

    feature_set: FeatureSet
    split: Split
    seed: int
    threshold: float
    threshold_quantile: float

    @property
    def columns(self) -> tuple[Split, FeatureSet]:
        """The arguments of `features_for`."""
        return self.split, self.feature_set


def describe(observed: Observations, features: Mapping[str, pd.DataFrame], drawn: Drawn) -> Schema:
    """Return the schema of preprocessed data.

    Features are by set; those of ``train`` define the ranges.
    """
    hours = observed.frame["datetime"]
    return {
        "format_version": FORMAT_VERSION,
        **asdict(drawn),
        "history_hours": HISTORY_HOURS[drawn.feature_set],
        "history_of": _HISTORY_OF[drawn.feature_set],
        "features": [_feature(feature, features["train"][feature.name]) for feature in features_for(*drawn.columns)],
        "left_out": {feature.name: feature.left_out[drawn.split] for feature in left_out_of(*drawn.columns)},
        "categories": CATEGORIES,
        "closed": _CLOSED,
        "tasks": list(_LABELS),
        "labels": _LABELS,
        "rows": {part: len(table) for part, table in features.items()},
        "dataset": {
            "sha256": observed.sha256,
            "rows": len(observed.frame),
            "kind": "generated-sample" if observed.generated else "real-data",
            "first_hour": hours.min().isoformat(),
            "last_hour": hours.max().isoformat(),
        },
    }


def _feature(feature: Feature, training: pd.Series[Any]) -> dict[str, Any]:
    known = training.dropna()
    lowest, highest = (float(known.min()), float(known.max())) if len(known) else (None, None)
    return {
        "name": feature.name,
        "type": feature.type,
        "group": feature.group,
        "feature_set": feature.feature_set,
        "minimum": lowest,
        "maximum": highest,
        "meaning": feature.meaning,
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


def feature_names(schema: Schema) -> list[str]:
    """Return the names of the features in the order of the columns."""
    return [feature["name"] for feature in schema["features"]]


def features_of_model(hours: WithHistory, schema: Schema) -> pd.DataFrame:
    """Calculate the features of a model, with the index of the hours.

    Raises `FeatureError` if the schema contains unknown features.
    """
    made = make_features(hours.observations, schema["feature_set"], hours.known)
    features = made[[name for name in feature_names(schema) if name in made]]
    check_features(features, schema)
    return features


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
