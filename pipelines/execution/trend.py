"""A metric of the winners over executions and registered versions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.errors import BadInput, did_you_mean
from pipelines.execution.lookup import Summary
from pipelines.execution.outcomes import Outcome, Winner
from pipelines.settings.fields import Task


@dataclass(frozen=True)
class Point:
    """An execution, the winner of a task in it, and a metric of the winner on the test set."""

    execution: Summary
    winner: Winner
    metric: str

    @property
    def value(self) -> float:
        """The metric's value."""
        return float(self.winner.measured[self.metric])

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        of_execution = {"id": self.execution.id, "started": self.execution.started.isoformat()}
        return {**of_execution, **self.winner.as_json(), "metric": self.metric, "value": self.value}


def trend(
    executions: Sequence[Summary], became: Sequence[Outcome], *, task: Task | None = None, metric: str | None = None
) -> Mapping[Task, Sequence[Point]]:
    """Return the points of each task, in the order of the executions, without those whose metric is unknown.

    Raises `BadInput` if no execution has the task, or none of its winners the metric.
    """
    found: dict[Task, list[Winner]] = {}
    points: dict[Task, list[Point]] = {}
    for execution, outcome in zip(executions, became, strict=True):
        for name, winner in outcome.winners.items():
            found.setdefault(name, []).append(winner)
            point = Point(execution, winner, metric or winner.metric)
            if task in (None, name) and math.isfinite(winner.measured.get(point.metric, math.nan)):
                points.setdefault(name, []).append(point)
    if not found:
        raise BadInput("No execution has evaluated a model yet. See: boostpipe executions list")
    if task is not None and task not in found:
        raise BadInput(f"No execution has evaluated the task {task}{did_you_mean(task, found) or '.'}")
    if not points:
        known = {name: None for winners in found.values() for winner in winners for name in winner.measured}
        raise BadInput(f"No winner has the metric {metric}; they have {', '.join(known)}.")
    return points
