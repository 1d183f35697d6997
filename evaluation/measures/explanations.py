"""Why a candidate predicts what it predicts: feature importance, and SHAP values by the library's own TreeSHAP."""

from __future__ import annotations

from typing import Any

import numpy as np

from evaluation.candidates import Model
from evaluation.inputs import Numbers

MOST_FEATURES = 12
_MOST_ROWS = 100
"""Of the sample: enough for the order of features and a readable picture; TreeSHAP takes milliseconds for each."""


def explain(model: Model, features: Numbers, names: list[str], seed: int) -> dict[str, Any]:
    """Explain a model by a sample of rows.

    Parameters
    ----------
    model
        The candidate.
    features
        Of shape (rows, features).
    names
        Of the features.
    seed
        Of the sample.

    Returns
    -------
    ``importance``
        The share of each feature in what the library counts (gain, or change of the prediction), largest first.
    ``shap_rows``
        How many rows the sample has.
    ``shap``
        The features with the largest mean absolute SHAP value, each with points for a summary: the ``values`` of the
        feature (null where missing) and their ``contributions``, on the scale on which the model adds up: rentals per
        hour, their logarithm, or log-odds, as its objective has it.
    """
    chosen = np.random.default_rng(seed).permutation(len(features))[:_MOST_ROWS]
    sample = features[chosen]
    contributions = model.contributions(sample)
    strength = np.abs(contributions).mean(axis=0)
    return {
        "importance": [
            {"feature": names[at], "share": float(share)} for at, share in _largest(_shares(model.importance()))
        ],
        "shap_rows": len(sample),
        "shap": [
            {
                "feature": names[at],
                "mean_absolute": float(value),
                "values": [_short(number) for number in sample[:, at]],
                "contributions": [_short(number) for number in contributions[:, at]],
            }
            for at, value in _largest(strength)
        ],
    }


def _shares(importance: Numbers) -> Numbers:
    total = importance.sum()
    return importance / total if total else importance


def _largest(values: Numbers) -> list[tuple[int, float]]:
    return [(int(at), float(values[at])) for at in np.argsort(-values, kind="stable")[:MOST_FEATURES]]


def _short(number: float) -> float | None:
    return float(f"{number:.4g}") if np.isfinite(number) else None
