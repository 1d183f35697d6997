"""Metrics, ranking and reports, against calculations by hand."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from evaluation.errors import CandidateError
from evaluation.inputs import Part
from evaluation.measures.metrics import (
    binary_metrics,
    by_class,
    class_aucs,
    confusion_matrix,
    curves,
    multiclass_metrics,
    named,
    regression_metrics,
)
from evaluation.measures.multiclass import describe_classes
from evaluation.output.studio import studio_report
from evaluation.ranking.selection import RANKINGS, rank
from evaluation.schema import Task
from evaluation.strict_json import write_json

REGRESSION = Task("demand", "regression", "rmse")
BINARY = Task("high", "binary", "auc", classes=("0", "1"))


def test_regression_metrics_by_hand():
    measured = regression_metrics(np.array([0.0, 10.0, 20.0]), np.array([3.0, 10.0, 16.0]))
    assert measured == pytest.approx({"mse": 25 / 3, "rmse": math.sqrt(25 / 3), "mae": 7 / 3, "r2": 1 - 25 / 200})


def test_classification_metrics_by_hand():
    actual = np.array([1.0, 1, 1, 0, 0])
    probability = np.array([0.9, 0.5, 0.4, 0.6, 0.1])
    measured = binary_metrics(actual, probability)
    assert measured == pytest.approx({"accuracy": 0.6, "precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "auc": 4 / 6})
    counts = confusion_matrix(actual, probability)
    assert named(counts, ["no", "yes"]) == {"no": {"no": 1, "yes": 1}, "yes": {"no": 1, "yes": 2}}


@given(seed=st.integers(0, 1000), classes=st.integers(3, 6), rows=st.integers(2, 60))
def test_metrics_of_several_classes_are_those_of_scikit_learn(seed, classes, rows):
    generator = np.random.default_rng(seed)
    actual = generator.integers(0, classes, rows)  # often without some of the classes
    probability = generator.dirichlet(np.ones(classes), rows)
    predicted = probability.argmax(axis=1)
    measured = multiclass_metrics(actual.astype(float), probability)
    assert measured["accuracy"] == pytest.approx(metrics.accuracy_score(actual, predicted))
    assert measured["log_loss"] == pytest.approx(metrics.log_loss(actual, probability, labels=range(classes)))
    for average in ("macro", "weighted"):
        expected = metrics.precision_recall_fscore_support(actual, predicted, average=average, zero_division=0)
        for name, value in zip(("precision", "recall", "f1"), expected[:3], strict=True):
            assert measured[f"{name}_{average}"] == pytest.approx(value), name
    present = np.unique(actual)
    if len(present) == classes:
        auc = metrics.roc_auc_score(actual, probability, multi_class="ovr", labels=range(classes))
        assert measured["auc"] == pytest.approx(auc)
    assert math.isnan(measured["auc"]) is (len(present) == 1)


@given(seed=st.integers(0, 1000), beta=st.sampled_from([0.5, 1.0, 2.0]))
def test_metrics_of_each_class_are_those_of_scikit_learn(seed, beta):
    generator = np.random.default_rng(seed)
    actual, probability = generator.integers(0, 3, 30), generator.dirichlet(np.ones(3), 30)
    labels = {"labels": range(3), "zero_division": np.nan, "average": None}
    expected = metrics.precision_recall_fscore_support(actual, probability.argmax(axis=1), beta=beta, **labels)
    for ours, theirs in zip(by_class(confusion_matrix(actual, probability), beta), expected[:3], strict=True):
        assert ours == pytest.approx(theirs, nan_ok=True)
    for code, auc in enumerate(class_aucs(actual, probability)):
        if (actual == code).any():
            assert auc == pytest.approx(metrics.roc_auc_score(actual == code, probability[:, code]))


def test_description_of_classes():
    task = Task("grade", "multiclass", "log_loss", classes=("a", "b", "c"))
    probability = np.array([[0.5, 0.25, 0.25], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0]])
    part = Part(np.zeros((4, 1)), np.array([0.0, 1, 1, 0]), None)
    described = describe_classes(task, part, probability)
    assert described["confusion_matrix"]["b"] == {"a": 0, "b": 1, "c": 1}
    assert described["classes"]["b"] == {
        "rows": 2,
        "precision": 1,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "auc": 0.5,
    }
    assert math.isnan(described["classes"]["c"]["auc"])
    assert described["calibration"]["test_brier"]["raw"] == pytest.approx((0.375 + 0 + 2 + 0.5) / 4)
    assert described["calibration"]["curve"].keys() == {"a", "b", "c"}


def test_undefined_metric_is_nan():
    one_class = binary_metrics(np.zeros(3), np.full(3, 0.2))
    assert one_class["accuracy"] == 1
    assert all(math.isnan(one_class[name]) for name in ("precision", "recall", "auc"))


def test_confusion_matrix():
    assert confusion_matrix(np.ones(2), np.ones(2)).tolist() == [[0, 0], [0, 2]]


@pytest.mark.parametrize(("metric", "best"), [("rmse", "low"), ("mae", "low"), ("auc", "high"), ("log_loss", "low")])
def test_ranking_direction(metric, best):
    assert RANKINGS[metric].metric == metric
    assert rank({"low": 0.5, "high": 0.9}, RANKINGS[metric])[0] == best
    assert rank(dict.fromkeys("bac", 0.7), RANKINGS[metric]) == ["b", "a", "c"], "ties keep the given order"


def test_candidate_without_metric():
    assert rank({"unknown": math.nan, "known": 0.1}, RANKINGS["auc"]) == ["known"]
    with pytest.raises(CandidateError, match="No candidate has the metric auc on the validation set"):
        rank({"unknown": math.nan}, RANKINGS["auc"])


def test_standard_deviations_need_200_rows():
    generator = np.random.default_rng(0)
    for rows, known in ((199, False), (200, True)):
        actual = generator.normal(size=rows)
        report = studio_report(REGRESSION, actual, actual + generator.normal(size=rows), seed=1)
        assert math.isfinite(report["regression_metrics"]["rmse"]["standard_deviation"]) is known


def test_same_seed_gives_same_deviations():
    actual = np.arange(300.0)
    predicted = actual + np.sin(actual)
    first, same, other = (studio_report(REGRESSION, actual, predicted, seed) for seed in (1, 1, 2))
    assert first == same != other


STUDIO_METRICS = ["accuracy", "precision", "recall", "auc", "f0_5", "f1", "f2", "true_positive_rate"]
STUDIO_METRICS += ["true_negative_rate", "false_positive_rate", "false_negative_rate"]


def test_studio_metrics_of_a_classifier():
    generator = np.random.default_rng(0)
    actual = (generator.random(400) < 0.7).astype(float)
    probability = np.clip(actual * 0.4 + generator.random(400) * 0.6, 0, 1)
    measured = studio_report(BINARY, actual, probability, seed=1)["binary_classification_metrics"]
    for name in STUDIO_METRICS:
        assert (
            measured[name].keys()
            == measured[f"{name}_best_constant_classifier"].keys()
            == {"value", "standard_deviation"}
        )
    assert measured["true_positive_rate"]["value"] == measured["recall"]["value"]
    assert measured["accuracy_best_constant_classifier"]["value"] == actual.mean()
    assert measured["auc_best_constant_classifier"]["value"] == 0.5
    assert measured["receiver_operating_characteristic_curve"].keys() == {"false_positive_rates", "true_positive_rates"}
    assert measured["precision_recall_curve"].keys() == {"precisions", "recalls"}


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
