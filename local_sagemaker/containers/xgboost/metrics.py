"""The metrics that the container adds to XGBoost's own."""

from collections.abc import Callable
from typing import Any

import numpy as np
import xgboost
from sklearn import metrics

Score = Callable[[Any, Any], float]


def _labels(predictions: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The predicted classes.

    The container compares with 0, as if predictions were margins. XGBoost 3 passes probabilities, so that for two
    classes the result is always 1. This reproduces the real container (``docs/contracts.md``, section 1).
    """
    if predictions.ndim > 1:
        return np.asarray(predictions.argmax(axis=-1))
    return np.asarray((predictions > 0.0).astype(int))


def _of_labels(score: Score) -> Score:
    return lambda labels, predictions: score(labels, _labels(predictions)) if predictions.size else 0.0


def _averaged(score: Callable[..., float], average: str) -> Score:
    return _of_labels(lambda labels, predictions: score(labels, predictions, average=average))


def _of_errors(score: Callable[[np.ndarray[Any, Any]], Any], careful: Score) -> Score:
    """A fast version of a scikit-learn metric, whose input checks take twenty times as long in each round.

    Input other than one finite number per label is left to scikit-learn, which raises the right error.
    """

    def of_labels(labels: np.ndarray[Any, Any], predictions: np.ndarray[Any, Any]) -> float:
        if labels.shape == predictions.shape:
            value = float(score(labels - predictions))
            if np.isfinite(value):
                return value
        return careful(labels, predictions)

    return of_labels


CUSTOM_METRICS: dict[str, Score] = {
    "accuracy": _of_labels(metrics.accuracy_score),
    "balanced_accuracy": _of_labels(metrics.balanced_accuracy_score),
    "f1": _averaged(metrics.f1_score, "macro"),
    "f1_binary": _averaged(metrics.f1_score, "binary"),
    "f1_macro": _averaged(metrics.f1_score, "macro"),
    "mse": _of_errors(lambda errors: np.average(errors**2), metrics.mean_squared_error),
    "rmse": _of_errors(lambda errors: np.sqrt(np.average(errors**2)), metrics.root_mean_squared_error),
    "mae": _of_errors(lambda errors: np.average(np.abs(errors)), metrics.mean_absolute_error),
    "precision": _averaged(metrics.precision_score, "binary"),
    "precision_macro": _averaged(metrics.precision_score, "macro"),
    "precision_micro": _averaged(metrics.precision_score, "micro"),
    "r2": metrics.r2_score,
    "recall": _averaged(metrics.recall_score, "binary"),
    "recall_macro": _averaged(metrics.recall_score, "macro"),
    "recall_micro": _averaged(metrics.recall_score, "micro"),
}


def custom_metric(names: list[str]) -> Callable[[Any, xgboost.DMatrix], list[tuple[str, float]]]:
    """The function with which XGBoost computes the named metrics."""

    def compute(predictions: np.ndarray[Any, Any], data: xgboost.DMatrix) -> list[tuple[str, float]]:
        return [(name, CUSTOM_METRICS[name](data.get_label(), predictions)) for name in names]

    return compute


def split_metrics(tuning: list[str] | None, evaluation: list[str] | None) -> tuple[list[str], list[str]]:
    """Split the metrics to compute into XGBoost's own and the container's."""
    if tuning is not None and evaluation is not None:
        wanted = sorted({*tuning, *evaluation})
    else:
        wanted = tuning or evaluation or []
    own = [name for name in wanted if name in CUSTOM_METRICS]
    return [name for name in wanted if name not in own], own
