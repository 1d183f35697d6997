"""Models of the built-in LightGBM algorithm: ``model.pkl``, a booster saved by joblib."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from evaluation.candidates.model import Model, Rows
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

    def retrain(learned: Rows, stopped: Rows) -> Callable[[Numbers], Numbers]:
        settings = {**booster.params, "num_threads": 1, "verbosity": -1}
        rounds = settings.pop("num_iterations", _MAX_ROUNDS)
        data = library.Dataset(*learned, params=settings)
        stop = library.early_stopping(_EARLY_STOPPING_ROUNDS, verbose=False)
        validation = library.Dataset(*stopped, reference=data)
        twin = library.train(settings, data, rounds, valid_sets=[validation], callbacks=[stop])
        return lambda features: np.asarray(twin.predict(features, num_threads=1), dtype="float64")

    retrainer = retrain if "objective" in booster.params else None  # a booster from text has no parameters
    rounds = booster.best_iteration if booster.best_iteration > 0 else booster.current_iteration()
    size, trees = path.stat().st_size, rounds * booster.num_model_per_iteration()
    return Model(
        booster.num_feature(), predict, contributions, importance, size, trees, NANOSECONDS_PER_TREE, retrainer
    )
