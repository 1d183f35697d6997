"""Calibration of a classifier's probabilities.

`evaluation.measures.calibration` fits it on the validation set and writes it into ``evaluation.json`` if it helps.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

_SMALLEST = 1e-6
"""Distance from 0 and 1 to which probabilities are clipped before their log odds are taken, as in the evaluation."""


def calibrated(probabilities: Sequence[float], calibration: Mapping[str, Any]) -> list[float] | None:
    """Calibrate the probabilities of a model; None if the evaluation found no map that makes them better.

    The calibration is ``method`` and ``parameters``, as ``evaluation.json`` has them.

    Examples
    --------
    >>> calibrated([0.1, 0.5], {"method": "isotonic", "parameters": {"raw": [0, 1], "calibrated": [0, 0.5]}})
    [0.05, 0.25]
    """
    if calibration["method"] == "platt":
        return [_platt(probability, **calibration["parameters"]) for probability in probabilities]
    if calibration["method"] == "isotonic":
        return [_between(probability, **calibration["parameters"]) for probability in probabilities]
    return None


def _platt(probability: float, slope: float, intercept: float) -> float:
    inside = min(max(probability, _SMALLEST), 1 - _SMALLEST)
    score = slope * math.log(inside / (1 - inside)) + intercept
    return (1 + math.tanh(score / 2)) / 2  # the logistic function, which cannot overflow like this


def _between(probability: float, raw: Sequence[float], calibrated: Sequence[float]) -> float:
    """Interpolate linearly between the points; beyond the first and the last the value is constant."""
    after = bisect_right(raw, probability)
    if after == 0:
        return calibrated[0]
    if after == len(raw):
        return calibrated[-1]
    share = (probability - raw[after - 1]) / (raw[after] - raw[after - 1])
    return calibrated[after - 1] + share * (calibrated[after] - calibrated[after - 1])
