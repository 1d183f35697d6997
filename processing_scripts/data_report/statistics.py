"""``data-report.json``: distribution and drift of the features and targets of a table.

Shares are from 0 to 1::

    format_version  2
    rows            by set
    without_target  rows that are in no set, because a target is missing
    sample          rows that the statistics are of: all, or about 50,000
    features        by name: {missing (share), mean, standard_deviation, quantiles: {"0": ..., "1": ...}}, or of a
                    category {missing, different, values: {cell: share}}, the most frequent first
    targets         by task: {edges, counts}, a histogram of a regression, len(edges) = len(counts) + 1; of a
                    classification {classes: {set: {class: share}}}
    drift           by set (validation, test) and feature: the Kolmogorov-Smirnov statistic against the training set, of
                    categories the total variation: 0 for identical distributions, 1 for disjoint ones
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from processing_scripts.datasets import PARTS, Report, Schema

FORMAT_VERSION = 2
_QUANTILES = (0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1)
_BINS = 40
_MOST_VALUES = 10


@dataclass(frozen=True)
class Sample:
    """Rows of all sets."""

    features: Mapping[str, pd.Series[Any]]
    """Numbers, or the cells of categories, before they get codes."""
    labels: Mapping[str, pd.Series[Any]]
    """By task."""
    parts: npt.NDArray[Any]
    """The number of each row's set in `PARTS`."""
    without_target: int = 0
    """Other rows of the table, which have no target."""


def data_report(sample: Sample, schema: Schema) -> Report:
    """Describe a sample of a table's rows."""
    return {
        "format_version": FORMAT_VERSION,
        "rows": schema["rows"],
        "without_target": sample.without_target,
        "sample": len(sample.parts),
        "features": {name: _distribution(values) for name, values in sample.features.items()},
        "targets": {
            name: _target(labels, sample.parts, schema["tasks"][name]) for name, labels in sample.labels.items()
        },
        "drift": {
            part: {name: _distance(values, sample.parts, number) for name, values in sample.features.items()}
            for number, part in enumerate(PARTS)
            if number
        },
    }


def _distribution(values: pd.Series[Any]) -> Report:
    missing = {"missing": _number(values.isna().mean())}
    if values.dtype == object:
        shares = values.value_counts(normalize=True)
        common = {str(cell): _number(share) for cell, share in shares.iloc[:_MOST_VALUES].items()}
        return {**missing, "different": len(shares), "values": common}
    return {
        **missing,
        "mean": _number(values.mean()),
        "standard_deviation": _number(values.std()),
        "quantiles": {f"{share:g}": _number(value) for share, value in values.quantile([*_QUANTILES]).items()},
    }


def _target(labels: pd.Series[Any], parts: npt.NDArray[Any], task: Mapping[str, Any]) -> Report:
    if task["kind"] == "regression":
        counts, edges = np.histogram(labels, bins=_BINS)
        return {"edges": [_number(edge) for edge in edges], "counts": counts.tolist()}
    shares = {}
    for number, part in enumerate(PARTS):
        counts = np.bincount(labels[parts == number], minlength=len(task["classes"]))
        of_class = zip(task["classes"], counts / max(counts.sum(), 1), strict=True)
        shares[part] = {name: _number(share) for name, share in of_class}
    return {"classes": shares}


def _distance(values: pd.Series[Any], parts: npt.NDArray[Any], number: int) -> float | None:
    first, second = (values[parts == each].dropna() for each in (0, number))
    if not len(first) or not len(second):
        return None
    if values.dtype == object:
        shares = [each.value_counts(normalize=True) for each in (first, second)]
        return _number(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)
    return _number(kolmogorov_smirnov(first.to_numpy(), second.to_numpy()))


def kolmogorov_smirnov(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float:
    """Return the largest difference between the cumulative shares of two samples without missing values."""
    ascending = [np.sort(sample) for sample in (first, second)]
    together = np.unique(np.concatenate(ascending))
    below = [np.searchsorted(sample, together, side="right") / len(sample) for sample in ascending]
    return float(np.abs(below[0] - below[1]).max())


def _number(value: float) -> float | None:
    """Round to six significant digits; None instead of NaN, which is not JSON."""
    return float(f"{value:.6g}") if np.isfinite(value) else None
