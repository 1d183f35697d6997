"""From a model's responses to predictions: the rules and the calibration of the evaluation."""

import csv
import io
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.errors import PipelineError
from pipelines.settings import Task

_SMALLEST = 1e-6
"""Distance from 0 and 1 to which probabilities are clipped before their log odds are taken, as in the evaluation."""
COLUMN: dict[Task, str] = {"regression": "predicted_rentals", "classification": "probability_of_high_demand"}
"""By task: the name of the column of predictions."""


def apply_rules(
    responses: Sequence[float], closed_feature: Sequence[float] | None, schema: Mapping[str, Any], task: Task
) -> list[float]:
    """Set closed hours to what ``schema.json`` says, and negative regression predictions to 0.

    ``closed_feature`` has, per row, the feature that marks closed hours; None for a model without one.
    """
    kept = list(responses)
    if closed_feature is not None:
        closed = schema["closed"]
        predict = float(closed["predict"])
        kept = [
            predict if value == closed["value"] else response
            for value, response in zip(closed_feature, responses, strict=True)
        ]
    return [max(response, 0.0) for response in kept] if task == "regression" else kept


def apply_rules_to_rows(responses: Sequence[float], rows: str, schema: Mapping[str, Any], task: Task) -> list[float]:
    """Apply the rules to the responses to CSV rows, which have the features only and no header."""
    closed = schema.get("closed")
    features = list(csv.reader(io.StringIO(rows)))
    values = None
    if closed and len(features) == len(responses):
        position = [feature["name"] for feature in schema["features"]].index(closed["feature"])
        values = [float(row[position]) for row in features]
    return apply_rules(responses, values, schema, task)


def require_as_many(responses: int, rows: int) -> None:
    """Check that there is one response per row.

    Raises `PipelineError` if there is not.
    """
    if responses != rows:
        raise PipelineError(f"There are {responses} batch answers for {rows} rows, so they cannot be joined.")


def calibrated(probabilities: Sequence[float], calibration: Mapping[str, Any]) -> list[float] | None:
    """Calibrate the probabilities of a model; None if the evaluation found no map that makes them better.

    The calibration is ``method`` and ``parameters``, as `evaluation.measures.classification` writes them.

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
