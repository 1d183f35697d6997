"""Candidates on folds: what ranks them, and when they cannot be trained."""

from __future__ import annotations

import json

import numpy as np
import pytest

from evaluation.candidates import load_candidate
from evaluation.errors import InputError
from evaluation.inputs import read_parts
from evaluation.measures.folds import train_on_folds
from evaluation.output.results import read_results
from evaluation.page.document import render
from evaluation.schema import read_schema
from evaluation.tuning.training import TrainingJob

OBJECTIVES = {"regression": "reg:squarederror", "classification": "binary:logistic", "grade": "multi:softprob"}
METRICS = {"regression": "rmse", "classification": "auc", "grade": "mlogloss"}


@pytest.fixture
def settings(task):
    """The hyperparameters of training jobs, as SageMaker describes them."""
    several = {"num_class": "3"} if task == "grade" else {}
    shared = {"early_stopping_rounds": "10"}
    xgboost = {"objective": OBJECTIVES[task], "eval_metric": METRICS[task], "num_round": "20", "seed": "1"}
    catboost = {"iterations": "20", "max_leaves": "31", "min_data_in_leaf": "1", "max_bin": "Auto"}
    return {
        "xgboost": {**shared, **xgboost, **several, "_tuning_objective_metric": "validation:rmse"},
        "lightgbm": {**shared, "num_boost_round": "20"},
        "catboost": {**shared, **catboost, "random_seed": "1"},
    }


@pytest.fixture
def inputs(task, source):
    schema = read_schema(source / "schema" / "schema.json")
    described = schema.task(task)
    models = {
        name: load_candidate(source / "models" / name / "model.tar.gz", described, features=3)
        for name in ("xgboost", "lightgbm", "catboost")
    }
    return described, models, read_parts(source, described, schema), schema


def test_every_row_is_held_out_once_with_its_day(inputs, settings):
    task, models, parts, schema = inputs
    folds = train_on_folds(task, models, settings, parts, schema, number=2, seed=1)
    assert len(folds.part.labels) == 600
    for name, predicted in folds.predictions.items():
        assert np.isfinite(predicted).all(), name
        assert len(folds.values[name]) == 2
    again = train_on_folds(task, models, settings, parts, schema, number=2, seed=1)
    assert again.means == folds.means


def test_hyperparameters_that_are_not_known_are_said(inputs, settings):
    task, models, parts, schema = inputs
    with pytest.raises(InputError, match="The hyperparameters of catboost cannot be read"):
        train_on_folds(task, models, {**settings, "catboost": {}}, parts, schema, number=2, seed=1)


def test_fewer_days_than_folds_are_refused(inputs, settings):
    with pytest.raises(InputError, match=r"--folds is 99, but .* have 13 units \(day\) only"):
        train_on_folds(inputs[0], inputs[1], settings, *inputs[2:], number=99, seed=1)


@pytest.mark.parametrize("task", ["regression"], indirect=True)
def test_the_report_says_that_folds_chose(task, source, settings, tmp_path, monkeypatch):
    from evaluation import evaluate as module
    from evaluation.output.report import Candidate

    described = {name: {"HyperParameters": given} for name, given in settings.items()}
    monkeypatch.setattr(module, "describe_jobs", lambda _: described)
    candidates = [Candidate(name, "image", f"s3://bucket/{name}") for name in settings]
    jobs = {name: TrainingJob(name, None) for name in settings}
    report = module.evaluate(task, candidates, source, tmp_path, seed=1, training_jobs=jobs, folds=2)
    means = {name: each["mean"] for name, each in report["folds"]["candidates"].items()}
    assert set(means) == set(settings)
    assert "in the mean of 2 folds of training and validation set" in report["best"]["reason"]
    results = read_results(tmp_path)
    for language, words in (("en", "chosen by the mean of 2 folds"), ("ko", "2개 폴드의 평균으로")):
        assert words in render(results, language)
    assert "on the validation set ranks" not in render(results, "en")
    assert json.loads((tmp_path / "verdict.json").read_text())["best"]["reason"] == report["best"]["reason"]
