"""Models of the built-in CatBoost algorithm: ``model``, in CatBoost's binary format."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.candidates.model import Model, Predict, Rows
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

    def train(settings: Mapping[str, str], learned: Rows, stopped: Rows) -> Predict:
        pools = [
            library.Pool(_table(model, rows), labels, cat_features=categorical) for rows, labels in (learned, stopped)
        ]
        try:
            twin = type(model)(**_parameters(settings, task)).fit(pools[0], eval_set=pools[1], use_best_model=True)
        except library.CatBoostError as error:
            raise CandidateError(f"CatBoost cannot train on folds: {str(error).splitlines()[-1].strip()}.") from error
        return partial(_predict, twin, task)

    def contributions(features: Numbers) -> Numbers:
        rows = library.Pool(_table(model, features), cat_features=categorical)
        explained = model.get_feature_importance(rows, type="ShapValues")
        return np.asarray(explained, dtype="float64")[..., :-1]  # the last column is the expected value

    def importance() -> Numbers:
        return np.asarray(model.get_feature_importance(type="PredictionValuesChange"), dtype="float64")

    size, features = path.stat().st_size, len(model.feature_names_)
    predict, trees = partial(_predict, model, task), model.tree_count_
    return Model(features, predict, contributions, importance, size, trees, NANOSECONDS_PER_TREE, train)


def _table(model: Any, features: Numbers) -> Any:
    """Return features as the training job reads them: codes of categories as texts without decimals."""
    categorical = model.get_cat_feature_indices()
    if not categorical:
        return features
    columns = pd.DataFrame(features)
    for at in categorical:
        columns[at] = [f"{code:.0f}" for code in features[:, at]]
    return columns.set_axis(model.feature_names_, axis=1)  # the library compares the names with its own


def _predict(model: Any, task: Task, features: Numbers) -> Numbers:
    if task.kind == "regression":
        return np.asarray(model.predict(_table(model, features), thread_count=1), dtype="float64")
    probability = np.asarray(model.predict_proba(_table(model, features), thread_count=1), dtype="float64")
    return probability if task.kind == "multiclass" else probability[:, 1]


def _parameters(settings: Mapping[str, str], task: Task) -> dict[str, Any]:
    """Return the library's parameters; those that contradict others are left out, as by the training job's script."""
    given = {name: _value(text) for name, text in settings.items() if text.lower() != "auto"}
    policy = given.get("grow_policy", "SymmetricTree")
    if policy != "Lossguide":
        given.pop("max_leaves", None)
    if policy == "SymmetricTree":
        given.pop("min_data_in_leaf", None)
    if task.kind != "binary":
        given.pop("scale_pos_weight", None)
    if int(given.get("early_stopping_rounds", 1)) <= 0:
        given.pop("early_stopping_rounds")
    classes = {"loss_function": "MultiClass", "classes_count": len(task.classes)} if task.kind == "multiclass" else {}
    return {**given, **classes, "thread_count": -1, "verbose": 0, "allow_writing_files": False}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # a word
        return text
