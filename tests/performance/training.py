"""Trains the three libraries as their containers do, with the hyperparameters that the pipeline gives them.

The containers' own scripts are ``local_sagemaker.containers.xgboost`` and ``local_sagemaker.jumpstart.scripts``; here
the same calls are made in this process, with one thread each, because a benchmark trains hundreds of models.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import catboost
import lightgbm
import numpy as np
import numpy.typing as npt
import xgboost

from pipelines.definition.algorithms import ALGORITHMS
from pipelines.settings import Task

Numbers = npt.NDArray[np.float64]
Predict = Callable[[Numbers], Numbers]


class Trained(NamedTuple):
    """A function from features to rentals or probabilities, its trees, and the processor seconds of training."""

    predict: Predict
    trees: int
    seconds: float


class Rows(NamedTuple):
    """Features of shape (rows, columns) and labels of shape (rows,)."""

    features: Numbers
    labels: Numbers


def train(algorithm: str, task: Task, training: Rows, validation: Rows, seed: int, **changed: Any) -> Trained:
    """Train a model with the pipeline's hyperparameters.

    Parameters
    ----------
    algorithm
        ``xgboost``, ``lightgbm`` or ``catboost``.
    validation
        Training ends when these rows gain no more.
    changed
        Hyperparameters other than the pipeline's.
    """
    hyperparameters = {**ALGORITHMS[algorithm].hyperparameters(task, seed), **changed}
    began = time.process_time()
    predict, trees = _TRAINERS[algorithm](task, training, validation, hyperparameters)
    return Trained(predict, trees, time.process_time() - began)


def _train_xgboost(
    task: Task, training: Rows, validation: Rows, hyperparameters: Mapping[str, Any]
) -> tuple[Predict, int]:
    parameters = dict(hyperparameters)
    rounds, patience = parameters.pop("num_round"), parameters.pop("early_stopping_rounds")
    parameters["eval_metric"] = parameters["eval_metric"].split(",")
    booster = xgboost.train(
        {**parameters, "nthread": 1},
        xgboost.DMatrix(*training),
        rounds,
        evals=[(xgboost.DMatrix(*validation), "validation")],
        early_stopping_rounds=patience,
        verbose_eval=False,
    )
    trees = booster.best_iteration + 1
    return lambda features: booster.predict(xgboost.DMatrix(features), iteration_range=(0, trees)), trees


def _train_lightgbm(
    task: Task, training: Rows, validation: Rows, hyperparameters: Mapping[str, Any]
) -> tuple[Predict, int]:
    parameters = dict(hyperparameters)
    rounds, patience = parameters.pop("num_boost_round"), parameters.pop("early_stopping_rounds")
    for name in ("use_dask", "is_unbalance"):
        parameters.pop(name, None)
    objective = "regression" if task == "regression" else "binary"
    parameters |= {"num_threads": 1, "verbosity": -1, "deterministic": True, "force_row_wise": True}
    data = lightgbm.Dataset(*training)
    booster = lightgbm.train(
        {"objective": objective, **parameters},
        data,
        rounds,
        valid_sets=[data.create_valid(*validation)],
        callbacks=[lightgbm.early_stopping(patience, verbose=False)],
    )
    return lambda features: np.asarray(booster.predict(features, num_threads=1)), booster.best_iteration


def _train_catboost(
    task: Task, training: Rows, validation: Rows, hyperparameters: Mapping[str, Any]
) -> tuple[Predict, int]:
    parameters = {**hyperparameters, "thread_count": 1, "verbose": 0}
    if parameters["grow_policy"] != "Lossguide":
        del parameters["max_leaves"]
    if parameters["grow_policy"] == "SymmetricTree":
        del parameters["min_data_in_leaf"]
    kind = catboost.CatBoostRegressor if task == "regression" else catboost.CatBoostClassifier
    model = kind(**parameters, allow_writing_files=False)
    model.fit(*training, eval_set=tuple(validation), use_best_model=True)
    if task == "regression":
        return lambda features: model.predict(features, thread_count=1), model.tree_count_
    return lambda features: model.predict_proba(features, thread_count=1)[:, 1], model.tree_count_


_TRAINERS = {"xgboost": _train_xgboost, "lightgbm": _train_lightgbm, "catboost": _train_catboost}
