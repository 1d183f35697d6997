"""The value of history features: each candidate against a twin that is trained without them.

A model with history features needs the preceding hours (``history_hours`` in the schema) for every prediction. To
measure whether they help, the same algorithm with the same settings is trained again without them.
"""

from collections.abc import Mapping
from typing import Any

from evaluation.candidates import Model
from evaluation.inputs import Numbers, Part, PartName, Predictions, Schema, Task
from evaluation.measures.metrics import MEASURES
from evaluation.ranking.bootstrap import compare_pairs
from evaluation.ranking.selection import RANKINGS
from evaluation.rules import apply_rules

WITH, WITHOUT = "with history", "without history"
_NOW = "now"


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
    features = schema.content["features"]
    kept = [at for at, feature in enumerate(features) if feature.get("feature_set", _NOW) == _NOW]
    if model.retrain is None or len(kept) == len(features):
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
            "left_out": len(features) - len(kept),
            "validation": MEASURES[task](validation.labels, twin["validation"]),
            "test": MEASURES[task](test.labels, twin["test"]),
            "comparison": compare_two(task, test, {WITH: predicted["test"], WITHOUT: twin["test"]}, seed),
        }
    }


def compare_two(task: Task, test: Part, sides: Mapping[str, Numbers], seed: int) -> dict[str, Any]:
    """Compare two predictions of the test set, by name, as in `evaluation.ranking.bootstrap`."""
    measured = {side: MEASURES[task](test.labels, predicted) for side, predicted in sides.items()}
    return compare_pairs(RANKINGS[task], test, sides, measured, seed)[0]
