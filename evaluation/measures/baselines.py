"""Baselines that a candidate must beat: means of groups, and a linear model of the features."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from evaluation.inputs import Numbers, Part, PartName, Predictions
from evaluation.schema import Schema, Task

_MEASURED: tuple[PartName, ...] = ("validation", "test")
MEANS = ("calendar mean", "group mean", "overall mean")
_PENALTY = 1e-5
"""Keeps the normal equations solvable when columns are collinear; too small to change predictions."""
_MOST_LEVELS, _MOST_STEPS = 100, 1000

_Predict = Callable[[Part], Numbers]


def predict_baselines(task: Task, parts: Mapping[PartName, Part], schema: Schema) -> dict[str, Predictions]:
    """Fit every baseline on the training set; predict the other sets as in `evaluation.inputs.Predictions`."""
    keys = schema.keys
    mean = MEANS[(0 if keys.time else 1) if keys.baseline else 2]
    linear = "linear regression" if task.kind == "regression" else "logistic regression"
    fitted = {mean: _group_mean(task, parts["train"], keys.baseline), linear: _linear(task, parts["train"], schema)}
    return {name: {part: predict(parts[part]) for part in _MEASURED} for name, predict in fitted.items()}


def _group_mean(task: Task, train: Part, columns: tuple[str, ...]) -> _Predict:
    """Predict the mean label of the rows with the same values of the columns.

    Combinations that the training set lacks fall back to fewer columns, and last to the overall mean. The mean of class
    labels is their share.
    """
    several = task.kind == "multiclass"
    labels = np.eye(len(task.classes))[train.labels.astype(int)] if several else train.labels[:, None]
    groups = train.keys[list(columns)].astype(str)
    depths = range(len(columns), 0, -1)
    means = {depth: pd.DataFrame(labels).groupby([groups[name] for name in columns[:depth]]).mean() for depth in depths}

    def predict(part: Part) -> Numbers:
        predicted = np.full((len(part.labels), labels.shape[1]), np.nan)
        wanted = part.keys[list(columns)].astype(str)
        for depth in depths:
            index = pd.MultiIndex.from_frame(wanted[list(columns[:depth])])
            known = means[depth].set_axis(pd.MultiIndex.from_frame(means[depth].index.to_frame()), axis=0)
            predicted = np.where(np.isnan(predicted), known.reindex(index).to_numpy(), predicted)
        predicted = np.where(np.isnan(predicted), labels.mean(axis=0), predicted)
        return predicted if several else predicted[:, 0]

    return predict


def _linear(task: Task, train: Part, schema: Schema) -> _Predict:
    """Fit a linear or logistic regression on the candidates' features, with indicators of categories."""
    widen = _indicators(train, schema)
    model = {
        "regression": Ridge(_PENALTY, solver="cholesky"),
        "binary": LogisticRegression(solver="newton-cholesky"),
        "multiclass": LogisticRegression(solver="lbfgs", max_iter=_MOST_STEPS, tol=1e-3),
    }[task.kind]
    steps = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler(), model)
    steps.fit(widen(train), train.labels)

    def predict(part: Part) -> Numbers:
        if task.kind == "regression":
            return np.asarray(steps.predict(widen(part)))
        known = steps.predict_proba(widen(part))
        probability = np.zeros((len(known), len(task.classes)))
        probability[:, steps.classes_.astype(int)] = known  # a class may have no training rows
        return probability if task.kind == "multiclass" else probability[:, 1]

    return predict


def _indicators(train: Part, schema: Schema) -> _Predict:
    """Return a function that appends one indicator per value of the schema's columns, or else of each category."""
    columns = schema.keys.one_hot
    features = schema.content["features"]
    categories = [
        at
        for at, feature in enumerate(features)
        if 1 < len(feature.get("levels") or ()) <= _MOST_LEVELS and not columns
    ]
    values = {name: sorted(train.keys[name].astype(str).unique(), key=_numerically) for name in columns}

    def widen(part: Part) -> Numbers:
        blocks = [part.features]
        blocks += [part.keys[name].astype(str).to_numpy()[:, None] == np.array(known) for name, known in values.items()]
        blocks += [part.features[:, [at]] == np.arange(len(features[at]["levels"])) for at in categories]
        return np.hstack([block.astype(float) for block in blocks])

    return widen


def _numerically(text: str) -> tuple[float, str]:
    try:
        return float(text), text
    except ValueError:
        return np.inf, text
