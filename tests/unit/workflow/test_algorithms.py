"""What the three algorithms are told about a task."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipelines.definition.algorithms import ALGORITHMS
from pipelines.definition.algorithms.algorithm import Objective, objective_of
from processing_scripts.dataset_file.model import Task

BY_AUC = Task("churn", "binary", "churned", "auc", 0.6, classes=("no", "yes"))
BY_LOSS = replace(BY_AUC, early_stopping="log_loss")
KEYS = {"xgboost": "eval_metric", "lightgbm": "metric", "catboost": "eval_metric"}


@pytest.mark.parametrize(
    ("task", "metrics"),
    [(BY_AUC, ("logloss,auc", "auc", "AUC")), (BY_LOSS, ("auc,logloss", "binary_logloss", "Logloss"))],
)
def test_training_ends_by_the_metric_of_early_stopping(task: Task, metrics: tuple[str, ...]) -> None:
    told = [ALGORITHMS[name].hyperparameters(task, 0)[key] for name, key in KEYS.items()]
    assert told == [*metrics]


def test_a_search_optimizes_the_metric_of_early_stopping() -> None:
    assert objective_of(BY_AUC) == Objective("validation:auc", "Maximize")
    assert objective_of(BY_LOSS) == Objective("validation:logloss", "Minimize")


@pytest.mark.parametrize(
    ("name", "line"), [("lightgbm", "val's binary_logloss: 3e-05"), ("catboost", "bestTest = 3e-05")]
)
def test_a_tiny_loss_is_found_in_the_log(name: str, line: str) -> None:
    found = re.search(ALGORITHMS[name].metrics(BY_LOSS)["validation:logloss"], line)
    assert found is not None
    assert found[1] == "3e-05"
