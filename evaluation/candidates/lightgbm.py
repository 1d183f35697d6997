"""Models of the built-in LightGBM: ``model.pkl``, a booster that joblib wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from evaluation.candidates.model import Model, Rows
from evaluation.errors import CandidateError
from evaluation.inputs import Numbers, Task
from evaluation.libraries import require

FILE = "model.pkl"
NANOSECONDS_PER_TREE = 42.0
_MOST_ROUNDS, _PATIENCE = 2000, 80


def load(path: Path, _task: Task) -> Model:
    """Load a booster; it predicts with its best iteration.

    The format is AWS's. A pickle runs code when it is loaded, so only artifacts of one's own training jobs belong here.
    """
    library = require("lightgbm")
    import joblib

    try:
        booster = joblib.load(path)
    except Exception as error:  # Unpickling what is no pickle raises anything, and all of it means this.
        raise CandidateError(f"{path.name} is not a LightGBM model ({error!r}).") from error
    if not isinstance(booster, library.Booster):
        raise CandidateError(f"{path.name} holds a {type(booster).__name__} where a LightGBM booster is expected.")

    def predict(features: Numbers) -> Numbers:
        return np.asarray(booster.predict(features, num_threads=1), dtype="float64")

    def contributions(features: Numbers) -> Numbers:
        explained = np.asarray(booster.predict(features, pred_contrib=True, num_threads=1), dtype="float64")
        return explained[:, :-1]  # the last column is what all rows have in common

    def importance() -> Numbers:
        return np.asarray(booster.feature_importance("gain"), dtype="float64")

    def retrain(learned: Rows, stopped: Rows) -> Callable[[Numbers], Numbers]:
        settings = {**booster.params, "num_threads": 1, "verbosity": -1}
        rounds = settings.pop("num_iterations", _MOST_ROUNDS)
        data = library.Dataset(*learned, params=settings)
        stop = library.early_stopping(_PATIENCE, verbose=False)
        validation = library.Dataset(*stopped, reference=data)
        twin = library.train(settings, data, rounds, valid_sets=[validation], callbacks=[stop])
        return lambda features: np.asarray(twin.predict(features, num_threads=1), dtype="float64")

    again = retrain if "objective" in booster.params else None  # a booster that was read from text has no settings
    size, trees = path.stat().st_size, booster.best_iteration if booster.best_iteration > 0 else booster.num_trees()
    return Model(booster.num_feature(), predict, contributions, importance, size, trees, NANOSECONDS_PER_TREE, again)
