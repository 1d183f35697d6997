"""A binary classifier beyond its metrics at 0.5: curves, and calibration and best cut-off of the validation set.

Containers return raw probabilities; clients apply `Calibration.apply`. The cut-off refers to raw probabilities, so a
decision needs no calibration.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, precision_recall_curve

from evaluation.inputs import Numbers, Part, PartName, Predictions
from evaluation.measures.metrics import CUT_OFF, binary_metrics, confusion_matrix, curves, named
from evaluation.ranking.bootstrap import draw_units, interval
from evaluation.schema import Task

Method = Literal["none", "platt", "isotonic"]
_FOLDS, _BINS = 5, 10
_SMALLEST, _LOWEST_SCORE = 1e-6, -700.0
"""Limits against overflow: of probabilities before log odds, and of scores."""
_Fit = Callable[[Numbers, Numbers], "Calibration"]


@dataclass(frozen=True)
class Calibration:
    """A map from raw to calibrated probabilities."""

    method: Method
    """``platt``: 1 / (1 + exp(-(slope * log(p / (1 - p)) + intercept))); ``isotonic``: linear interpolation between the
    points (raw, calibrated)."""
    parameters: dict[str, Any]
    """``slope`` and ``intercept``, or ``raw`` and ``calibrated``, depending on the method."""

    def apply(self, probability: Numbers) -> Numbers:
        """Calibrate raw probabilities."""
        if self.method == "platt":
            score = self.parameters["slope"] * _log_odds(probability) + self.parameters["intercept"]
            return np.asarray(1 / (1 + np.exp(-np.maximum(score, _LOWEST_SCORE))))
        if self.method == "isotonic":
            return np.asarray(np.interp(probability, self.parameters["raw"], self.parameters["calibrated"]))
        return probability


def classify(task: Task, parts: Mapping[PartName, Part], predictions: Predictions, seed: int) -> dict[str, Any]:
    """Describe a binary classifier: fit cut-off and calibration on the validation set, measure them on the test set.

    Returns
    -------
    ``confusion_matrix``, ``receiver_operating_characteristic_curve``, ``precision_recall_curve``
        With raw probabilities, at 0.5.
    ``cut_off``, ``test_at_cut_off``, ``confusion_matrix_at_cut_off``
        The raw probability with the highest F1 on the validation set, and the results on the test set at it.
    ``calibration``
        ``method`` and ``parameters`` as in `Calibration`, ``validation_brier`` by method on held-out units, ``cut_off``
        as a calibrated probability, ``test_brier`` and ``curve`` of ``raw`` and ``calibrated`` probabilities.
    """
    validation, test = parts["validation"], parts["test"]
    raw, actual = predictions["test"], test.labels
    cut_off = best_cut_off(validation.labels, predictions["validation"])
    calibration, scores = calibrate(validation, predictions["validation"], seed)
    both = {"raw": raw, "calibrated": calibration.apply(raw)}
    return {
        "confusion_matrix": named(confusion_matrix(actual, raw), task.classes),
        **curves(actual, raw),
        "cut_off": cut_off,
        "test_at_cut_off": binary_metrics(actual, raw, cut_off),
        "confusion_matrix_at_cut_off": named(confusion_matrix(actual, raw, cut_off), task.classes),
        "calibration": {
            "method": calibration.method,
            "parameters": calibration.parameters,
            "cut_off": float(calibration.apply(np.array([cut_off]))[0]),
            "validation_brier": scores,
            "test_brier": {name: float(brier_score_loss(actual, values)) for name, values in both.items()},
            "curve": {name: reliability(actual, values) for name, values in both.items()},
        },
    }


def calibrate(part: Part, probability: Numbers, seed: int) -> tuple[Calibration, dict[str, float]]:
    """Return the best calibration of the validation set, and the cross-validated Brier score of each method."""
    # A map is scored on held-out units (five folds): in-sample, isotonic regression always looks better. Units, not
    # rows, because the rows of a unit resemble each other. The improvement must also be significant, or the
    # probabilities stay raw: a few lucky units in the validation set are no reason to change them.
    squares = {method: (_cross_validated(part, probability, fit) - part.labels) ** 2 for method, fit in _FITS.items()}
    scores = {method: float(values.mean()) for method, values in squares.items()}
    drawn = draw_units(part, seed)
    improving: list[Method] = [
        method
        for method, values in squares.items()
        if interval(drawn @ np.bincount(part.units, squares["none"] - values))[0] > 0
    ]
    best: Method = min(improving, key=scores.__getitem__, default="none")
    return _FITS[best](probability, part.labels), {str(method): score for method, score in scores.items()}


def _cross_validated(part: Part, probability: Numbers, fit: _Fit) -> Numbers:
    """Calibrate each row with a map that was fitted to other units."""
    fold, calibrated = part.units % _FOLDS, np.array(probability)
    for number in range(_FOLDS):
        fitted, held_out = fold != number, fold == number
        if _both_classes(part.labels[fitted]):
            calibrated[held_out] = fit(probability[fitted], part.labels[fitted]).apply(probability[held_out])
    return calibrated


def best_cut_off(actual: Numbers, probability: Numbers) -> float:
    """Return the cut-off with the highest F1, halfway to the next lower probability."""
    if not _both_classes(actual):
        return CUT_OFF
    precision, recall, cut_offs = precision_recall_curve(actual, probability)
    with np.errstate(invalid="ignore"):
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall))[:-1]
    at = int(np.argmax(f1))
    below = float(cut_offs[at - 1]) if at else 0.0
    return (below + float(cut_offs[at])) / 2


def reliability(actual: Numbers, probability: Numbers) -> list[dict[str, float]]:
    """Return the calibration curve: mean predicted probability and observed frequency in ten bins of equal size."""
    bins = np.array_split(np.argsort(probability, kind="stable"), _BINS)
    return [
        {"rows": len(rows), "predicted": float(probability[rows].mean()), "actual": float(actual[rows].mean())}
        for rows in bins
        if len(rows)
    ]


def _none(_probability: Numbers, _labels: Numbers) -> Calibration:
    return Calibration("none", {})


def _platt(probability: Numbers, labels: Numbers) -> Calibration:
    model = LogisticRegression(C=1e6, solver="newton-cholesky").fit(_log_odds(probability)[:, None], labels)
    return Calibration("platt", {"slope": float(model.coef_[0, 0]), "intercept": float(model.intercept_[0])})


def _isotonic(probability: Numbers, labels: Numbers) -> Calibration:
    model = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(probability, labels)
    points = {"raw": model.X_thresholds_, "calibrated": model.y_thresholds_}
    return Calibration("isotonic", {name: [float(value) for value in values] for name, values in points.items()})


_FITS: dict[Method, _Fit] = {"none": _none, "platt": _platt, "isotonic": _isotonic}


def _log_odds(probability: Numbers) -> Numbers:
    inside = np.clip(probability, _SMALLEST, 1 - _SMALLEST)
    return np.asarray(np.log(inside / (1 - inside)))


def _both_classes(labels: Numbers) -> bool:
    return len(np.unique(labels)) == 2
