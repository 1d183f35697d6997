"""``predictions-<name>.csv``: the rows of the test set with the predictions of a candidate."""

import io
from typing import Any

import numpy as np
import pandas as pd

from evaluation.inputs import Numbers, Part
from evaluation.measures.metrics import decide
from evaluation.output.tables import csv_of
from evaluation.schema import Schema, Task


def predictions_csv(task: Task, schema: Schema, part: Part, predicted: Numbers) -> str:
    """Return the identity of each row, ``actual``, probabilities, and ``predicted`` as CSV.

    Probabilities are ``probability`` (of the positive class), or ``probability_<class>`` of each of several classes. A
    key whose column has one of these names gets ``key`` before it.
    """
    columns: dict[str, Any]
    if task.kind == "regression":
        columns = {"actual": [f"{label:.15g}" for label in part.labels], "predicted": predicted}
    else:
        names = np.array(task.classes, dtype=object)
        probabilities = dict(zip(_probabilities(task), np.atleast_2d(predicted.T), strict=True))
        columns = {"actual": names[part.labels.astype(int)], **probabilities, "predicted": names[decide(predicted)]}
    identity = {name: part.keys[key] for key, name in key_names(task, schema).items()}
    return csv_of(pd.DataFrame(identity | columns))


def key_names(task: Task, schema: Schema) -> dict[str, str]:
    """Return the column of each key in the file, by its own name."""
    taken = {"actual", "predicted", *([] if task.kind == "regression" else _probabilities(task))}
    names: dict[str, str] = {}
    for key in schema.keys.columns:
        name = key
        while name in taken:
            name = f"key {name}"
        names[key] = name
        taken.add(name)
    return names


def read_predictions(task: Task, schema: Schema, part: Part, text: str) -> Numbers | None:
    """Return the predictions in a file of `predictions_csv`, or None if it is of other rows."""
    shown = prediction_names(task)
    blank = np.zeros((len(part.labels), len(shown)))
    own = predictions_csv(task, schema, part, blank if task.kind == "multiclass" else blank[:, 0])
    table, expected = (pd.read_csv(io.StringIO(one), dtype="str", na_filter=False) for one in (text, own))
    same = [name for name in expected if name not in {*shown, "predicted"}]
    if list(table) != list(expected) or not table[same].equals(expected[same]):
        return None
    predicted = table[shown].to_numpy(dtype="float64")
    return predicted if task.kind == "multiclass" else predicted[:, 0]


def prediction_names(task: Task) -> list[str]:
    """Return the columns of a file that have the predictions: the number, or the probabilities."""
    return ["predicted"] if task.kind == "regression" else _probabilities(task)


def _probabilities(task: Task) -> list[str]:
    return ["probability"] if task.kind == "binary" else [f"probability_{name}" for name in task.classes]
