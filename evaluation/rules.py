"""What is done to every prediction before it is measured, whoever made it, and must be done wherever it is used."""

from __future__ import annotations

import numpy as np

from evaluation.errors import InputError
from evaluation.inputs import Numbers, Part, Schema, Task


def apply_rules(task: Task, predicted: Numbers, part: Part, schema: Schema) -> Numbers:
    """Predictions as they count: nobody rents less than nothing, and closed hours have the answer of the schema.

    Parameters
    ----------
    task
        What was predicted.
    predicted
        Of shape (rows,): rentals per hour, or probabilities of high demand.
    part
        The rows.
    schema
        What their features are; its ``closed`` says which hours are closed.

    Raises
    ------
    InputError
        When the rule for closed hours names a feature that does not exist.
    """
    kept = np.maximum(predicted, 0) if task == "regression" else predicted
    if not schema.closed:
        return kept
    telling = schema.feature(schema.closed["feature"], part)
    if telling is None:
        raise InputError(
            f"{schema.path} tells closed hours by the feature '{schema.closed['feature']}', which is not among its "
            "features; run preprocessing again."
        )
    return np.where(telling == schema.closed["value"], float(schema.closed["predict"]), kept)


def rules_in_words(task: Task, schema: Schema, cut_off: float) -> str:
    """The same, as a sentence."""
    closed = schema.closed
    rules = [
        "predictions below 0 count as 0 rentals"
        if task == "regression"
        else f"demand is predicted to be high where its probability is at least {cut_off}"
    ]
    if closed:
        rules.append(f"where {closed['feature']} is {closed['value']} the prediction is {closed['predict']}")
    return "; ".join(rules)
