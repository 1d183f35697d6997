"""Metrics of predictions, and the curves of classifiers."""

import math
from collections.abc import Callable, Mapping

import numpy as np
from sklearn import metrics

from evaluation.inputs import Numbers, Task

CUT_OFF = 0.5
"""Probability from which demand is predicted high."""
_MOST_CURVE_POINTS = 200


def regression_metrics(actual: Numbers, predicted: Numbers) -> dict[str, float]:
    """Return errors in rentals per hour (``mse``: squared) and the coefficient of determination."""
    mse = float(metrics.mean_squared_error(actual, predicted))
    return {
        "mse": mse,
        "rmse": math.sqrt(mse),
        "mae": float(metrics.mean_absolute_error(actual, predicted)),
        "r2": float(metrics.r2_score(actual, predicted)),
    }


def classification_metrics(actual: Numbers, probability: Numbers, cut_off: float = CUT_OFF) -> dict[str, float]:
    """Return metrics at a cut-off, and ``auc`` over all cut-offs.

    An undefined value (precision without predictions, AUC without both classes) is NaN.
    """
    both = len(np.unique(actual)) == 2
    return {
        **metrics_of_counts(confusion_matrix(actual, probability, cut_off)),
        "auc": float(metrics.roc_auc_score(actual, probability)) if both else math.nan,
    }


def metrics_of_counts(counts: Mapping[str, Mapping[str, int]]) -> dict[str, float]:
    """Return the metrics of a confusion matrix; NaN where a denominator is 0."""
    (right_low, false_high), (false_low, right_high) = ((counts[row]["0"], counts[row]["1"]) for row in "01")
    rows = right_low + false_high + false_low + right_high
    return {
        "accuracy": _share(right_low + right_high, rows),
        "precision": _share(right_high, right_high + false_high),
        "recall": _share(right_high, right_high + false_low),
        "f1": f_beta(counts, 1),
    }


def f_beta(counts: Mapping[str, Mapping[str, int]], beta: float) -> float:
    """Return the F-measure, which weighs recall ``beta`` times as much as precision."""
    right, missed, false = counts["1"]["1"], counts["1"]["0"], counts["0"]["1"]
    return _share((1 + beta**2) * right, (1 + beta**2) * right + beta**2 * missed + false)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


MEASURES: dict[Task, Callable[[Numbers, Numbers], dict[str, float]]] = {
    "regression": regression_metrics,
    "classification": classification_metrics,
}


def confusion_matrix(actual: Numbers, probability: Numbers, cut_off: float = CUT_OFF) -> dict[str, dict[str, int]]:
    """Return the number of rows by actual class, then by predicted class."""
    places = 2 * (actual == 1) + (probability >= cut_off)
    low_low, low_high, high_low, high_high = (int(count) for count in np.bincount(places, minlength=4))
    return {"0": {"0": low_low, "1": low_high}, "1": {"0": high_low, "1": high_high}}


def curves(actual: Numbers, probability: Numbers) -> dict[str, dict[str, list[float]]]:
    """Return the ROC curve and the precision-recall curve, thinned to at most 200 points each."""
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
    """Sample points evenly, including the first and the last."""
    points = np.unique(np.linspace(0, len(values) - 1, _MOST_CURVE_POINTS).round().astype(int))
    return [round(float(value), 6) for value in values[points]]
