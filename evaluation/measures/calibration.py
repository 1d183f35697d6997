"""Probabilities that mean what they say, and the cut-off that decides: both learned on the validation part.

Containers answer with raw probabilities. Whoever reads them applies `Calibration.apply` for a probability one can take
at its word; the cut-off is one of raw probabilities, so that the decision needs no map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve

from evaluation.inputs import Numbers, Part
from evaluation.measures.metrics import CUT_OFF
from evaluation.ranking.bootstrap import draw_days, interval

Method = Literal["none", "platt", "isotonic"]
_FOLDS, _BINS = 5, 10
_SMALLEST = 1e-6
_Fit = Callable[[Numbers, Numbers], "Calibration"]


@dataclass(frozen=True)
class Calibration:
    """A map from raw probabilities to calibrated ones.

    Attributes
    ----------
    method
        ``none``; ``platt``, which is 1 / (1 + exp(-(slope * log(p / (1 - p)) + intercept))); or ``isotonic``, straight
        lines between the points (raw, calibrated).
    parameters
        ``slope`` and ``intercept``, or ``raw`` and ``calibrated``, by the method.
    """

    method: Method
    parameters: dict[str, Any]

    def apply(self, probability: Numbers) -> Numbers:
        """Calibrated probabilities for raw ones."""
        if self.method == "platt":
            score = self.parameters["slope"] * _log_odds(probability) + self.parameters["intercept"]
            return np.asarray(1 / (1 + np.exp(-score)))
        if self.method == "isotonic":
            return np.asarray(np.interp(probability, self.parameters["raw"], self.parameters["calibrated"]))
        return probability


def calibrate(part: Part, probability: Numbers, seed: int) -> tuple[Calibration, dict[str, float]]:
    """The map that helps most on a part, if any does, and the Brier score of each method.

    A map is judged on days that it has not seen (five folds of whole days), for isotonic regression in particular fits
    anything it sees; and it must help by more than the days that happen to be there, or probabilities stay as they are.
    What is chosen is fitted to the whole part.

    Parameters
    ----------
    part
        Its labels and days.
    probability
        Of high demand, as the model says.
    seed
        Of the samples of days.
    """
    squares = {method: (_unseen(part, probability, fit) - part.labels) ** 2 for method, fit in _FITS.items()}
    scores = {method: float(values.mean()) for method, values in squares.items()}
    drawn = draw_days(part, seed)
    helping: list[Method] = [
        method
        for method, values in squares.items()
        if interval(drawn @ np.bincount(part.days, squares["none"] - values))[0] > 0
    ]
    best: Method = min(helping, key=scores.__getitem__, default="none")
    return _FITS[best](probability, part.labels), {str(method): score for method, score in scores.items()}


def _unseen(part: Part, probability: Numbers, fit: _Fit) -> Numbers:
    """Every row calibrated by a map that was fitted to other days."""
    fold, calibrated = part.days % _FOLDS, np.array(probability)
    for number in range(_FOLDS):
        seen, unseen = fold != number, fold == number
        if _both_classes(part.labels[seen]):
            calibrated[unseen] = fit(probability[seen], part.labels[seen]).apply(probability[unseen])
    return calibrated


def best_cut_off(actual: Numbers, probability: Numbers) -> float:
    """The raw probability from which demand is called high so that F1 is the highest; halfway to the next lower one."""
    if not _both_classes(actual):
        return CUT_OFF
    precision, recall, cut_offs = precision_recall_curve(actual, probability)
    with np.errstate(invalid="ignore"):
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall))[:-1]
    at = int(np.argmax(f1))
    below = float(cut_offs[at - 1]) if at else 0.0
    return (below + float(cut_offs[at])) / 2


def reliability(actual: Numbers, probability: Numbers) -> list[dict[str, float]]:
    """The calibration curve: ten bins of equally many rows, each with what was said and what came true."""
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
