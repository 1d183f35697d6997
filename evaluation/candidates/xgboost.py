"""Models of the built-in XGBoost algorithm: ``xgboost-model``, saved by ``Booster.save_model``."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from evaluation.candidates.model import Model, Predict, Rows
from evaluation.errors import CandidateError
from evaluation.inputs import Numbers
from evaluation.libraries import require
from evaluation.schema import Task

FILE = "xgboost-model"
NANOSECONDS_PER_TREE = 16.0
_OF_THE_CONTAINER = ("csv_weights", "save_model_on_termination")
"""Hyperparameters that the library does not know, beside those that begin with ``_``."""


def load(path: Path, task: Task) -> Model:
    """Load a booster, which was saved up to its best iteration."""
    library = require("xgboost")
    booster = library.Booster()
    try:
        booster.load_model(bytearray(path.read_bytes()))
    except library.core.XGBoostError as error:
        raise CandidateError(f"{path.name} is not an XGBoost model ({str(error).splitlines()[0]}).") from error

    booster.set_param({"nthread": 1})

    def predict(features: Numbers) -> Numbers:
        # The data has no feature names to validate; load_candidate checks their number.
        predicted = booster.predict(library.DMatrix(features, nthread=1), validate_features=False)
        return np.asarray(predicted, dtype="float64")

    def contributions(features: Numbers) -> Numbers:
        explained = booster.predict(library.DMatrix(features), pred_contribs=True, validate_features=False)
        return np.asarray(explained, dtype="float64")[..., :-1]  # the last column is the expected value

    def importance() -> Numbers:
        gains = booster.get_score(importance_type="total_gain")
        names = booster.feature_names or [f"f{number}" for number in range(booster.num_features())]
        return np.array([gains.get(name, 0.0) for name in names], dtype="float64")

    classes = len(task.classes) if task.kind == "multiclass" else 1  # each round adds a tree per class
    size, trees = path.stat().st_size, booster.num_boosted_rounds() * classes
    return Model(booster.num_features(), predict, contributions, importance, size, trees, NANOSECONDS_PER_TREE, train)


def train(settings: Mapping[str, str], learned: Rows, stopped: Rows) -> Predict:
    """Train as the built-in does: the last metric ends the training.

    Raises `CandidateError` if the library refuses the hyperparameters.
    """
    library = require("xgboost")
    given = {name: value for name, value in settings.items() if not name.startswith("_")}
    rounds, patience = int(given.pop("num_round")), int(given.pop("early_stopping_rounds", 0))
    for name in _OF_THE_CONTAINER:
        given.pop(name, None)
    parameters = {**given, "eval_metric": given.get("eval_metric", "").split(","), "verbosity": 0}
    stop = [library.callback.EarlyStopping(rounds=patience, save_best=True)] if patience else []
    try:
        booster = library.train(
            parameters,
            library.DMatrix(*learned),
            rounds,
            evals=[(library.DMatrix(*stopped), "validation")],
            callbacks=stop,
            verbose_eval=False,
        )
    except (library.core.XGBoostError, ValueError) as error:
        raise CandidateError(f"XGBoost cannot train on folds: {str(error).splitlines()[0]}.") from error
    return lambda features: np.asarray(booster.predict(library.DMatrix(features)), dtype="float64")
