"""The metrics that the built-in XGBoost adds to XGBoost's own."""

from __future__ import annotations

import numpy as np
import pytest
import xgboost
from sklearn import metrics

from local_sagemaker.containers.xgboost.metrics import CUSTOM_METRICS, custom_metric, split_metrics

# Of four rows the first two are positive; the margins predict the first and the third as positive.
LABELS, MARGINS = [1, 1, 0, 0], [2.0, -1.0, 1.0, 0.0]
TWO_CLASSES = {
    "accuracy": 0.5,
    "balanced_accuracy": 0.5,
    "f1": 0.5,
    "f1_binary": 0.5,
    "f1_macro": 0.5,
    "precision": 0.5,
    "precision_macro": 0.5,
    "precision_micro": 0.5,
    "recall": 0.5,
    "recall_macro": 0.5,
    "recall_micro": 0.5,
}
# Of four rows, in three classes, only the last is predicted wrong: as 0 instead of 2.
CLASSES = [0, 1, 2, 2]
PROBABILITIES = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.5, 0.1, 0.4]]
THREE_CLASSES = {
    "accuracy": 3 / 4,
    "balanced_accuracy": (1 + 1 + 1 / 2) / 3,
    "f1": (2 / 3 + 1 + 2 / 3) / 3,
    "f1_macro": (2 / 3 + 1 + 2 / 3) / 3,
    "precision_macro": (1 / 2 + 1 + 1) / 3,
    "precision_micro": 3 / 4,
    "recall_macro": (1 + 1 + 1 / 2) / 3,
    "recall_micro": 3 / 4,
}
NUMBERS, GUESSES = [1, 2, 3, 4], [2.0, 4.0, 2.0, 2.0]
OF_NUMBERS = {"mse": 2.5, "rmse": 2.5**0.5, "mae": 1.5, "r2": -1.0}


@pytest.mark.parametrize(
    ("labels", "predictions", "expected"),
    [(LABELS, MARGINS, TWO_CLASSES), (CLASSES, PROBABILITIES, THREE_CLASSES), (NUMBERS, GUESSES, OF_NUMBERS)],
)
def test_each_metric_is_computed_as_its_name_says(
    labels: list[int], predictions: list[float], expected: dict[str, float]
) -> None:
    data = xgboost.DMatrix(np.zeros((4, 1)), labels)
    found = custom_metric(list(expected))(np.array(predictions), data)
    assert dict(found) == pytest.approx(expected)


def test_no_metric_is_without_an_expectation() -> None:
    assert set(CUSTOM_METRICS) == {*TWO_CLASSES, *THREE_CLASSES, *OF_NUMBERS}


def test_two_class_probability_counts_as_second_class() -> None:
    data = xgboost.DMatrix(np.zeros((4, 1)), LABELS)
    assert custom_metric(["recall", "precision"])(np.array([0.9, 0.8, 0.1, 0.2]), data) == [
        ("recall", 1.0),
        ("precision", 0.5),
    ]


@pytest.mark.parametrize(
    ("tuning", "evaluation", "xgboosts", "own"),
    [
        (None, None, [], []),
        (None, ["logloss", "auc"], ["logloss", "auc"], []),
        (["f1"], None, [], ["f1"]),
        (["auc"], ["mse", "logloss", "auc"], ["auc", "logloss"], ["mse"]),
    ],
)
def test_container_metrics_take_precedence(
    tuning: list[str] | None, evaluation: list[str] | None, xgboosts: list[str], own: list[str]
) -> None:
    assert split_metrics(tuning, evaluation) == (xgboosts, own)


SCORES = {
    "mse": metrics.mean_squared_error,
    "rmse": metrics.root_mean_squared_error,
    "mae": metrics.mean_absolute_error,
}


@pytest.mark.parametrize("name", SCORES)
def test_errors_are_measured_as_scikit_learn_measures_them(name: str) -> None:
    random = np.random.default_rng(0)
    labels, predictions = (random.normal(700, 600, 1000).astype(np.float32) for _ in range(2))
    assert CUSTOM_METRICS[name](labels, predictions) == pytest.approx(SCORES[name](labels, predictions), rel=1e-6)


@pytest.mark.parametrize("name", SCORES)
def test_invalid_numbers_fail_as_in_scikit_learn(name: str) -> None:
    labels = np.zeros(3, dtype=np.float32)
    with pytest.raises(ValueError, match="Input contains NaN"):
        CUSTOM_METRICS[name](labels, np.array([0, np.nan, 1], dtype=np.float32))
    with pytest.raises(ValueError, match="different number of output"):
        CUSTOM_METRICS[name](labels, np.zeros((3, 2), dtype=np.float32))
