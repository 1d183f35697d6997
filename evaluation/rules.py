"""Postprocessing rules for every prediction, before measurement here and in every use of a model."""

import numpy as np

from evaluation.errors import InputError
from evaluation.inputs import Numbers, Part, Schema, Task


def apply_rules(task: Task, predicted: Numbers, part: Part, schema: Schema) -> Numbers:
    """Replace negative rentals by 0, and predictions of closed hours by the value from the schema.

    Predictions are of shape (rows,): rentals per hour, or probabilities of high demand.

    Raises `InputError` if the rule for closed hours names a feature that does not exist.
    """
    kept = np.maximum(predicted, 0) if task == "regression" else predicted
    if not schema.closed:
        return kept
    values = schema.feature(schema.closed["feature"], part)
    if values is None:
        raise InputError(
            f"{schema.path} identifies closed hours by the feature '{schema.closed['feature']}', which it does not "
            "contain; run preprocessing again."
        )
    return np.where(values == schema.closed["value"], float(schema.closed["predict"]), kept)


def describe_rules(task: Task, schema: Schema, cut_off: float) -> str:
    """Describe the rules in a sentence."""
    closed = schema.closed
    rules = [
        "predictions below 0 become 0"
        if task == "regression"
        else f"demand is predicted high where its probability is at least {cut_off}"
    ]
    if closed:
        rules.append(f"where {closed['feature']} is {closed['value']}, the prediction is {closed['predict']}")
    return "; ".join(rules)
