"""Models of the built-in CatBoost algorithm: ``model``, in CatBoost's binary format."""

from pathlib import Path

import numpy as np

from evaluation.candidates.model import Model
from evaluation.errors import CandidateError
from evaluation.inputs import Numbers, Task
from evaluation.libraries import require

FILE = "model"
NANOSECONDS_PER_TREE = 2.0


def load(path: Path, task: Task) -> Model:
    """Load a model, which was saved up to its best iteration."""
    library = require("catboost")
    model = library.CatBoostClassifier() if task == "classification" else library.CatBoostRegressor()
    try:
        model.load_model(str(path))
    except library.CatBoostError as error:
        raise CandidateError(f"{path.name} is not a CatBoost model ({str(error).splitlines()[-1].strip()}).") from error

    def predict(features: Numbers) -> Numbers:
        if task == "classification":
            return np.asarray(model.predict_proba(features, thread_count=1), dtype="float64")[:, 1]
        return np.asarray(model.predict(features, thread_count=1), dtype="float64")

    def contributions(features: Numbers) -> Numbers:
        explained = model.get_feature_importance(library.Pool(features), type="ShapValues")
        return np.asarray(explained, dtype="float64")[:, :-1]  # the last column is the expected value

    def importance() -> Numbers:
        return np.asarray(model.get_feature_importance(type="PredictionValuesChange"), dtype="float64")

    size, features = path.stat().st_size, len(model.feature_names_)
    return Model(features, predict, contributions, importance, size, model.tree_count_, NANOSECONDS_PER_TREE)
