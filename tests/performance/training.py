"""Trains the three libraries as their containers do, with the hyperparameters that the pipeline gives them.

The containers' own scripts are ``local_sagemaker.containers.xgboost`` and ``local_sagemaker.jumpstart.scripts``; here
the same calls are made in this process, with one thread each, because a benchmark trains hundreds of models.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import catboost
import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
import xgboost

from evaluation.inputs import Part, PartName
from evaluation.measures.folds import Folds, train_on_folds
from evaluation.schema import Task as Measured
from pipelines.definition.algorithms import ALGORITHMS
from pipelines.settings.fields import Settings
from processing_scripts.dataset_file.model import Task

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


def train(
    algorithm: str,
    task: Task | str,
    training: Rows,
    validation: Rows,
    seed: int,
    categories: Sequence[int] = (),
    **changed: Any,
) -> Trained:
    """Train a model with the pipeline's hyperparameters.

    Parameters
    ----------
    algorithm
        ``xgboost``, ``lightgbm`` or ``catboost``.
    task
        Or the name of a task of Seoul's bikes.
    validation
        Training ends when these rows gain no more.
    categories
        Columns with codes of categories.
    changed
        Hyperparameters other than the pipeline's.
    """
    described = Settings(task=task).table.task(task) if isinstance(task, str) else task
    tuned = described.hyperparameters.get(algorithm, {})
    own = {name: int(value) if float(value).is_integer() else value for name, value in tuned.items()}
    hyperparameters = {**ALGORITHMS[algorithm].hyperparameters(described, seed), **own, **changed}
    began = time.process_time()
    predict, trees = _TRAINERS[algorithm](described, training, validation, hyperparameters, categories)
    return Trained(predict, trees, time.process_time() - began)


def on_folds(
    task: Task,
    measured: Measured,
    parts: Mapping[PartName, Part],
    number: int,
    seed: int,
    categories: Sequence[int] = (),
) -> Folds:
    """Train all algorithms on folds, as the evaluation does.

    Parameters
    ----------
    measured
        The task as the evaluation reads it from the schema.
    """

    def trained(algorithm: str, _: Any, learned: Any, stopped: Any) -> Predict:
        return train(algorithm, task, Rows(*learned), Rows(*stopped), seed, categories).predict

    models: Any = {name: SimpleNamespace(train=partial(trained, name)) for name in ALGORITHMS}
    known = {name: {"hyperparameters": "the pipeline's"} for name in ALGORITHMS}
    schema: Any = SimpleNamespace(rules=[])
    return train_on_folds(measured, models, known, parts, schema, number=number, seed=seed)


def _train_xgboost(
    task: Task, training: Rows, validation: Rows, hyperparameters: Mapping[str, Any], categories: Sequence[int]
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
    task: Task, training: Rows, validation: Rows, hyperparameters: Mapping[str, Any], categories: Sequence[int]
) -> tuple[Predict, int]:
    parameters = dict(hyperparameters)
    rounds, patience = parameters.pop("num_boost_round"), parameters.pop("early_stopping_rounds")
    for name in ("use_dask", "is_unbalance"):
        parameters.pop(name, None)
    objective: dict[str, Any] = {"objective": task.kind}
    if task.kind == "multiclass":
        objective["num_class"] = len(task.classes)
    parameters |= {"num_threads": 1, "verbosity": -1, "deterministic": True, "force_row_wise": True}
    data = lightgbm.Dataset(*training, categorical_feature=list(categories) or "auto")
    booster = lightgbm.train(
        {**objective, **parameters},
        data,
        rounds,
        valid_sets=[data.create_valid(*validation)],
        callbacks=[lightgbm.early_stopping(patience, verbose=False)],
    )
    return lambda features: np.asarray(booster.predict(features, num_threads=1)), booster.best_iteration


def _train_catboost(
    task: Task, training: Rows, validation: Rows, hyperparameters: Mapping[str, Any], categories: Sequence[int]
) -> tuple[Predict, int]:
    parameters = {**hyperparameters, "thread_count": 1, "verbose": 0}
    if parameters["grow_policy"] != "Lossguide":
        del parameters["max_leaves"]
    if parameters["grow_policy"] == "SymmetricTree":
        del parameters["min_data_in_leaf"]
    if task.kind == "multiclass":
        parameters["loss_function"] = "MultiClass"

    def cells(features: Numbers) -> Any:
        return (
            features
            if not categories
            else pd.DataFrame(features).astype(dict.fromkeys(categories, int)).astype(dict.fromkeys(categories, str))
        )

    kind = catboost.CatBoostRegressor if task.kind == "regression" else catboost.CatBoostClassifier
    model = kind(**parameters, allow_writing_files=False)
    model.fit(
        cells(training.features),
        training.labels,
        cat_features=list(categories) or None,
        eval_set=(cells(validation.features), validation.labels),
        use_best_model=True,
    )
    if task.kind == "regression":
        return lambda features: model.predict(cells(features), thread_count=1), model.tree_count_

    def probabilities(features: Numbers) -> Numbers:
        made = np.asarray(model.predict_proba(cells(features), thread_count=1))
        return made[:, 1] if task.kind == "binary" else made

    return probabilities, model.tree_count_


_TRAINERS = {"xgboost": _train_xgboost, "lightgbm": _train_lightgbm, "catboost": _train_catboost}
