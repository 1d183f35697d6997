"""``metrics.json``: the metrics of a model in the format that SageMaker Studio displays.

The format is that of the developer guide's model quality reports: each metric has a value and its standard deviation
over five random samples of 80 %, if there are at least 200 rows; undefined values are the string "NaN".
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from evaluation.inputs import Numbers
from evaluation.measures import metrics

_SAMPLES, _SHARE, _FEWEST_ROWS = 5, 0.8, 200

_Measure = Callable[[Numbers, Numbers], dict[str, float]]


def regression_report(actual: Numbers, predicted: Numbers, seed: int) -> dict[str, Any]:
    """Return ``regression_metrics`` for Studio."""
    names = ("mae", "mse", "rmse", "r2")
    measured = _with_deviations(metrics.regression_metrics, actual, predicted, seed)
    return {"regression_metrics": {name: measured[name] for name in names}}


def classification_report(actual: Numbers, probability: Numbers, seed: int) -> dict[str, Any]:
    """Return ``binary_classification_metrics`` for Studio."""
    return {
        "binary_classification_metrics": {
            "confusion_matrix": metrics.confusion_matrix(actual, probability),
            **_with_deviations(_all_metrics, actual, probability, seed),
            **_with_deviations(_best_constant_classifier, actual, probability, seed),
            **metrics.curves(actual, probability),
        }
    }


def _all_metrics(actual: Numbers, probability: Numbers) -> dict[str, float]:
    counts = metrics.confusion_matrix(actual, probability)
    negatives = sum(counts["0"].values())
    false_positive_rate = counts["0"]["1"] / negatives if negatives else np.nan
    measured = metrics.classification_metrics(actual, probability)
    return {
        **measured,
        "f0_5": metrics.f_beta(counts, 0.5),
        "f2": metrics.f_beta(counts, 2),
        "true_positive_rate": measured["recall"],
        "true_negative_rate": 1 - false_positive_rate,
        "false_positive_rate": false_positive_rate,
        "false_negative_rate": 1 - measured["recall"],
    }


def _best_constant_classifier(actual: Numbers, probability: Numbers) -> dict[str, float]:
    """Return the metrics of the classifier that predicts the more frequent class for every row."""
    constant = float(actual.mean() >= 0.5)
    measured = _all_metrics(actual, np.full_like(probability, constant))
    return {f"{name}_best_constant_classifier": value for name, value in measured.items()}


def _with_deviations(measure: _Measure, actual: Numbers, predicted: Numbers, seed: int) -> dict[str, dict[str, float]]:
    values = measure(actual, predicted)
    deviations = dict.fromkeys(values, np.nan)
    if len(actual) >= _FEWEST_ROWS:
        generator = np.random.default_rng(seed)
        size = round(_SHARE * len(actual))
        samples = [generator.choice(len(actual), size, replace=False) for _ in range(_SAMPLES)]
        measured = [measure(actual[rows], predicted[rows]) for rows in samples]
        deviations = {name: float(np.std([values[name] for values in measured], ddof=1)) for name in values}
    return {name: {"value": value, "standard_deviation": deviations[name]} for name, value in values.items()}
