"""The part of a model's ``schema.json`` that predictions need: its tasks, rules and history."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.settings.fields import Task


@dataclass(frozen=True)
class TaskSchema:
    """What a model of a task predicts."""

    kind: str
    """``regression``, ``binary`` or ``multiclass``."""
    target: str
    label: str
    """What is predicted, in words."""
    unit: str
    """Of a number, as a word after it: what the column of predictions is named after, else the unit; or empty."""
    minimum: float | None
    maximum: float | None
    classes: tuple[str, ...]
    """Names by code; the second of a binary task is the positive one."""
    threshold: float | None
    """Of a binary task whose target is a number: the value above which it is positive."""
    column: str
    """Name of the column of predictions, or of the probabilities of a binary task."""

    @property
    def responses(self) -> int:
        """How many numbers the containers return for each row."""
        return len(self.classes) if self.kind == "multiclass" else 1


def task_of(schema: Mapping[str, Any], task: Task) -> TaskSchema:
    """Read what a task predicts."""
    known = schema["tasks"][task]
    classes = tuple(map(str, known.get("classes") or ()))
    positive = known.get("positive") or (classes[1] if classes[1:] and known.get("threshold") is None else task)
    column = f"probability_of_{as_name(positive)}" if known["kind"] == "binary" else predicted(known["target"])
    return TaskSchema(
        known["kind"],
        known["target"],
        (known.get("label") or {}).get("en") or task,
        (known.get("column") or "").removeprefix("predicted_").replace("_", " ") or known.get("unit") or "",
        known.get("minimum"),
        known.get("maximum"),
        classes,
        known.get("threshold"),
        known.get("column") or column,
    )


def predicted(target: str) -> str:
    """Name the column of the predictions of a target."""
    return f"predicted_{as_name(target)}"


def as_name(text: str) -> str:
    """Write a text as a part of a column's name.

    Examples
    --------
    >>> as_name("Rented Bike Count"), as_name(">50K")
    ('rented_bike_count', '50k')
    """
    return re.sub(r"\W+", "_", text.strip().lower()).strip("_") or "value"


def rules_of(schema: Mapping[str, Any], task: Task) -> list[Mapping[str, Any]]:
    """Return the rules that replace predictions of a task."""
    return [rule for rule in schema.get("rules", ()) if task in rule["tasks"]]
