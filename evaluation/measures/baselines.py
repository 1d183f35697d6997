"""Baselines that a candidate must beat: calendar means, and a linear model of the features."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from evaluation.inputs import Numbers, Part, PartName, Predictions, Task

_MEASURED: tuple[PartName, ...] = ("validation", "test")
_HOURS, _SATURDAY = 24, 5
_PENALTY = 1e-5
"""Keeps the normal equations solvable when columns are collinear; too small to change predictions."""


def predict_baselines(task: Task, parts: Mapping[PartName, Part]) -> dict[str, Predictions]:
    """Fit every baseline on the training set; predict rentals, or probabilities of high demand, for the other sets."""
    linear = "linear regression" if task == "regression" else "logistic regression"
    fits: dict[str, Callable[[Task, Part], Callable[[Part], Numbers]]] = {
        "calendar mean": _calendar_mean,
        linear: _linear,
    }
    fitted = {name: fit(task, parts["train"]) for name, fit in fits.items()}
    return {name: {part: predict(parts[part]) for part in _MEASURED} for name, predict in fitted.items()}


def _calendar_mean(_task: Task, train: Part) -> Callable[[Part], Numbers]:
    """Predict the mean label by hour, weekend and season.

    Combinations that the training set lacks fall back to hour and weekend, then to the overall mean. The mean of class
    labels is the share of high demand.
    """
    keys = ["hour", "weekend", "season"]
    table = _calendar(train).assign(label=train.labels)
    levels = [table.groupby(keys[:depth])["label"].mean() for depth in (3, 2)]
    overall = float(train.labels.mean())

    def predict(part: Part) -> Numbers:
        calendar = _calendar(part)
        predicted = pd.Series(np.nan, index=calendar.index)
        for depth, means in zip((3, 2), levels, strict=True):
            known = means.reindex(pd.MultiIndex.from_frame(calendar[keys[:depth]])).to_numpy()
            predicted = predicted.fillna(pd.Series(known, index=calendar.index))
        return np.asarray(predicted.fillna(overall), dtype="float64")

    return predict


def _linear(task: Task, train: Part) -> Callable[[Part], Numbers]:
    """Fit a linear or logistic regression on the candidates' features and one indicator per hour of the day."""
    regression = Ridge(_PENALTY, solver="cholesky")
    model = regression if task == "regression" else LogisticRegression(solver="newton-cholesky")
    steps = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler(), model)
    steps.fit(_with_hours(train), train.labels)

    def predict(part: Part) -> Numbers:
        rows = _with_hours(part)
        return np.asarray(steps.predict(rows) if task == "regression" else steps.predict_proba(rows)[:, 1])

    return predict


def _calendar(part: Part) -> pd.DataFrame:
    hours = part.keys["datetime"].dt
    return pd.DataFrame(
        {"hour": hours.hour, "weekend": hours.weekday >= _SATURDAY, "season": part.keys["season"].astype(str)}
    )


def _with_hours(part: Part) -> Numbers:
    return np.hstack([part.features, np.eye(_HOURS)[part.keys["datetime"].dt.hour]])
