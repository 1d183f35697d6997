"""The built-in XGBoost: one image for training and inference, channels ``train`` and ``validation``.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html
"""

from typing import Any

from pipelines.definition.algorithms.algorithm import Algorithm, Range, Resources, metric_name
from pipelines.definition.formats import CSV, RECORDIO
from processing_scripts.dataset_file.model import Kind, Task

IMAGE_VERSION = "3.2-0"


def resources(kind: Kind, region: str) -> Resources:  # noqa: ARG001 - one image serves all kinds
    """The image, by its version: ``latest`` and ``1`` name one that is years old."""
    from sagemaker.core import image_uris

    image = image_uris.retrieve("xgboost", region, version=IMAGE_VERSION)
    return Resources(training_image=image, inference_image=image, version=IMAGE_VERSION)


def hyperparameters(task: Task, seed: int) -> dict[str, Any]:
    """All hyperparameters; early stopping uses the last ``eval_metric``."""
    metric = metric_name(task)
    objective: dict[Kind, dict[str, Any]] = {
        "regression": {"objective": "reg:squarederror", "eval_metric": metric},
        "binary": {"objective": "binary:logistic", "eval_metric": "logloss,auc" if metric == "auc" else "auc,logloss"},
        "multiclass": {"objective": "multi:softprob", "num_class": len(task.classes), "eval_metric": metric},
    }
    return {
        **objective[task.kind],
        "num_round": 1500,
        "early_stopping_rounds": 50,
        "eta": 0.05,
        "max_depth": 6,
        "min_child_weight": 2,
        "subsample": 0.8,
        "colsample_bynode": 0.6,
        "lambda": 1,
        "alpha": 0,
        "gamma": 0,
        "tree_method": "hist",
        "max_bin": 256,
        "seed": seed,
    }


def metrics(task: Task) -> dict[str, str]:  # noqa: ARG001
    """None: the built-in reports ``train:*`` and ``validation:*`` itself."""
    return {}


XGBOOST = Algorithm(
    name="xgboost",
    title="XGBoost",
    resources=resources,
    channels={"train": "train", "validation": "validation"},
    hyperparameters=hyperparameters,
    formats=(CSV, RECORDIO),
    reads_categories=False,
    distributes=True,
    metrics=metrics,
    network_isolation=False,
    ranges={
        "eta": Range(0.04, 0.2, "Logarithmic"),
        "max_depth": Range(4, 8),
        "min_child_weight": Range(1.0, 20.0, "Logarithmic"),
        "subsample": Range(0.6, 1.0),
        "colsample_bynode": Range(0.15, 0.8),
        "lambda": Range(0.5, 20.0, "Logarithmic"),
    },
)
