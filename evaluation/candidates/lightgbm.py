"""Models of the built-in LightGBM algorithm: ``model.pkl``, a booster saved by joblib."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.candidates.model import Model, Predict, Rows
from evaluation.errors import CandidateError
from evaluation.inputs import Numbers
from evaluation.libraries import require
from evaluation.schema import Task

FILE = "model.pkl"
NANOSECONDS_PER_TREE = 42.0
_MAX_ROUNDS, _EARLY_STOPPING_ROUNDS = 2000, 80


def load(path: Path, task: Task) -> Model:
    """Load a booster, which predicts with its best iteration.

    The format is AWS's. Loading a pickle runs code: load artifacts of your own training jobs only.
    """
    library = require("lightgbm")
    import joblib

    try:
        booster = joblib.load(path)
    except Exception as error:  # unpickling other files raises any exception
        raise CandidateError(f"{path.name} is not a LightGBM model ({error!r}).") from error
    if not isinstance(booster, library.Booster):
        raise CandidateError(f"{path.name} contains a {type(booster).__name__} instead of a LightGBM booster.")

    def predict(features: Numbers) -> Numbers:
        return np.asarray(booster.predict(features, num_threads=1), dtype="float64")

    def contributions(features: Numbers) -> Numbers:
        explained = np.asarray(booster.predict(features, pred_contrib=True, num_threads=1), dtype="float64")
        if task.kind == "multiclass":  # one block of columns per class
            explained = explained.reshape(len(features), len(task.classes), -1)
        return explained[..., :-1]  # the last column is the expected value

    def importance() -> Numbers:
        return np.asarray(booster.feature_importance("gain"), dtype="float64")

    def retrain(learned: Rows, stopped: Rows) -> Predict:
        settings = {**booster.params, "num_threads": 1, "verbosity": -1}
        rounds = settings.pop("num_iterations", _MAX_ROUNDS)
        return _fit(settings, learned, stopped, rounds, _EARLY_STOPPING_ROUNDS)

    retrainer = retrain if "objective" in booster.params else None  # a booster from text has no parameters
    rounds = booster.best_iteration if booster.best_iteration > 0 else booster.current_iteration()
    size, trees = path.stat().st_size, rounds * booster.num_model_per_iteration()
    train = partial(_train, booster.params)
    return Model(
        booster.num_feature(), predict, contributions, importance, size, trees, NANOSECONDS_PER_TREE, train, retrainer
    )


def _train(own: Mapping[str, Any], settings: Mapping[str, str], learned: Rows, stopped: Rows) -> Predict:
    """Train with ``own``, which is what the training job made of its hyperparameters, all but the number of rounds."""
    library = require("lightgbm")
    same = {name: value for name, value in own.items() if name not in ("num_iterations", "early_stopping_round")}
    rounds, patience = (
        int(settings.get(name, default))
        for name, default in (("num_boost_round", _MAX_ROUNDS), ("early_stopping_rounds", _EARLY_STOPPING_ROUNDS))
    )
    everywhere = {"num_threads": 0, "verbosity": -1, "deterministic": True, "force_row_wise": True}
    try:
        return _fit({**same, **everywhere}, learned, stopped, rounds, patience)
    except library.basic.LightGBMError as error:
        raise CandidateError(f"LightGBM cannot train on folds: {str(error).splitlines()[0]}.") from error


def _fit(settings: Mapping[str, Any], learned: Rows, stopped: Rows, rounds: int, patience: int) -> Predict:
    library = require("lightgbm")
    data = library.Dataset(*learned, params={**settings})
    stop = [library.early_stopping(patience, verbose=False)] if patience > 0 else []
    validation = library.Dataset(*stopped, reference=data)
    twin = library.train({**settings}, data, rounds, valid_sets=[validation], callbacks=stop)
    return lambda features: np.asarray(twin.predict(features, num_threads=1), dtype="float64")
