"""The built-in LightGBM, from JumpStart: channels ``train`` and ``validation``.

https://docs.aws.amazon.com/sagemaker/latest/dg/lightgbm-hyperparameters.html
"""

from functools import partial
from typing import Any

from pipelines.definition.algorithms import jumpstart
from pipelines.definition.algorithms.algorithm import Algorithm, Range
from pipelines.definition.formats import CSV
from pipelines.settings import Task

TUNED: dict[Task, dict[str, Any]] = {
    "regression": {
        "learning_rate": 0.053,
        "num_leaves": 28,
        "min_data_in_leaf": 9,
        "feature_fraction_bynode": 0.51,
        "bagging_fraction": 0.81,
        "lambda_l2": 6.7,
    },
    "classification": {
        "learning_rate": 0.136,
        "num_leaves": 20,
        "min_data_in_leaf": 12,
        "feature_fraction_bynode": 0.58,
        "bagging_fraction": 0.92,
        "lambda_l2": 5.6,
    },
}
"""The result of ``--tune``, used for every split and feature set (see docs/models.md, Tuning)."""


def hyperparameters(task: Task, seed: int) -> dict[str, Any]:  # noqa: ARG001 - the script accepts no seed
    """All hyperparameters, because the spec, the script and the guide disagree about defaults."""
    metric = {"regression": "rmse", "classification": "auc"}
    regression_only = {"tweedie_variance_power": 1.5} if task == "regression" else {}
    classification_only = {"scale_pos_weight": 1.0, "is_unbalance": "False"} if task == "classification" else {}
    return {
        "metric": metric[task],
        "num_boost_round": 1500,
        "early_stopping_rounds": 50,
        **TUNED[task],
        "max_depth": -1,
        "feature_fraction": 1.0,
        "bagging_freq": 1,
        "lambda_l1": 0.0,
        "max_delta_step": 0.0,
        "min_gain_to_split": 0.0,
        "max_bin": 127,
        "boosting": "gbdt",
        "tree_learner": "serial",
        "num_threads": 0,
        "verbosity": 1,
        "use_dask": "False",
        **regression_only,
        **classification_only,
    }


def metrics(task: Task) -> dict[str, str]:
    """The metrics by the name of their set: a bare metric name would match the training value first."""
    name = {"regression": "rmse", "classification": "auc"}[task]
    return {f"validation:{name}": rf"val's {name}: ([0-9\.]+)", f"train:{name}": rf"train's {name}: ([0-9\.]+)"}


LIGHTGBM = Algorithm(
    name="lightgbm",
    title="LightGBM",
    resources=partial(jumpstart.resources, "lightgbm"),
    channels={"train": "train", "validation": "validation"},
    hyperparameters=hyperparameters,
    formats=(CSV,),
    metrics=metrics,
    network_isolation=True,
    ranges={
        "learning_rate": Range(0.04, 0.2, "Logarithmic"),
        "num_leaves": Range(12, 64, "Logarithmic"),
        "min_data_in_leaf": Range(5, 50, "Logarithmic"),
        "feature_fraction_bynode": Range(0.15, 0.8),
        "bagging_fraction": Range(0.6, 1.0),
        "lambda_l2": Range(0.5, 20.0, "Logarithmic"),
    },
)
