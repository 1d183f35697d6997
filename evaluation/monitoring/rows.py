"""Data quality: the rows of a window against the baseline of the training set.

Violations have the names and the format of Amazon SageMaker Model Monitor:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.monitoring.texts import TRANSLATIONS

MOST_BEYOND = 0.05
"""Share of the rows of a window that may lie beyond the training ranges of a feature."""
LESS_COMPLETE = 0.05
"""How much the completeness of a feature may fall."""
_SHOWN = 3


@dataclass(frozen=True)
class Violation:
    """One violation, and the rows that have it."""

    feature: str
    check: str
    """In Model Monitor's words, and the key of its text."""
    values: Mapping[str, str]
    """Of the text."""
    at: npt.NDArray[np.bool_]
    """Of each row of the window, whether it has it; all of them where a column is missing or extra."""

    def as_json(self) -> dict[str, str]:
        """Return it as ``constraint_violations.json`` has it."""
        description = TRANSLATIONS.text("en", self.check, **self.values)
        return {"feature_name": self.feature, "constraint_check_type": self.check, "description": description}


def violations(
    rows: pd.DataFrame, baseline: Mapping[str, Any], constraints: Mapping[str, Any], known: Iterable[str]
) -> list[Violation]:
    """Return what the rows of a window violate.

    Parameters
    ----------
    baseline, constraints
        The contents of ``statistics.json`` and ``constraints.json`` of the training set.
    known
        Columns of the window that are no features: keys and predictions.
    """
    features = {feature["name"]: feature for feature in constraints["features"]}
    ranges = {each["name"]: each.get("numerical_statistics", {}) for each in baseline["features"]}
    everywhere = np.full(len(rows), fill_value=True)
    found = [
        Violation(name, "extra_column_check", {}, everywhere)
        for name in map(str, rows)
        if name not in {*features, *known}
    ]
    for name, feature in features.items():
        if name in rows:
            found += _of_feature(rows[name], feature, ranges.get(name, {}))
        else:
            found.append(Violation(name, "missing_column_check", {}, everywhere))
    return found


def _of_feature(values: "pd.Series[Any]", feature: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Violation]:
    name, present, there = feature["name"], values.dropna(), values.notna().to_numpy()
    lost = feature["completeness"] - len(present) / max(len(values), 1)
    if lost > LESS_COMPLETE:
        usual = f"{1 - feature['completeness']:.1%}"
        yield Violation(name, "completeness_check", {**_counts(~there), "usual": usual}, ~there)
    domains = feature.get("string_constraints", {}).get("domains")
    if domains is not None:
        unknown = there & ~values.astype(str).isin(domains).to_numpy()
        if unknown.any():
            shown = ", ".join(values[unknown].astype(str).unique()[:_SHOWN])
            yield Violation(name, "categorical_values_check", {**_counts(unknown), "shown": shown}, unknown)
        return
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64")
    texts = there & np.isnan(numbers)
    if texts.any():
        first = repr(values[texts].iloc[0])
        yield Violation(name, "data_type_check", {**_counts(texts), "first": first}, texts)
    if "min" in known:
        beyond = (numbers < known["min"]) | (numbers > known["max"])
        if beyond.sum() > MOST_BEYOND * len(values):
            limits = {limit: f"{known[limit]:g}" for limit in ("min", "max")}
            yield Violation(name, "baseline_drift_check", {**_counts(beyond), **limits}, beyond)


def _counts(at: npt.NDArray[np.bool_]) -> dict[str, str]:
    return {"rows": f"{int(at.sum()):,}", "all": f"{len(at):,}"}
