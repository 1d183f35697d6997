"""The built-in CatBoost, from JumpStart: one channel ``training`` with ``train/`` and ``validation/`` below it.

https://docs.aws.amazon.com/sagemaker/latest/dg/catboost-hyperparameters.html
"""

from functools import partial
from typing import Any

from pipelines.definition.algorithms import jumpstart
from pipelines.definition.algorithms.algorithm import Algorithm, Range
from pipelines.definition.formats import CSV
from pipelines.settings import Task

TUNED: dict[Task, dict[str, Any]] = {
    "regression": {"learning_rate": 0.1, "depth": 6, "l2_leaf_reg": 3.1, "random_strength": 0.2, "rsm": 0.64},
    "classification": {"learning_rate": 0.115, "depth": 6, "l2_leaf_reg": 2.2, "random_strength": 0.75, "rsm": 0.52},
}
"""The result of ``--tune``, used for every split and feature set (see docs/models.md, Tuning)."""


def hyperparameters(task: Task, seed: int) -> dict[str, Any]:
    """All hyperparameters. With the documented defaults, early stopping ends training after a few trees."""
    metric = {"regression": "RMSE", "classification": "AUC"}
    classification_only = {"scale_pos_weight": 1.0} if task == "classification" else {}
    return {
        "iterations": 800,
        "early_stopping_rounds": 50,
        "eval_metric": metric[task],
        **TUNED[task],
        "max_leaves": 31,
        "sampling_frequency": "PerTree",
        "min_data_in_leaf": 1,
        "boosting_type": "Plain",
        "max_bin": 64,
        "grow_policy": "SymmetricTree",
        "random_seed": seed,
        "thread_count": -1,
        "verbose": 100,
        **classification_only,
    }


def metrics(task: Task) -> dict[str, str]:
    """The best validation value, which the library prints once, at the end."""
    name = {"regression": "rmse", "classification": "auc"}[task]
    return {f"validation:{name}": r"bestTest = ([0-9\.]+)"}


CATBOOST = Algorithm(
    name="catboost",
    title="CatBoost",
    resources=partial(jumpstart.resources, "catboost"),
    channels={"training": ""},
    hyperparameters=hyperparameters,
    formats=(CSV,),
    metrics=metrics,
    network_isolation=True,
    ranges={
        "learning_rate": Range(0.05, 0.2, "Logarithmic"),
        "depth": Range(4, 7),
        "l2_leaf_reg": Range(0.5, 20.0, "Logarithmic"),
        "random_strength": Range(0.1, 5.0, "Logarithmic"),
        "rsm": Range(0.2, 1.0),
    },
)
