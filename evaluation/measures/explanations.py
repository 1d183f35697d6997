"""Explanations of a candidate: feature importance, and SHAP values by the library's TreeSHAP."""

from typing import Any

import numpy as np

from evaluation.candidates import Model
from evaluation.inputs import Numbers
from evaluation.schema import Schema, Task

MAX_FEATURES = 12
_MAX_ROWS = 100
"""Enough for the order of features and a readable picture; TreeSHAP takes milliseconds per row."""


def explain(task: Task, model: Model, features: Numbers, schema: Schema, seed: int) -> dict[str, Any]:
    """Explain a model on a sample of rows; ``features`` are of shape (rows, features).

    Returns
    -------
    ``importance``
        Share of each feature (of the gain, or of the change of the prediction), largest first.
    ``shap_rows``
        Number of rows in the sample.
    ``shap``
        The features with the largest mean absolute SHAP values, each with the ``values`` of the feature (null where
        missing) and their ``contributions``, on the raw scale of the objective: the unit of the target, its logarithm,
        or log-odds. Of several classes, instead ``mean_absolute`` by class in ``classes``; the sum over the classes
        orders the features.
    """
    names = schema.feature_names
    sample = features[np.random.default_rng(seed).permutation(len(features))[:_MAX_ROWS]]
    contributions = model.contributions(sample)
    several = task.kind == "multiclass"
    strengths = np.abs(contributions).mean(axis=0)  # of several classes, of shape (classes, features)
    strength = strengths.sum(axis=0) if several else strengths

    def single(at: int) -> dict[str, Any]:
        if several:
            return {"classes": {name: float(of[at]) for name, of in zip(task.classes, strengths, strict=True)}}
        both = {"values": sample[:, at], "contributions": contributions[:, at]}
        return {key: [_short(number) for number in numbers] for key, numbers in both.items()}

    return {
        "importance": [
            {"feature": names[at], "share": float(share)} for at, share in _largest(_shares(model.importance()))
        ],
        "shap_rows": len(sample),
        "shap": [
            {"feature": names[at], "mean_absolute": float(value), **single(at)} for at, value in _largest(strength)
        ],
    }


def _shares(importance: Numbers) -> Numbers:
    total = importance.sum()
    return importance / total if total else importance


def _largest(values: Numbers) -> list[tuple[int, float]]:
    return [(int(at), float(values[at])) for at in np.argsort(-values, kind="stable")[:MAX_FEATURES]]


def _short(number: float) -> float | None:
    return float(f"{number:.4g}") if np.isfinite(number) else None
