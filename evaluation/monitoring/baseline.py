"""Statistics and constraints of rows, in the formats of Amazon SageMaker Model Monitor.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.inputs import Part, PartName
from evaluation.output.tables import csv_of
from evaluation.schema import Schema
from evaluation.strict_json import write_json

BASELINE_ROWS = "baseline-rows.csv"
"""Rows of all sets, which distributions are compared with."""
_TYPES = {"integer": "Integral", "category": "String", "boolean": "Integral"}
_MOST_REFERENCE_ROWS = 20_000


def write_baseline(parts: Mapping[PartName, Part], schema: Schema, output: Path) -> None:
    """Write ``statistics.json`` and ``constraints.json`` of the training set, and `BASELINE_ROWS` of all sets."""
    training = feature_table(parts["train"], schema)
    write_json(output / "statistics.json", statistics(training, schema))
    write_json(output / "constraints.json", constraints(training, schema))
    (output / BASELINE_ROWS).write_text(csv_of(reference(parts, schema)), encoding="utf-8")


def feature_table(part: Part, schema: Schema) -> pd.DataFrame:
    """Return the features of a set by name, with the names of categories instead of their codes."""
    table = pd.DataFrame(part.features, columns=schema.feature_names)
    for feature in schema.content["features"]:
        if levels := feature.get("levels"):
            table[feature["name"]] = table[feature["name"]].map(dict(enumerate(map(str, levels))))
    return table


def statistics(table: pd.DataFrame, schema: Schema) -> dict[str, Any]:
    """Return the content of ``statistics.json``: of each feature, its counts, and of a number its moments."""
    features = [_statistics(table[each["name"]], each) for each in schema.content["features"] if each["name"] in table]
    return {"version": 0.0, "dataset": {"item_count": len(table)}, "features": features}


def constraints(table: pd.DataFrame, schema: Schema) -> dict[str, Any]:
    """Return the content of ``constraints.json``: of each feature, its type, completeness and known categories."""
    described = []
    for feature in schema.content["features"]:
        name, levels = feature["name"], feature.get("levels")
        domains = {"string_constraints": {"domains": list(map(str, levels))}} if levels else {}
        complete = float(table[name].notna().mean())
        described.append({"name": name, "inferred_type": _type(feature), "completeness": complete, **domains})
    return {"version": 0.0, "features": described, "monitoring_config": {"evaluate_constraints": "Enabled"}}


def reference(parts: Mapping[PartName, Part], schema: Schema) -> pd.DataFrame:
    """Return evenly spaced rows of all sets: their features, and the columns of the keys that say when they were."""
    kept = [name for name in dict.fromkeys((schema.keys.time, schema.keys.unit)) if name]
    tables = [
        pd.concat(
            [part.keys[[name for name in kept if name in part.keys]].add_prefix("key "), feature_table(part, schema)],
            axis=1,
        )
        for part in parts.values()
    ]
    rows = pd.concat(tables, ignore_index=True)
    return rows.iloc[:: max(1, -(-len(rows) // _MOST_REFERENCE_ROWS))]


def _type(feature: dict[str, Any]) -> str:
    return "String" if feature.get("levels") else _TYPES.get(feature["type"], "Fractional")


def _statistics(values: "pd.Series[Any]", feature: dict[str, Any]) -> dict[str, Any]:
    common = {"num_present": int(values.notna().sum()), "num_missing": int(values.isna().sum())}
    described = {"name": feature["name"], "inferred_type": _type(feature)}
    if feature.get("levels"):
        buckets = [{"value": str(name), "count": int(count)} for name, count in values.value_counts().items()]
        categorical = {"buckets": buckets}
        return {
            **described,
            "string_statistics": {
                "common": common,
                "distinct_count": len(buckets),
                "distribution": {"categorical": categorical},
            },
        }
    numbers = pd.to_numeric(values, errors="coerce").dropna().to_numpy(dtype="float64")
    moments = (
        {
            "mean": numbers.mean(),
            "sum": numbers.sum(),
            "std_dev": numbers.std(),
            "min": numbers.min(),
            "max": numbers.max(),
        }
        if len(numbers)
        else {}
    )
    return {
        **described,
        "numerical_statistics": {
            "common": common,
            **{name: float(np.float64(value)) for name, value in moments.items()},
        },
    }
