"""The built-in CatBoost, from JumpStart: one channel ``training`` with ``train/`` and ``validation/`` below it.

https://docs.aws.amazon.com/sagemaker/latest/dg/catboost-hyperparameters.html
"""

from functools import partial
from typing import Any

from pipelines.definition.algorithms import jumpstart
from pipelines.definition.algorithms.algorithm import Algorithm, Range, logged_number, metric_name
from pipelines.definition.formats import CSV
from processing_scripts.dataset_file.model import Task

METRICS = {"rmse": "RMSE", "mae": "MAE", "auc": "AUC", "logloss": "Logloss", "mlogloss": "MultiClass"}
"""As the library names the metrics of the built-in XGBoost."""


def hyperparameters(task: Task, seed: int) -> dict[str, Any]:
    """All hyperparameters. With the documented defaults, early stopping ends training after a few trees."""
    binary_only = {"scale_pos_weight": 1.0} if task.kind == "binary" else {}
    return {
        "iterations": 1500,
        "early_stopping_rounds": 50,
        "eval_metric": METRICS[metric_name(task)],
        "learning_rate": 0.05,
        "depth": 6,
        "l2_leaf_reg": 3.0,
        "random_strength": 1.0,
        "rsm": 0.8,
        "max_leaves": 31,
        "sampling_frequency": "PerTree",
        "min_data_in_leaf": 1,
        "boosting_type": "Plain",
        "max_bin": 254,
        "grow_policy": "SymmetricTree",
        "random_seed": seed,
        "thread_count": -1,
        "verbose": 100,
        **binary_only,
    }


def metrics(task: Task) -> dict[str, str]:
    """The best validation value, which the library prints once, at the end."""
    return {f"validation:{metric_name(task)}": f"bestTest = {logged_number(task)}"}


CATBOOST = Algorithm(
    name="catboost",
    title="CatBoost",
    resources=partial(jumpstart.resources, "catboost"),
    channels={"training": ""},
    hyperparameters=hyperparameters,
    formats=(CSV,),
    reads_categories=True,
    distributes=False,
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
