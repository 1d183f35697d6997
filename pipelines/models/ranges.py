"""Rows outside of what a model was trained on: the same remarks for an endpoint and a batch."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipelines.data.sample import GENERATED_SAMPLE, MEANS_NOTHING

_DERIVED = ("holidays", "comfort", "sun", "past rain", "past weather", "past demand")
"""Groups of features that a data set's own code derives from others; the user gives the others."""

_OUTSIDE = "Outside the range of the training set"

Columns = Mapping[str, Sequence[Any]]
"""Numbers by feature: text or numbers, empty or NaN where they are missing."""


def remarks_on(tables: Iterable[Columns], schema: Mapping[str, Any]) -> list[str]:
    """Describe values outside of the training set's range and missing values, one sentence per feature.

    Of several rows, the number of those with such a value comes first, and before it a model that was trained on the
    generated sample.
    """
    features = [
        feature
        for feature in schema["features"]
        if feature["group"] not in _DERIVED and feature["minimum"] is not None and not feature.get("levels")
    ]
    missing = {feature["name"]: 0 for feature in features}
    outside: dict[str, list[Any]] = {feature["name"]: [] for feature in features}
    rows = beyond = 0
    for table in tables:
        unlike: set[int] = set()
        for feature in features:
            name, least, most = feature["name"], feature["minimum"], feature["maximum"]
            for row, value in enumerate(
                table[name]
            ):  # without numpy, whose import would take a tenth of `endpoint invoke`
                number = math.nan if value in {"", None} else float(value)
                if math.isnan(number):
                    missing[name] += 1
                elif not least <= number <= most:
                    outside[name].append(value)
                    unlike.add(row)
        rows, beyond = rows + len(next(iter(table.values()), ())), beyond + len(unlike)
    counted = [f"{beyond:,} of {rows:,} rows are outside of the training ranges."] if beyond and rows > 1 else []
    return [*_of_sample(schema), *counted, *_sentences(features, missing, outside)]


def _of_sample(schema: Mapping[str, Any]) -> list[str]:
    return [f"The model was {MEANS_NOTHING}."] if schema["dataset"]["kind"] == GENERATED_SAMPLE else []


def _sentences(
    features: Iterable[Mapping[str, Any]], missing: Mapping[str, int], outside: Mapping[str, Sequence[Any]]
) -> Iterator[str]:
    for feature in features:
        name, values = feature["name"], outside[feature["name"]]
        if missing[name]:
            yield f"Missing values: {name} is empty in {missing[name]:,} rows."
        if values:
            others = f" and {len(values) - 1:,} more" if len(values) > 1 else ""
            known = f"{feature['minimum']:g} to {feature['maximum']:g}"
            yield f"{_OUTSIDE}: {name} is {values[0]}{others}, and the model knows {known} only."
