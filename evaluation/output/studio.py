"""``metrics.json``: the metrics of a model in the format that SageMaker Studio displays.

The format is that of the developer guide's model quality reports: each metric has a value and its standard deviation
over five random samples of 80 %, if there are at least 200 rows; undefined values are the string "NaN".
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from evaluation.inputs import Numbers
from evaluation.measures import metrics
from evaluation.schema import Task

_SAMPLES, _SHARE, _FEWEST_ROWS = 5, 0.8, 200
_BETAS = {"f0_5": 0.5, "f1": 1, "f2": 2}

_Measure = Callable[[Numbers, Numbers], dict[str, float]]


def studio_report(task: Task, actual: Numbers, predicted: Numbers, seed: int) -> dict[str, Any]:
    """Return ``regression_metrics``, ``binary_classification_metrics`` or ``multiclass_classification_metrics``."""
    if task.kind == "regression":
        measured = _with_deviations(metrics.regression_metrics, actual, predicted, seed)
        return {"regression_metrics": {name: measured[name] for name in ("mae", "mse", "rmse", "r2")}}
    measure = _binary if task.kind == "binary" else _multiclass
    return {
        f"{task.kind}_classification_metrics": {
            "confusion_matrix": metrics.named(metrics.confusion_matrix(actual, predicted), task.classes),
            **_with_deviations(measure, actual, predicted, seed),
            **_with_deviations(_of_best_constant(measure), actual, predicted, seed),
            **(metrics.curves(actual, predicted) if task.kind == "binary" else {}),
        }
    }


def _binary(actual: Numbers, probability: Numbers) -> dict[str, float]:
    counts = metrics.confusion_matrix(actual, probability)
    negatives = counts[0].sum()
    false_positive_rate = float(counts[0, 1] / negatives) if negatives else np.nan
    measured = metrics.binary_metrics(actual, probability)
    return {
        **measured,
        **{name: float(metrics.by_class(counts, _BETAS[name])[2][1]) for name in ("f0_5", "f2")},
        "true_positive_rate": measured["recall"],
        "true_negative_rate": 1 - false_positive_rate,
        "false_positive_rate": false_positive_rate,
        "false_negative_rate": 1 - measured["recall"],
    }


def _multiclass(actual: Numbers, probability: Numbers) -> dict[str, float]:
    counts = metrics.confusion_matrix(actual, probability)
    averaged = {name: metrics.averages(counts, beta) for name, beta in _BETAS.items()}
    return {
        "accuracy": float(np.trace(counts) / counts.sum()),
        "weighted_recall": averaged["f1"]["recall_weighted"],
        "weighted_precision": averaged["f1"]["precision_weighted"],
        **{f"weighted_{name}": values["f1_weighted"] for name, values in averaged.items()},
    }


def _of_best_constant(measure: _Measure) -> _Measure:
    """Return the metrics of the classifier that predicts the most frequent class for every row."""

    def measured(actual: Numbers, probability: Numbers) -> dict[str, float]:
        constant = np.zeros_like(probability)
        if probability.ndim == 1:
            constant[:] = actual.mean() >= 0.5
        else:
            constant[:, np.bincount(actual.astype(int)).argmax()] = 1
        return {f"{name}_best_constant_classifier": value for name, value in measure(actual, constant).items()}

    return measured


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
