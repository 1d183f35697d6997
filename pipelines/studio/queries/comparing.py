"""Several executions side by side: their metrics, and the settings in which they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_sagemaker.definition.parse import read
from pipelines.execution.comparison import Side, named_metrics, settings_of
from pipelines.execution.follow import or_none_of_ours
from pipelines.execution.results import measured, read_evaluations
from pipelines.studio.queries.watched import Opened

MOST = 6
"""Executions that one page compares."""
THERE = "there is such a step"


@dataclass(frozen=True)
class Line:
    """One name and its value in each execution; None where one has no such value."""

    name: str
    values: Sequence[Any]

    @property
    def differs(self) -> bool:
        """Whether not all values are the same."""
        return any(value != self.values[0] for value in self.values)


@dataclass(frozen=True)
class Comparison:
    """The lines of the page, in the order of the first execution."""

    metrics: Sequence[Line]
    settings: Sequence[Line]


def side_of(opened: Opened, name: str, sagemaker: Any, s3: Any) -> Side:
    """Read what is compared of one execution; one without evaluations of our kind has no metrics."""

    def read_metrics() -> dict[str, Any]:
        measures = read_evaluations(opened.progress.steps, sagemaker, s3)
        return {task: measured(evaluation) for task, evaluation in measures.items()}

    metrics = or_none_of_ours(read_metrics) or {}
    return Side(name, opened.progress.status, opened.parameters, opened.definition.content, metrics)


def compare(sides: Sequence[Side], *, everything: bool) -> Comparison:
    """Pair the values of all executions: those that differ, or every one.

    A step that some of them lack is one line, instead of a line for each of its settings.
    """
    steps = [read(side.definition).steps for side in sides]
    common = set(steps[0]).intersection(*steps)
    presence = _lines([{name: THERE for name in each if name not in common} for each in steps])
    flat = [
        {
            name: value
            for name, value in settings_of(side).items()
            if _step_of(name) not in each or _step_of(name) in common
        }
        for side, each in zip(sides, steps, strict=True)
    ]
    metrics = _lines([dict(named_metrics(side)) for side in sides])
    return Comparison(
        [line for line in metrics if everything or line.differs],
        [line for line in (*_lines(flat), *presence) if everything or line.differs],
    )


def _step_of(name: str) -> str:
    """Return the step that a setting's name begins with, if it is one of a step."""
    return name.partition(".")[0].partition(" ")[0]


def _lines(tables: Sequence[Mapping[str, Any]]) -> list[Line]:
    names = dict.fromkeys(name for table in tables for name in table)
    return [Line(name, [table.get(name) for table in tables]) for name in names]
