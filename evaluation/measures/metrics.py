"""Metrics of predictions, confusion matrices, and the curves of binary classifiers."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn import metrics

from evaluation.inputs import Numbers
from evaluation.ranking.bootstrap import log_losses
from evaluation.schema import Task

CUT_OFF = 0.5
"""Probability from which the positive class is predicted."""
_MOST_CURVE_POINTS = 200

Counts = npt.NDArray[np.int64]
"""Confusion matrix of shape (classes, classes): the number of rows by actual class, then by predicted class."""


def measure(task: Task, actual: Numbers, predicted: Numbers) -> dict[str, float]:
    """Return the metrics of predictions as in `evaluation.inputs.Predictions`."""
    if task.kind == "regression":
        return regression_metrics(actual, predicted)
    return binary_metrics(actual, predicted) if task.kind == "binary" else multiclass_metrics(actual, predicted)


def regression_metrics(actual: Numbers, predicted: Numbers) -> dict[str, float]:
    """Return errors in the unit of the target (``mse``: squared) and the coefficient of determination."""
    mse = float(metrics.mean_squared_error(actual, predicted))
    return {
        "mse": mse,
        "rmse": math.sqrt(mse),
        "mae": float(metrics.mean_absolute_error(actual, predicted)),
        "r2": float(metrics.r2_score(actual, predicted)) if len(actual) > 1 else math.nan,
    }


def binary_metrics(actual: Numbers, probability: Numbers, cut_off: float = CUT_OFF) -> dict[str, float]:
    """Return metrics of the positive class at a cut-off, and ``auc`` over all cut-offs.

    An undefined value (precision without predictions, AUC without both classes) is NaN.
    """
    counts = confusion_matrix(actual, probability, cut_off)
    precision, recall, f1 = (float(values[1]) for values in by_class(counts))
    return {
        "accuracy": _accuracy(counts),
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "auc": auc(actual == 1, probability),
    }


def multiclass_metrics(actual: Numbers, probability: Numbers) -> dict[str, float]:
    """Return metrics of the most probable class, and of the probabilities: of shape (rows, classes).

    ``_macro`` is the mean of the classes that occur, ``_weighted`` their mean by actual rows; a class without
    predictions has precision 0. ``auc`` is the mean of one class against the rest.
    """
    counts = confusion_matrix(actual, probability)
    return {
        "accuracy": _accuracy(counts),
        **averages(counts),
        "auc": float(np.nanmean(values)) if np.isfinite(values := class_aucs(actual, probability)).any() else math.nan,
        "log_loss": float(log_losses(actual, probability).mean()),
    }


def averages(counts: Counts, beta: float = 1) -> dict[str, float]:
    """Return precision, recall and F-measure of several classes, as macro and as weighted averages."""
    measured = dict(zip(("precision", "recall", "f1"), by_class(counts, beta), strict=True))
    actual = counts.sum(axis=1)
    occurs = actual + counts.sum(axis=0) > 0
    return {
        f"{name}_{average}": float(np.average(np.nan_to_num(values[occurs]), weights=weights[occurs]))
        for average, weights in (("macro", occurs), ("weighted", actual))
        for name, values in measured.items()
    }


def by_class(counts: Counts, beta: float = 1) -> tuple[Numbers, Numbers, Numbers]:
    """Return precision, recall and F-measure (which weighs recall ``beta`` times as much) of each class, or NaN."""
    right, actual, predicted = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    return (
        _shares(right, predicted),
        _shares(right, actual),
        _shares((1 + beta**2) * right, beta**2 * actual + predicted),
    )


def class_aucs(actual: Numbers, probability: Numbers) -> Numbers:
    """Return the AUC of each class against the rest; NaN for a class without rows."""
    return np.array([auc(actual == code, probability[:, code]) for code in range(probability.shape[1])])


def auc(positive: npt.NDArray[np.bool_], score: Numbers) -> float:
    """Return the area under the ROC curve; NaN unless there are both classes."""
    return float(metrics.roc_auc_score(positive, score)) if 0 < positive.sum() < len(positive) else math.nan


def decide(probability: Numbers, cut_off: float = CUT_OFF) -> npt.NDArray[np.int64]:
    """Return the codes of the predicted classes: from a cut-off, or of several classes the most probable one."""
    decided = probability >= cut_off if probability.ndim == 1 else probability.argmax(axis=1)
    return np.asarray(decided, dtype="int64")


def confusion_matrix(actual: Numbers, probability: Numbers, cut_off: float = CUT_OFF) -> Counts:
    """Return the confusion matrix of probabilities."""
    number = 2 if probability.ndim == 1 else probability.shape[1]
    places = number * actual.astype("int64") + decide(probability, cut_off)
    return np.bincount(places, minlength=number**2).reshape(number, number)


def named(counts: Counts, classes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return a confusion matrix with the names of the classes."""
    return {row: dict(zip(classes, map(int, of_row), strict=True)) for row, of_row in zip(classes, counts, strict=True)}


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


def _accuracy(counts: Counts) -> float:
    return float(np.trace(counts) / counts.sum())


def _shares(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Numbers:
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))


def _thinned(values: Numbers) -> list[float]:
    """Sample points evenly, including the first and the last."""
    points = np.unique(np.linspace(0, len(values) - 1, _MOST_CURVE_POINTS).round().astype(int))
    return [round(float(value), 6) for value in values[points]]
