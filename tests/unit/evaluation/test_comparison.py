"""Paired comparison, baselines and selection, against independent calculations."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from evaluation.inputs import Part
from evaluation.measures.baselines import predict_baselines
from evaluation.ranking.bootstrap import (
    BETTER,
    NO_DIFFERENCE,
    compare_pairs,
    draw_days,
    interval,
    not_significantly_different,
    resampled_metric,
)
from evaluation.ranking.selection import RANKINGS, best_candidate


def part_of(labels, *, features=None, start="2018-03-01", season="Spring"):
    hours = pd.date_range(start, periods=len(labels), freq="h")
    keys = pd.DataFrame({"datetime": hours, "season": season})
    return Part(np.zeros((len(labels), 1)) if features is None else features, np.asarray(labels, float), keys)


def drawn_rows(part, counts):
    return np.concatenate([np.tile(np.flatnonzero(part.days == day), int(times)) for day, times in enumerate(counts)])


@given(seed=st.integers(0, 1000), days=st.integers(2, 6))
def test_auc_of_a_sample(seed, days):
    generator = np.random.default_rng(seed)
    part = part_of(generator.integers(0, 2, 24 * days))
    probability = generator.integers(0, 5, 24 * days) / 5
    values = resampled_metric(RANKINGS["classification"], part, {"a": probability}, seed=1)["a"]
    rows = drawn_rows(part, draw_days(part, seed=1)[7])
    assert values[7] == pytest.approx(roc_auc_score(part.labels[rows], probability[rows]))


def test_rmse_of_a_sample():
    generator = np.random.default_rng(2)
    part, predicted = part_of(generator.random(100)), generator.random(100)
    values = resampled_metric(RANKINGS["regression"], part, {"a": predicted}, seed=1)["a"]
    rows = drawn_rows(part, draw_days(part, seed=1)[3])
    assert values[3] == pytest.approx(np.sqrt(((part.labels - predicted)[rows] ** 2).mean()))


def test_auc_without_both_classes_is_nan():
    part = part_of(np.repeat([0, 1], 24))
    values = resampled_metric(RANKINGS["classification"], part, {"a": np.linspace(0, 1, 48)}, seed=1)["a"]
    assert set(values[np.isfinite(values)]) == {1.0}
    assert np.isnan(values).any()
    assert interval(np.full(3, np.nan)) == pytest.approx([np.nan, np.nan], nan_ok=True)


def compared(errors, days=40):
    """Compare predictions that are off by these errors, by hour and candidate."""
    part = part_of(np.zeros(24 * days))
    predictions = {name: make(24 * days) for name, make in errors.items()}
    measured = {name: {"rmse": float(np.sqrt((values**2).mean()))} for name, values in predictions.items()}
    return compare_pairs(RANKINGS["regression"], part, predictions, measured, seed=1)


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
    assert best_candidate(errors, ["second"], times, RANKINGS["regression"]) == best


@pytest.mark.parametrize(
    ("task", "second", "undecided", "best"),
    [
        ("regression", 100.9, ["second"], "second"),
        ("regression", 100.9, [], "first"),
        ("regression", 101.1, ["second"], "first"),
        ("classification", 99.91, ["second"], "second"),
        ("classification", 99.89, ["second"], "first"),
    ],
)
def test_tie_is_small_and_not_significant(task, second, undecided, best):
    times = {"first": 10.0, "second": 1.0}
    assert best_candidate({"first": 100.0, "second": second}, undecided, times, RANKINGS[task]) == best


def test_calendar_mean():
    train = part_of(np.arange(24 * 14))  # two weeks from a Thursday
    part = part_of(np.zeros(24), start="2018-03-05")
    predicted = predict_baselines("regression", {"train": train, "validation": part, "test": part})["calendar mean"]
    calendar = train.keys["datetime"].dt
    monday = train.labels[(calendar.hour == 7) & (calendar.weekday < 5)]
    assert predicted["test"][7] == pytest.approx(monday.mean())


def test_calendar_mean_of_unknown_season():
    train, part = part_of(np.arange(24 * 14)), part_of(np.zeros(24), start="2018-03-05", season="Winter")
    seen = part_of(np.zeros(24), start="2018-03-05")
    predicted = predict_baselines("regression", {"train": train, "validation": seen, "test": part})["calendar mean"]
    assert predicted["test"] == pytest.approx(predicted["validation"])


def test_linear_regression_with_missing_values():
    generator = np.random.default_rng(5)
    features = generator.normal(size=(24 * 14, 2))
    train = part_of(3 * features[:, 0] + 10, features=features)
    holes = features[:24].copy()
    holes[0, 1] = np.nan
    part = part_of(np.zeros(24), features=holes)
    predicted = predict_baselines("regression", {"train": train, "validation": part, "test": part})
    assert predicted["linear regression"]["test"][1:] == pytest.approx(3 * features[1:24, 0] + 10, abs=1e-6)
    assert np.isfinite(predicted["linear regression"]["test"]).all()


def test_classification_baselines_are_probabilities():
    generator = np.random.default_rng(6)
    features = generator.normal(size=(24 * 14, 1))
    part = part_of(features[:, 0] > 0, features=features)
    predicted = predict_baselines("classification", {"train": part, "validation": part, "test": part})
    assert list(predicted) == ["calendar mean", "logistic regression"]
    for values in predicted.values():
        assert ((values["test"] >= 0) & (values["test"] <= 1)).all()
    assert roc_auc_score(part.labels, predicted["logistic regression"]["test"]) > 0.99
