"""The value of history features: each candidate against a twin that is trained without them.

A model with history features needs preceding rows (``history`` in the schema) for every prediction. To measure whether
they help, the same algorithm with the same settings is trained again without them.
"""

from collections.abc import Mapping
from typing import Any

from evaluation.candidates import Model
from evaluation.inputs import MOST_TRAINING_ROWS, Numbers, Part, PartName, Predictions
from evaluation.measures.metrics import measure
from evaluation.ranking.bootstrap import compare_pairs
from evaluation.ranking.selection import RANKINGS
from evaluation.rules import apply_rules
from evaluation.schema import Schema, Task

WITH, WITHOUT = "with history", "without history"


def without_history(
    task: Task, model: Model, predicted: Predictions, parts: Mapping[PartName, Part], schema: Schema, seed: int
) -> dict[str, Any]:
    """Compare a candidate with its twin without history features.

    The twin trains on ``train`` and stops early on ``validation``, like the candidate, whose predictions after the
    rules are ``predicted``.

    Returns
    -------
    Empty if the candidate has no history features or does not retrain quickly; else ``without_history``: ``features``
    and ``left_out`` (counts), ``validation`` and ``test`` (the twin's metrics), and ``comparison``, a pair on the test
    set as in `evaluation.ranking.bootstrap`.
    """
    history = set(schema.history)
    kept = [at for at, name in enumerate(schema.feature_names) if name not in history]
    large = schema.content["rows"].get("train", 0) > MOST_TRAINING_ROWS  # the candidate has trained on more
    if model.retrain is None or large or len(kept) == len(schema.feature_names):
        return {}
    train, validation, test = (parts[name] for name in ("train", "validation", "test"))
    learned, stopped = ((part.features[:, kept], part.labels) for part in (train, validation))
    predict = model.retrain(learned, stopped)
    twin = {
        name: apply_rules(task, predict(part.features[:, kept]), part, schema)
        for name, part in (("validation", validation), ("test", test))
    }
    return {
        "without_history": {
            "features": len(kept),
            "left_out": len(schema.feature_names) - len(kept),
            "validation": measure(task, validation.labels, twin["validation"]),
            "test": measure(task, test.labels, twin["test"]),
            "comparison": compare_two(task, test, {WITH: predicted["test"], WITHOUT: twin["test"]}, seed),
        }
    }


def compare_two(task: Task, test: Part, sides: Mapping[str, Numbers], seed: int) -> dict[str, Any]:
    """Compare two predictions of the test set, by name, as in `evaluation.ranking.bootstrap`."""
    measured = {side: measure(task, test.labels, predicted) for side, predicted in sides.items()}
    return compare_pairs(RANKINGS[task.metric], test, sides, measured, seed)[0]
