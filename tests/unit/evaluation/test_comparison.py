"""Paired comparison, baselines and selection, against independent calculations."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss, mean_absolute_error, roc_auc_score

from evaluation.inputs import Part
from evaluation.measures.baselines import predict_baselines
from evaluation.output.report import Candidate, Measured, compare
from evaluation.ranking.bootstrap import (
    BETTER,
    NO_DIFFERENCE,
    compare_pairs,
    draw_units,
    interval,
    not_significantly_different,
    resampled_metric,
)
from evaluation.ranking.selection import RANKINGS, best_candidate
from evaluation.schema import Schema, Task

REGRESSION, BINARY = Task("rentals", "regression", "rmse"), Task("high", "binary", "auc", classes=("0", "1"))
MULTICLASS = Task("grade", "multiclass", "log_loss", classes=("a", "b", "c"))
SCHEMA = Schema({"features": [{"name": "x"}], "keys": {"time": "at", "baseline": ["hour", "season"]}}, "", Path("s"))


def part_of(labels, *, features=None, season="Spring", unit="day"):
    labels = np.asarray(labels, float)
    rows = np.arange(len(labels))
    keys = pd.DataFrame({"day": (rows // 24).astype(str), "hour": (rows % 24).astype(str), "season": season})
    return Part(np.zeros((len(labels), 1)) if features is None else features, labels, keys, unit)


def drawn_rows(part, counts):
    return np.concatenate(
        [np.tile(np.flatnonzero(part.units == unit), int(times)) for unit, times in enumerate(counts)]
    )


@given(seed=st.integers(0, 1000), days=st.integers(2, 6))
def test_auc_of_a_sample(seed, days):
    generator = np.random.default_rng(seed)
    part = part_of(generator.integers(0, 2, 24 * days))
    probability = generator.integers(0, 5, 24 * days) / 5
    values = resampled_metric(RANKINGS["auc"], part, {"a": probability}, seed=1)["a"]
    rows = drawn_rows(part, draw_units(part, seed=1)[7])
    assert values[7] == pytest.approx(roc_auc_score(part.labels[rows], probability[rows]))


def test_rmse_of_a_sample():
    generator = np.random.default_rng(2)
    part, predicted = part_of(generator.random(100)), generator.random(100)
    values = resampled_metric(RANKINGS["rmse"], part, {"a": predicted}, seed=1)["a"]
    rows = drawn_rows(part, draw_units(part, seed=1)[3])
    assert values[3] == pytest.approx(np.sqrt(((part.labels - predicted)[rows] ** 2).mean()))


@pytest.mark.parametrize("metric", ["mae", "log_loss"])
def test_mean_of_a_sample(metric):
    generator = np.random.default_rng(2)
    part, predicted = part_of(generator.integers(0, 2, 100)), generator.random(100)
    values = resampled_metric(RANKINGS[metric], part, {"a": predicted}, seed=1)["a"]
    rows = drawn_rows(part, draw_units(part, seed=1)[3])
    expected = {"mae": mean_absolute_error, "log_loss": log_loss}[metric](part.labels[rows], predicted[rows])
    assert values[3] == pytest.approx(expected)


def test_rows_without_unit_are_drawn_alone():
    part = part_of(np.arange(50), unit=None)
    assert part.units.tolist() == list(range(50))
    assert not part.merged


def test_many_rows_give_the_interval_of_all_of_them():
    generator = np.random.default_rng(3)
    labels = generator.integers(0, 2, 20_000)
    score = labels + generator.normal(0, 2, 20_000)
    part = part_of(labels, unit=None)
    assert part.merged
    assert np.bincount(part.units).tolist() == [10] * 2000
    values = resampled_metric(RANKINGS["auc"], part, {"a": score}, seed=1)["a"]
    auc = roc_auc_score(labels, score)
    assert values.mean() == pytest.approx(auc, abs=1e-3)
    resampled = []
    for _ in range(100):
        rows = generator.integers(0, 20_000, 20_000)
        resampled.append(roc_auc_score(labels[rows], score[rows]))
    assert values.std() == pytest.approx(np.std(resampled), rel=0.3)


def test_auc_without_both_classes_is_nan():
    part = part_of(np.repeat([0, 1], 24))
    values = resampled_metric(RANKINGS["auc"], part, {"a": np.linspace(0, 1, 48)}, seed=1)["a"]
    assert set(values[np.isfinite(values)]) == {1.0}
    assert np.isnan(values).any()
    assert interval(np.full(3, np.nan)) == pytest.approx([np.nan, np.nan], nan_ok=True)


def compared(errors, days=40):
    """Compare predictions that are off by these errors, by hour and candidate."""
    part = part_of(np.zeros(24 * days))
    predictions = {name: make(24 * days) for name, make in errors.items()}
    measured = {name: {"rmse": float(np.sqrt((values**2).mean()))} for name, values in predictions.items()}
    return compare_pairs(RANKINGS["rmse"], part, predictions, measured, seed=1)


def test_consistent_difference_is_significant():
    noise = np.random.default_rng(3).normal(size=24 * 40)
    (pair,) = compared({"worse": lambda rows: 1.05 * noise, "better": lambda rows: noise})
    assert (pair["verdict"], pair["better"]) == (BETTER, "better")
    assert 0 < pair["interval"][0] < pair["difference"] < pair["interval"][1]
    assert not_significantly_different("better", [pair]) == []


def test_random_difference_is_not_significant():
    generator = np.random.default_rng(4)
    pairs = compared({name: lambda rows: generator.normal(size=rows) for name in "abc"})
    assert [(pair["first"], pair["second"]) for pair in pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert {pair["verdict"] for pair in pairs} == {NO_DIFFERENCE}
    assert {pair["better"] for pair in pairs} == {""}
    assert not_significantly_different("b", pairs) == ["a", "c"]


def test_one_day_says_nothing():
    (pair,) = compared({"a": lambda rows: np.full(rows, 9.0), "b": np.zeros}, days=1)
    assert pair["verdict"] == NO_DIFFERENCE


@pytest.mark.parametrize(("microseconds", "best"), [(5.0, "second"), (6.0, "first"), (20.0, "first")])
def test_tie_needs_twice_the_speed(microseconds, best):
    times = {"first": 10.0, "second": microseconds, "third": 1.0}
    errors = {"third": 110.0, "second": 100.5, "first": 100.0}
    assert best_candidate(errors, ["second"], times, RANKINGS["rmse"]) == best


@pytest.mark.parametrize(
    ("metric", "second", "undecided", "best"),
    [
        ("rmse", 100.9, ["second"], "second"),
        ("rmse", 100.9, [], "first"),
        ("rmse", 101.1, ["second"], "first"),
        ("log_loss", 100.9, ["second"], "second"),
        ("auc", 99.91, ["second"], "second"),
        ("auc", 99.89, ["second"], "first"),
    ],
)
def test_tie_is_small_and_not_significant(metric, second, undecided, best):
    times = {"first": 10.0, "second": 1.0}
    assert best_candidate({"first": 100.0, "second": second}, undecided, times, RANKINGS[metric]) == best


def predict(task, train, part, schema=SCHEMA):
    return predict_baselines(task, {"train": train, "validation": part, "test": part}, schema)


def test_mean_of_groups():
    train, part = part_of(np.arange(24 * 14)), part_of(np.zeros(24))
    predicted = predict(REGRESSION, train, part)["calendar mean"]["test"]
    assert predicted[7] == pytest.approx(train.labels[7::24].mean())


def test_unknown_group_falls_back_to_fewer_columns():
    train, part = part_of(np.arange(24 * 14)), part_of(np.zeros(25), season="Winter")
    part.keys.loc[24, "hour"] = "99"
    predicted = predict(REGRESSION, train, part)["calendar mean"]["test"]
    assert predicted[7] == pytest.approx(train.labels[7::24].mean())
    assert predicted[24] == pytest.approx(train.labels.mean())


def test_mean_without_columns():
    train, part = part_of([0, 1, 1, 2]), part_of(np.zeros(2))
    schema = Schema({"features": [{"name": "x"}]}, "", Path("s"))
    predicted = predict(MULTICLASS, train, part, schema)
    assert list(predicted) == ["overall mean", "logistic regression"]
    assert predicted["overall mean"]["test"].tolist() == [[0.25, 0.5, 0.25]] * 2


def test_linear_regression_with_missing_values():
    generator = np.random.default_rng(5)
    features = generator.normal(size=(24 * 14, 2))
    train = part_of(3 * features[:, 0] + 10, features=features)
    holes = features[:24].copy()
    holes[0, 1] = np.nan
    predicted = predict(REGRESSION, train, part_of(np.zeros(24), features=holes))["linear regression"]["test"]
    assert predicted[1:] == pytest.approx(3 * features[1:24, 0] + 10, abs=1e-6)
    assert np.isfinite(predicted).all()


@pytest.mark.parametrize("by_column", [True, False])
def test_linear_regression_knows_categories(by_column):
    codes = np.arange(24 * 14) % 3
    train = part_of(np.array([5, -2, 9])[codes], features=codes[:, None].astype(float))
    train.keys["kind"] = codes.astype(str)
    features = [{"name": "kind", "levels": ["a", "b", "c"]}]
    keys = {"one_hot": ["kind"] if by_column else []}
    schema = Schema({"features": features, "keys": keys}, "", Path("s"))
    assert predict(REGRESSION, train, train, schema)["linear regression"]["test"] == pytest.approx(train.labels)


def test_classification_baselines_are_probabilities():
    generator = np.random.default_rng(6)
    features = generator.normal(size=(24 * 14, 1))
    part = part_of(features[:, 0] > 0, features=features)
    predicted = predict(BINARY, part, part)
    assert list(predicted) == ["calendar mean", "logistic regression"]
    for values in predicted.values():
        assert ((values["test"] >= 0) & (values["test"] <= 1)).all()
    assert roc_auc_score(part.labels, predicted["logistic regression"]["test"]) > 0.99


def test_class_without_training_rows():
    part = part_of(np.arange(48) % 2)
    for values in predict(MULTICLASS, part, part).values():
        assert values["test"].shape == (48, 3)
        assert values["test"].sum(axis=1) == pytest.approx(np.ones(48))
        assert (values["test"][:, 2] == 0).all()


@pytest.mark.parametrize(
    ("error", "baseline", "beats"),
    [
        (1.2, "overall mean", "yes"),
        (1.0, "overall mean", "no"),
        (0.99, "overall mean", "no"),
        (0.999, "linear regression", "yes"),
        (0.5, "linear regression", "no"),
    ],
)
def test_only_significant_linear_models_count(error, baseline, beats):
    noise = np.random.default_rng(8).normal(size=(2, 24 * 40))
    noise[0] *= error / np.sqrt((noise[0] ** 2).mean())
    noise[1] /= np.sqrt((noise[1] ** 2).mean())
    part = part_of(np.zeros(24 * 40))
    cost = {"cost": {"usual_microseconds_per_row": 1.0}}
    candidate = Measured(dict.fromkeys(("validation", "test"), noise[1]), cost)
    baselines = {baseline: dict.fromkeys(("validation", "test"), noise[0])}
    content = {"dataset": {"title": {"en": "x"}, "kind": "", "sha256": ""}, "rows": {}, "features": []}
    parts = dict.fromkeys(("train", "validation", "test"), part)
    schema = Schema(content, "", Path("s"))
    report = compare(REGRESSION, {Candidate("a", "", ""): candidate}, baselines, parts, schema, seed=1)
    assert report["best"]["beats_baselines"] == beats
