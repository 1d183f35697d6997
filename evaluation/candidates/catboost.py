"""Models of the built-in CatBoost algorithm: ``model``, in CatBoost's binary format."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.candidates.model import Model
from evaluation.errors import CandidateError
from evaluation.inputs import Numbers
from evaluation.libraries import require
from evaluation.schema import Task

FILE = "model"
NANOSECONDS_PER_TREE = 2.0


def load(path: Path, task: Task) -> Model:
    """Load a model, which was saved up to its best iteration."""
    library = require("catboost")
    model = library.CatBoostRegressor() if task.kind == "regression" else library.CatBoostClassifier()
    try:
        model.load_model(str(path))
    except library.CatBoostError as error:
        raise CandidateError(f"{path.name} is not a CatBoost model ({str(error).splitlines()[-1].strip()}).") from error

    categorical = model.get_cat_feature_indices()

    def table(features: Numbers) -> Any:
        if not categorical:
            return features
        columns = pd.DataFrame(features)
        for at in categorical:  # as the training job reads codes: texts without decimals
            columns[at] = [f"{code:.0f}" for code in features[:, at]]
        return columns.set_axis(model.feature_names_, axis=1)  # the library compares the names with its own

    def predict(features: Numbers) -> Numbers:
        if task.kind == "regression":
            return np.asarray(model.predict(table(features), thread_count=1), dtype="float64")
        probability = np.asarray(model.predict_proba(table(features), thread_count=1), dtype="float64")
        return probability if task.kind == "multiclass" else probability[:, 1]

    def contributions(features: Numbers) -> Numbers:
        rows = library.Pool(table(features), cat_features=categorical)
        explained = model.get_feature_importance(rows, type="ShapValues")
        return np.asarray(explained, dtype="float64")[..., :-1]  # the last column is the expected value

    def importance() -> Numbers:
        return np.asarray(model.get_feature_importance(type="PredictionValuesChange"), dtype="float64")

    size, features = path.stat().st_size, len(model.feature_names_)
    return Model(features, predict, contributions, importance, size, model.tree_count_, NANOSECONDS_PER_TREE)
