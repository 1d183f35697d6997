"""The built-in LightGBM, from JumpStart: channels ``train`` and ``validation``.

https://docs.aws.amazon.com/sagemaker/latest/dg/lightgbm-hyperparameters.html
"""

from functools import partial
from typing import Any

from pipelines.definition.algorithms import jumpstart
from pipelines.definition.algorithms.algorithm import Algorithm, Range, logged_number, metric_name
from pipelines.definition.formats import CSV
from processing_scripts.dataset_file.model import Kind, Task

METRICS = {"rmse": "rmse", "mae": "l1", "auc": "auc", "logloss": "binary_logloss", "mlogloss": "multi_logloss"}
"""As the library names the metrics of the built-in XGBoost."""


def hyperparameters(task: Task, seed: int) -> dict[str, Any]:  # noqa: ARG001 - the script accepts no seed
    """All hyperparameters, because the spec, the script and the guide disagree about defaults."""
    by_kind: dict[Kind, dict[str, Any]] = {
        "regression": {"tweedie_variance_power": 1.5},
        "binary": {"scale_pos_weight": 1.0, "is_unbalance": "False"},
        "multiclass": {},
    }
    return {
        "metric": METRICS[metric_name(task)],
        "num_boost_round": 1500,
        "early_stopping_rounds": 50,
        "learning_rate": 0.05,
        "num_leaves": 31,
        "min_data_in_leaf": 10,
        "feature_fraction_bynode": 0.6,
        "bagging_fraction": 0.8,
        "lambda_l2": 1.0,
        "max_depth": -1,
        "feature_fraction": 1.0,
        "bagging_freq": 1,
        "lambda_l1": 0.0,
        "max_delta_step": 0.0,
        "min_gain_to_split": 0.0,
        "max_bin": 255,
        "boosting": "gbdt",
        "tree_learner": "serial",
        "num_threads": 0,
        "verbosity": 1,
        "use_dask": "False",
        **by_kind[task.kind],
    }


def metrics(task: Task) -> dict[str, str]:
    """The metrics by the name of their set: a bare metric name would match the training value first."""
    name, own = metric_name(task), METRICS[metric_name(task)]
    number = logged_number(task)
    return {f"validation:{name}": rf"val's {own}: {number}", f"train:{name}": rf"train's {own}: {number}"}


LIGHTGBM = Algorithm(
    name="lightgbm",
    title="LightGBM",
    resources=partial(jumpstart.resources, "lightgbm"),
    channels={"train": "train", "validation": "validation"},
    hyperparameters=hyperparameters,
    formats=(CSV,),
    reads_categories=True,
    distributes=False,  # with use_dask, which cannot stop early (LightGBM issue 3712)
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
