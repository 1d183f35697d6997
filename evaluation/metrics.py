"""What is measured of predictions."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from sklearn import metrics

from evaluation.inputs import Numbers, Task

CUT_OFF = 0.5
"""Probability from which demand is predicted to be high."""
_MOST_CURVE_POINTS = 200


def regression_metrics(actual: Numbers, predicted: Numbers) -> dict[str, float]:
    """Errors in rentals per hour (``mse`` in their square) and the coefficient of determination."""
    mse = float(metrics.mean_squared_error(actual, predicted))
    return {
        "mse": mse,
        "rmse": math.sqrt(mse),
        "mae": float(metrics.mean_absolute_error(actual, predicted)),
        "r2": float(metrics.r2_score(actual, predicted)),
    }


def classification_metrics(actual: Numbers, probability: Numbers, cut_off: float = CUT_OFF) -> dict[str, float]:
    """How well high demand is told from low, at a cut-off and, for ``auc``, over all cut-offs.

    A value that does not exist (a precision without predictions, an area without both classes) is NaN.
    """
    predicted = probability >= cut_off
    both = len(np.unique(actual)) == 2
    return {
        "accuracy": float(metrics.accuracy_score(actual, predicted)),
        "precision": float(metrics.precision_score(actual, predicted, zero_division=np.nan)),
        "recall": float(metrics.recall_score(actual, predicted, zero_division=np.nan)),
        "f1": float(metrics.f1_score(actual, predicted, zero_division=np.nan)),
        "auc": float(metrics.roc_auc_score(actual, probability)) if both else math.nan,
    }


MEASURES: dict[Task, Callable[[Numbers, Numbers], dict[str, float]]] = {
    "regression": regression_metrics,
    "classification": classification_metrics,
}


def confusion_matrix(actual: Numbers, probability: Numbers, cut_off: float = CUT_OFF) -> dict[str, dict[str, int]]:
    """Numbers of rows by actual class, then by predicted class."""
    counts = metrics.confusion_matrix(actual, probability >= cut_off, labels=[0, 1])
    return {str(row): {str(column): int(counts[row, column]) for column in (0, 1)} for row in (0, 1)}


def curves(actual: Numbers, probability: Numbers) -> dict[str, dict[str, list[float]]]:
    """The receiver operating characteristic and the precision-recall curve, thinned to a readable number of points."""
    false_positive_rates, true_positive_rates, _ = metrics.roc_curve(actual, probability)
    precisions, recalls, _ = metrics.precision_recall_curve(actual, probability)
    return {
        "receiver_operating_characteristic_curve": {
            "false_positive_rates": _thinned(false_positive_rates),
            "true_positive_rates": _thinned(true_positive_rates),
        },
        "precision_recall_curve": {"precisions": _thinned(precisions), "recalls": _thinned(recalls)},
    }


def _thinned(values: Numbers) -> list[float]:
    """At most so many points, evenly taken, the first and the last among them."""
    points = np.unique(np.linspace(0, len(values) - 1, _MOST_CURVE_POINTS).round().astype(int))
    return [round(float(value), 6) for value in values[points]]
