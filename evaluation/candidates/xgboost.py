"""Models of the built-in XGBoost algorithm: ``xgboost-model``, saved by ``Booster.save_model``."""

from pathlib import Path

import numpy as np

from evaluation.candidates.model import Model
from evaluation.errors import CandidateError
from evaluation.inputs import Numbers
from evaluation.libraries import require
from evaluation.schema import Task

FILE = "xgboost-model"
NANOSECONDS_PER_TREE = 16.0


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
    return Model(booster.num_features(), predict, contributions, importance, size, trees, NANOSECONDS_PER_TREE)
