"""``evaluation.json``: the comparison of the candidates, and the one best of them.

::

    task, metric          what was predicted, and by what candidates are ranked on the validation part
    dataset, split, threshold, rows, schema_sha256    from the schema
    rules                 what was done to predictions before anything was measured
    best                  algorithm, image, model_data, validation, test, and what registering it needs: a JsonGet
                          path such as ``best.image`` or ``best.test.rmse`` gives a text or a number
    candidates            by name: image, model_data, validation, test; for classification also confusion_matrix and the
                          curves, both of the test part
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluation import metrics
from evaluation.inputs import Numbers, Part, Schema, Task
from evaluation.ranking import RANKINGS, best_candidate

RULES = {
    "regression": "predictions below 0 count as 0 rentals",
    "classification": f"demand is predicted to be high where its probability is at least {metrics.CUT_OFF}",
}


@dataclass(frozen=True)
class Candidate:
    """A candidate as the command line names it.

    Attributes
    ----------
    name
        The algorithm.
    image
        URI of the container image that serves it.
    model_data
        S3 URI of its ``model.tar.gz``.
    """

    name: str
    image: str
    model_data: str


@dataclass(frozen=True)
class Predictions:
    """What a candidate predicts for the rows of each part: rentals per hour, or the probability of high demand."""

    validation: Numbers
    test: Numbers


def compare(
    task: Task,
    predictions: Mapping[Candidate, Predictions],
    parts: Mapping[str, Part],
    schema: Schema,
) -> dict[str, Any]:
    """The content of ``evaluation.json``.

    Parameters
    ----------
    task
        What was predicted.
    predictions
        By candidate, in the order in which ties are decided.
    parts
        ``validation``, which ranks, and ``test``, which is only reported.
    schema
        What the features and the data set are.

    Raises
    ------
    CandidateError
        When no candidate can be ranked.
    """
    candidates = {
        candidate.name: _measured(task, candidate, predictions[candidate], parts) for candidate in predictions
    }
    ranking = RANKINGS[task]
    best = best_candidate({name: measured["validation"] for name, measured in candidates.items()}, ranking)
    content = schema.content
    return {
        "task": task,
        "metric": ranking.metric,
        "dataset": content["dataset"],
        "split": content.get("split"),
        "threshold": content.get("threshold"),
        "rows": content["rows"],
        "schema_sha256": schema.sha256,
        "rules": RULES[task],
        "best": {
            "algorithm": best,
            **{key: candidates[best][key] for key in ("image", "model_data", "validation", "test")},
            "dataset": content["dataset"]["kind"],
            "dataset_sha256": content["dataset"]["sha256"],
            "split": content.get("split"),
            "threshold": content.get("threshold"),
            "schema_sha256": schema.sha256,
        },
        "candidates": candidates,
    }


def _measured(task: Task, candidate: Candidate, predictions: Predictions, parts: Mapping[str, Part]) -> dict[str, Any]:
    measure = metrics.regression_metrics if task == "regression" else metrics.classification_metrics
    actual = parts["test"].labels
    measured: dict[str, Any] = {
        "image": candidate.image,
        "model_data": candidate.model_data,
        "validation": measure(parts["validation"].labels, predictions.validation),
        "test": measure(actual, predictions.test),
    }
    if task == "classification":
        measured["confusion_matrix"] = metrics.confusion_matrix(actual, predictions.test)
        measured |= metrics.curves(actual, predictions.test)
    return measured
