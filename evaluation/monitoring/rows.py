"""Data quality: the rows of a window against the baseline of the training set.

Violations have the names and the format of Amazon SageMaker Model Monitor:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

MOST_BEYOND = 0.05
"""Share of the rows of a window that may lie beyond the training ranges of a feature."""
LESS_COMPLETE = 0.05
"""How much the completeness of a feature may fall."""
_SHOWN = 3


def violations(
    rows: pd.DataFrame, baseline: Mapping[str, Any], constraints: Mapping[str, Any], known: Iterable[str]
) -> list[dict[str, str]]:
    """Return what the rows of a window violate: ``feature_name``, ``constraint_check_type`` and ``description``.

    Parameters
    ----------
    baseline, constraints
        The contents of ``statistics.json`` and ``constraints.json`` of the training set.
    known
        Columns of the window that are no features: keys and predictions.
    """
    features = {feature["name"]: feature for feature in constraints["features"]}
    ranges = {each["name"]: each.get("numerical_statistics", {}) for each in baseline["features"]}
    found = [
        _violation(name, "extra_column_check", "The column is not among the features.")
        for name in map(str, rows)
        if name not in {*features, *known}
    ]
    for name, feature in features.items():
        if name in rows:
            found += _of_feature(rows[name], feature, ranges.get(name, {}))
        else:
            found.append(_violation(name, "missing_column_check", "The column is missing."))
    return found


def _of_feature(
    values: "pd.Series[Any]", feature: Mapping[str, Any], known: Mapping[str, Any]
) -> Iterator[dict[str, str]]:
    name, present = feature["name"], values.dropna()
    lost = feature["completeness"] - len(present) / max(len(values), 1)
    if lost > LESS_COMPLETE:
        yield _violation(
            name,
            "completeness_check",
            f"{len(values) - len(present):,} of {len(values):,} rows have no value; in training it was "
            f"{1 - feature['completeness']:.1%} of them.",
        )
    domains = feature.get("string_constraints", {}).get("domains")
    if domains is not None:
        strange = present[~present.astype(str).isin(domains)].astype(str)
        if len(strange):
            shown = ", ".join(strange.unique()[:_SHOWN])
            yield _violation(
                name,
                "categorical_values_check",
                f"{len(strange):,} rows have categories that training had not: {shown}.",
            )
        return
    numbers = pd.to_numeric(present, errors="coerce")
    if numbers.isna().any():
        text = present[numbers.isna()].iloc[0]
        yield _violation(
            name, "data_type_check", f"{int(numbers.isna().sum()):,} rows have no number; the first is {text!r}."
        )
    if "min" in known:
        beyond = int(((numbers < known["min"]) | (numbers > known["max"])).sum())
        if beyond > MOST_BEYOND * len(values):
            yield _violation(
                name,
                "baseline_drift_check",
                f"{beyond:,} of {len(values):,} rows are beyond the training range of {known['min']:g} to "
                f"{known['max']:g}.",
            )


def _violation(name: str, kind: str, description: str) -> dict[str, str]:
    return {"feature_name": name, "constraint_check_type": kind, "description": description}
