"""What knowing the hours before an hour is worth: a candidate's twin that knows the hour alone.

A model that looks back can only be used where its history is at hand (``history_hours`` in the schema). Whether that
pays is measured here: the same algorithm with the same settings learns again without the features that look back, and
both predict the same hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluation.candidates import Model
from evaluation.inputs import Part, PartName, Predictions, Schema, Task
from evaluation.measures.metrics import MEASURES
from evaluation.ranking.bootstrap import compare_pairs, resampled_metric
from evaluation.ranking.selection import RANKINGS
from evaluation.rules import apply_rules

WITH, WITHOUT = "with history", "without history"
_NOW = "now"


def without_history(
    task: Task, model: Model, predicted: Predictions, parts: Mapping[PartName, Part], schema: Schema, seed: int
) -> dict[str, Any]:
    """Compare a candidate with its twin that knows no history.

    Parameters
    ----------
    task
        What is predicted.
    model
        The candidate; nothing is measured where it cannot be trained again in a moment.
    predicted
        What it predicts, as the rules have it.
    parts
        All three: the twin learns from ``train`` and stops early by ``validation``, as the candidate did.
    schema
        Says which features look back.
    seed
        Of the samples of days.

    Returns
    -------
    Nothing where there is nothing to compare; else ``without_history``: ``features`` and ``left_out`` (how many),
    ``validation`` and ``test`` (the twin's metrics), and ``comparison``, the candidate against its twin on the test
    part as `evaluation.ranking.bootstrap` has pairs.
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
    sides = {WITH: predicted["test"], WITHOUT: twin["test"]}
    measured = {side: MEASURES[task](test.labels, values) for side, values in sides.items()}
    samples = resampled_metric(RANKINGS[task], test, sides, seed)
    return {
        "without_history": {
            "features": len(kept),
            "left_out": len(features) - len(kept),
            "validation": MEASURES[task](validation.labels, twin["validation"]),
            "test": measured[WITHOUT],
            "comparison": compare_pairs(RANKINGS[task], measured, samples, days=int(test.days.max()) + 1)[0],
        }
    }
