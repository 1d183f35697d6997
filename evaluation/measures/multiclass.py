"""A classifier of several classes beyond its metrics: the confusion matrix, and each class against the rest."""

from typing import Any

import numpy as np

from evaluation.inputs import Numbers, Part
from evaluation.measures.classification import reliability
from evaluation.measures.metrics import by_class, class_aucs, confusion_matrix, named
from evaluation.schema import Task


def describe_classes(task: Task, test: Part, probability: Numbers) -> dict[str, Any]:
    """Describe a classifier on the test set; ``probability`` is of shape (rows, classes).

    Returns
    -------
    ``confusion_matrix``
        Rows by the name of the actual class, then of the most probable one.
    ``classes``
        By name: ``rows``, ``precision``, ``recall``, ``f1``, and ``auc`` of the class against the rest.
    ``calibration``
        As of a binary classifier, without a map: ``method`` none, ``test_brier`` (the mean squared distance of the
        probabilities from the actual class), and ``curve`` of each class.
    """
    actual, counts = test.labels, confusion_matrix(test.labels, probability)
    columns = zip(counts.sum(axis=1), *by_class(counts), class_aucs(actual, probability), strict=True)
    squares = (probability - np.eye(len(task.classes))[actual.astype(int)]) ** 2
    return {
        "confusion_matrix": named(counts, task.classes),
        "classes": {
            name: {
                "rows": int(rows),
                **dict(zip(("precision", "recall", "f1", "auc"), map(float, values), strict=True)),
            }
            for name, (rows, *values) in zip(task.classes, columns, strict=True)
        },
        "calibration": {
            "method": "none",
            "parameters": {},
            "test_brier": {"raw": float(squares.sum(axis=1).mean())},
            "curve": {
                name: reliability((actual == code).astype(float), probability[:, code])
                for code, name in enumerate(task.classes)
            },
        },
    }
