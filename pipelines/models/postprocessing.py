"""From a model's responses to predictions: the same rules that the evaluation applies."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.errors import PipelineError
from pipelines.settings import Task

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
