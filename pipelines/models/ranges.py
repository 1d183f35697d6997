"""Rows outside of what a model was trained on: the same remarks for an endpoint and a batch."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipelines.data.sample import GENERATED_SAMPLE, MEANS_NOTHING
from pipelines.settings.sentences import Sentence

_OUTSIDE = "Outside the range of the training set: {name} is {value}{others}, and the model knows {low} to {high} only."

Columns = Mapping[str, Sequence[Any]]
"""Numbers by feature: text or numbers, empty or NaN where they are missing."""


def remarks_on(tables: Iterable[Columns], schema: Mapping[str, Any]) -> list[Sentence]:
    """Describe values outside of the training set's range and missing values, one sentence per feature.

    Features that the data set's own code derives from others are left out, because the user gives the others.

    Of several rows, the number of those with such a value comes first, and before it a model that was trained on the
    generated sample.
    """
    features = [
        feature
        for feature in schema["features"]
        if not feature.get("derived") and feature["minimum"] is not None and not feature.get("levels")
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
    pattern, numbers = "{beyond} of {rows} rows are outside of the training ranges.", (f"{beyond:,}", f"{rows:,}")
    counted = [Sentence.of(pattern, beyond=numbers[0], rows=numbers[1])] if beyond and rows > 1 else []
    return [*_of_sample(schema), *counted, *_sentences(features, missing, outside)]


def _of_sample(schema: Mapping[str, Any]) -> list[Sentence]:
    if schema["dataset"]["kind"] != GENERATED_SAMPLE:
        return []
    return [Sentence.of("The model was {generated}.", generated=Sentence.of(MEANS_NOTHING))]


def _sentences(
    features: Iterable[Mapping[str, Any]], missing: Mapping[str, int], outside: Mapping[str, Sequence[Any]]
) -> Iterator[Sentence]:
    for feature in features:
        name, values = feature["name"], outside[feature["name"]]
        if missing[name]:
            pattern = "Missing values: {name} is empty in {rows} rows."
            yield Sentence.of(pattern, name=name, rows=f"{missing[name]:,}")
        if values:
            others = Sentence.of(" and {more} more", more=f"{len(values) - 1:,}") if len(values) > 1 else ""
            limits = {"low": f"{feature['minimum']:g}", "high": f"{feature['maximum']:g}"}
            yield Sentence.of(_OUTSIDE, name=name, value=values[0], others=others, **limits)
