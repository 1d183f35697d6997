"""Metrics, ranking and reports, against calculations by hand."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.errors import CandidateError
from evaluation.measures.metrics import classification_metrics, confusion_matrix, curves, regression_metrics
from evaluation.output import studio
from evaluation.ranking.selection import RANKINGS, rank
from evaluation.strict_json import write_json


def test_regression_metrics_by_hand():
    measured = regression_metrics(np.array([0.0, 10.0, 20.0]), np.array([3.0, 10.0, 16.0]))
    assert measured == pytest.approx({"mse": 25 / 3, "rmse": math.sqrt(25 / 3), "mae": 7 / 3, "r2": 1 - 25 / 200})


def test_classification_metrics_by_hand():
    actual = np.array([1.0, 1, 1, 0, 0])
    probability = np.array([0.9, 0.5, 0.4, 0.6, 0.1])
    measured = classification_metrics(actual, probability)
    assert measured == pytest.approx({"accuracy": 0.6, "precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "auc": 4 / 6})
    assert confusion_matrix(actual, probability) == {"0": {"0": 1, "1": 1}, "1": {"0": 1, "1": 2}}


def test_undefined_metric_is_nan():
    one_class = classification_metrics(np.zeros(3), np.full(3, 0.2))
    assert one_class["accuracy"] == 1
    assert all(math.isnan(one_class[name]) for name in ("precision", "recall", "auc"))


def test_confusion_matrix():
    assert confusion_matrix(np.ones(2), np.ones(2)) == {"0": {"0": 0, "1": 0}, "1": {"0": 0, "1": 2}}


@pytest.mark.parametrize(("task", "metric", "best"), [("regression", "rmse", "low"), ("classification", "auc", "high")])
def test_ranking_direction(task, metric, best):
    assert RANKINGS[task].metric == metric
    assert rank({"low": 0.5, "high": 0.9}, RANKINGS[task])[0] == best


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_ties_keep_the_given_order(task):
    assert rank(dict.fromkeys("bac", 0.7), RANKINGS[task]) == ["b", "a", "c"]


def test_candidate_without_metric():
    assert rank({"unknown": math.nan, "known": 0.1}, RANKINGS["classification"]) == ["known"]
    with pytest.raises(CandidateError, match="No candidate has the metric auc on the validation set"):
        rank({"unknown": math.nan}, RANKINGS["classification"])


def test_standard_deviations_need_200_rows():
    generator = np.random.default_rng(0)
    for rows, known in ((199, False), (200, True)):
        actual = generator.normal(size=rows)
        report = studio.regression_report(actual, actual + generator.normal(size=rows), seed=1)
        assert math.isfinite(report["regression_metrics"]["rmse"]["standard_deviation"]) is known


def test_same_seed_gives_same_deviations():
    actual = np.arange(300.0)
    predicted = actual + np.sin(actual)
    first, same, other = (studio.regression_report(actual, predicted, seed) for seed in (1, 1, 2))
    assert first == same != other


STUDIO_METRICS = ["accuracy", "precision", "recall", "auc", "f0_5", "f1", "f2", "true_positive_rate"]
STUDIO_METRICS += ["true_negative_rate", "false_positive_rate", "false_negative_rate"]


def test_studio_metrics_of_a_classifier():
    generator = np.random.default_rng(0)
    actual = (generator.random(400) < 0.7).astype(float)
    probability = np.clip(actual * 0.4 + generator.random(400) * 0.6, 0, 1)
    metrics = studio.classification_report(actual, probability, seed=1)["binary_classification_metrics"]
    for name in STUDIO_METRICS:
        assert (
            metrics[name].keys()
            == metrics[f"{name}_best_constant_classifier"].keys()
            == {"value", "standard_deviation"}
        )
    assert metrics["true_positive_rate"]["value"] == metrics["recall"]["value"]
    assert metrics["accuracy_best_constant_classifier"]["value"] == actual.mean()
    assert metrics["auc_best_constant_classifier"]["value"] == 0.5
    assert metrics["receiver_operating_characteristic_curve"].keys() == {"false_positive_rates", "true_positive_rates"}
    assert metrics["precision_recall_curve"].keys() == {"precisions", "recalls"}


@given(seed=st.integers(0, 1000), rows=st.integers(10, 2000))
def test_thinned_curves_keep_order_and_ends(seed, rows):
    generator = np.random.default_rng(seed)
    actual = np.array([0.0, 1.0, *generator.integers(0, 2, rows)])
    drawn = curves(actual, generator.random(rows + 2))
    roc = drawn["receiver_operating_characteristic_curve"]
    assert len(roc["false_positive_rates"]) == len(roc["true_positive_rates"]) <= 200
    assert roc["false_positive_rates"] == sorted(roc["false_positive_rates"])
    recalls = drawn["precision_recall_curve"]["recalls"]
    assert (recalls[0], recalls[-1]) == (1, 0)


def test_nan_is_written_as_string(tmp_path):
    write_json(tmp_path / "metrics.json", {"a": {"value": math.nan}, "b": [1.5, math.inf], "c": (2, "é", None)})
    content = json.loads((tmp_path / "metrics.json").read_text(), parse_constant=pytest.fail)
    assert content == {"a": {"value": "NaN"}, "b": [1.5, "inf"], "c": [2, "é", None]}
