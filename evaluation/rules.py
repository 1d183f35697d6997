"""Postprocessing rules for every prediction, before measurement here and in every use of a model."""

import numpy as np

from evaluation.errors import InputError
from evaluation.inputs import Numbers, Part
from evaluation.schema import Schema, Task


def apply_rules(task: Task, predicted: Numbers, part: Part, schema: Schema) -> Numbers:
    """Limit the predictions of a regression, and replace predictions where a rule of the schema says so.

    Predictions are as in `evaluation.inputs.Predictions`.

    Raises `InputError` if a rule names a feature that does not exist.
    """
    kept = predicted
    if task.minimum is not None:
        kept = np.maximum(kept, task.minimum)
    if task.maximum is not None:
        kept = np.minimum(kept, task.maximum)
    for rule in schema.rules:
        if task.name not in rule.tasks:
            continue
        if rule.feature not in schema.feature_names:
            raise InputError(
                f"{schema.path} has a rule for the feature '{rule.feature}', which it does not contain; run "
                "preprocessing again."
            )
        met = part.features[:, schema.feature_names.index(rule.feature)] == rule.value
        if task.kind == "multiclass":
            kept = np.where(met[:, None], np.eye(len(task.classes))[int(rule.predict)], kept)
        else:
            kept = np.where(met, float(rule.predict), kept)
    return kept


def describe_rules(task: Task, schema: Schema, cut_off: float) -> str:
    """Describe the rules in a sentence."""
    rules = []
    if task.minimum is not None:
        rules.append(f"predictions below {task.minimum:g} become {task.minimum:g}")
    if task.maximum is not None:
        rules.append(f"predictions above {task.maximum:g} become {task.maximum:g}")
    if task.kind == "binary":
        rules.append(f"{task.labelled['en']} is predicted where its probability is at least {cut_off}")
    if task.kind == "multiclass":
        rules.append("the class with the highest probability is predicted")
    rules += [
        f"where {rule.feature} is {rule.value:g}, the prediction is {predicted_by_rule(task, rule.predict)}"
        for rule in schema.rules
        if task.name in rule.tasks
    ]
    return "; ".join(rules) or "none"


def predicted_by_rule(task: Task, predict: float) -> str:
    """Return what a rule predicts: a number, or the name of a class."""
    return task.classes[int(predict)] if task.kind == "multiclass" else f"{predict:g}"
