"""The schema: what a model was trained on. It travels with the model and is checked wherever features enter.

``schema.json``, format version 1::

    format_version     1
    feature_set        "now", "history" or "lags": see processing_scripts.features.catalogue
    history_hours      hours before a row that its features look at: 0 or 168
    history_of         what must be known of those hours: nothing, weather, or weather and rentals
    features           in the order of the columns: {name, type, group, feature_set (the smallest that has it), minimum,
                       maximum, meaning}; the range is the training part's, null where every value was missing
    left_out           features that the split may not use, with the reason
    categories         codes of the words, by feature
    closed             how closed hours are predicted: where ``feature`` is ``value``, ``predict`` is the answer of both
                       tasks, whatever the model says; ``left_out_of`` are the parts that hold no closed hours, by task
    tasks              ["regression", "classification"]
    labels             by task, what the first column of its files holds
    threshold          rentals per hour above which demand is high; a quantile of the training part's rentals
    threshold_quantile which one
    split, seed        how the parts were drawn
    rows               per part: {train, validation, test, batch}, closed hours included
    dataset            {sha256, rows, kind: "real-data" | "generated-sample", first_hour, last_hour}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from processing_scripts.closed import CLOSED
from processing_scripts.errors import FeatureError
from processing_scripts.features.build import CATEGORIES
from processing_scripts.features.catalogue import HISTORY_HOURS, Feature, FeatureSet, features_for, left_out_of
from processing_scripts.reading.observations import Observations
from processing_scripts.splits import Split

FORMAT_VERSION = 1

Schema = dict[str, Any]

_LABELS = {
    "regression": "rentals per hour",
    "classification": "1 where rentals are above the threshold (high demand), else 0",
}
_HISTORY_OF: dict[FeatureSet, list[str]] = {"now": [], "history": ["weather"], "lags": ["weather", "rentals"]}


@dataclass(frozen=True)
class Drawn:
    """Which features were made, how the parts were drawn, and what counts as high demand in them."""

    feature_set: FeatureSet
    split: Split
    seed: int
    threshold: float
    threshold_quantile: float

    @property
    def columns(self) -> tuple[Split, FeatureSet]:
        """What decides which features there are."""
        return self.split, self.feature_set


def describe(observed: Observations, features: Mapping[str, pd.DataFrame], drawn: Drawn) -> Schema:
    """The schema of preprocessed data.

    Parameters
    ----------
    observed
        The data set.
    features
        By part; ``train`` gives the ranges.
    drawn
        How the parts were drawn.
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
        "closed": CLOSED,
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

    Raises
    ------
    FeatureError
        When it is missing, no JSON, or of a format that this version does not know.
    """
    try:
        schema: Schema = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FeatureError(f"{path} is missing; it is an output of preprocessing and belongs to the model.") from error
    except ValueError as error:
        raise FeatureError(f"{path} is not JSON ({error}); run preprocessing again.") from error
    version = schema.get("format_version") if isinstance(schema, dict) else None
    if version != FORMAT_VERSION:
        raise FeatureError(
            f"{path} has format version {version!r} where {FORMAT_VERSION} is known; run preprocessing again with this "
            "code."
        )
    return schema


def feature_names(schema: Schema) -> list[str]:
    """The names of the features, in the order of the columns."""
    return [feature["name"] for feature in schema["features"]]


def check_features(features: pd.DataFrame | int, schema: Schema) -> None:
    """Refuse features that are not those the model was trained with.

    Parameters
    ----------
    features
        A table with named columns, or only its width where there are no names.
    schema
        What `load_schema` read.

    Raises
    ------
    FeatureError
        When the number of features, a name or the order differs. Models do not always notice: XGBoost takes a column
        too few without a word.
    """
    expected = feature_names(schema)
    width = features if isinstance(features, int) else features.shape[1]
    if width != len(expected):
        names = ", ".join(expected)
        raise FeatureError(f"There are {width} features where the model was trained with {len(expected)}: {names}.")
    if isinstance(features, int):
        return
    for position, (name, wanted) in enumerate(zip(features.columns, expected, strict=True), 1):
        if name != wanted:
            raise FeatureError(
                f"Feature {position} is '{name}' where the model was trained with '{wanted}'; put them in order."
            )
