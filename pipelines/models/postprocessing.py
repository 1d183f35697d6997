"""From a model's responses to predictions: the rules and the calibration of the evaluation."""

import csv
import io
import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.errors import PipelineError
from pipelines.models.container_output import Answer
from pipelines.models.schema import TaskSchema, predicted, rules_of, task_of
from pipelines.settings.fields import Task

_SMALLEST = 1e-6
"""Distance from 0 and 1 to which probabilities are clipped before their log odds are taken, as in the evaluation."""
CALIBRATED = "calibrated_probability"


def apply_rules(
    responses: Sequence[Answer], features: Mapping[str, Sequence[float]], schema: Mapping[str, Any], task: Task
) -> list[Any]:
    """Keep numbers within the task's limits, then replace responses as the rules of ``schema.json`` say.

    The evaluation measures models in this order, too. ``features`` has, per row, the features of the rules' conditions.
    """
    known = task_of(schema, task)
    kept: list[Any] = list(responses)
    if known.minimum is not None:
        kept = [max(response, float(known.minimum)) for response in kept]
    if known.maximum is not None:
        kept = [min(response, float(known.maximum)) for response in kept]
    for rule in rules_of(schema, task):
        predict: Any = float(rule["predict"])
        if known.kind == "multiclass":
            predict = [float(code == rule["predict"]) for code in range(len(known.classes))]
        values = features[rule["feature"]]
        kept = [predict if value == rule["value"] else one for value, one in zip(values, kept, strict=True)]
    return kept


def apply_rules_to_rows(responses: Sequence[Answer], rows: str, schema: Mapping[str, Any], task: Task) -> list[Any]:
    """Apply the rules to the responses to CSV rows, which have the features only and no header."""
    names = [feature["name"] for feature in schema["features"]]
    wanted = {rule["feature"] for rule in rules_of(schema, task)}
    cells = list(csv.reader(io.StringIO(rows))) if wanted else []
    features = {name: [_number(row[names.index(name)]) for row in cells] for name in wanted}
    return apply_rules(responses, features, schema, task)


def _number(cell: str) -> float:
    return float(cell) if cell else math.nan


def prediction_columns(
    kept: Sequence[Any],
    schema: Mapping[str, Any],
    task: Task,
    cut_off: float | None,
    calibrated_too: Sequence[float] | None = None,
) -> dict[str, list[Any]]:
    """Return the columns of predictions, after the rules.

    They are the number of a regression; the probability of a binary task, its calibrated probability if there is one,
    and the decision from ``cut_off`` on; the class and the probability of each class of a multi-class task.
    """
    known = task_of(schema, task)
    if known.kind == "multiclass":
        best = [known.classes[max(range(len(row)), key=row.__getitem__)] for row in kept]
        each = {f"probability_{name}": [row[code] for row in kept] for code, name in enumerate(known.classes)}
        return {known.column: best, **each}
    columns: dict[str, list[Any]] = {known.column: list(kept)}
    if calibrated_too is not None:
        columns[CALIBRATED] = list(calibrated_too)
    if cut_off is not None:
        columns |= _decisions(kept, known, cut_off)
    return columns


def _decisions(kept: Sequence[float], known: TaskSchema, cut_off: float) -> dict[str, list[Any]]:
    """The class of each row; of a number above a threshold, whether it is."""
    if known.threshold is not None:
        return {known.column.removeprefix("probability_of_"): [value >= cut_off for value in kept]}
    return {predicted(known.target): [known.classes[value >= cut_off] for value in kept]}


def beside(predictions: Iterable[str], keys: Iterable[str], features: Iterable[str] = ()) -> list[str]:
    """Return names of the columns beside predictions: one that is taken gets ``key`` or ``feature`` before it.

    The evaluation names the keys of a candidate's predictions so, too.

    Examples
    --------
    >>> beside(["predicted_price"], ["predicted_price", "row"], ["row", "predicted_price"])
    ['key predicted_price', 'row', 'feature row', 'feature predicted_price']
    """
    taken, names = {*predictions}, []
    for word, given in (("key", keys), ("feature", features)):
        for each in given:
            name = each
            while name in taken:
                name = f"{word} {name}"
            taken.add(name)
            names.append(name)
    return names


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
