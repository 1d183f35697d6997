"""The learning curves of a training step, read once from its job's log."""

from itertools import islice
from typing import Any

from pipelines.execution.logs import LOG_GROUPS, lines_of_job
from pipelines.execution.pipeline import FINISHED, Step
from pipelines.execution.training import Curves, learning_curves
from pipelines.studio.queries.jobs import BEST_JOB, Made

_MOST_LINES = 10_000
"""Lines that are read: on AWS, one call returns as many."""


class CurveStore:
    """Curves by the name of their training job."""

    def __init__(self) -> None:
        self._known: dict[str, Curves] = {}

    def get(self, logs: Any, step: Step, made: Made) -> Curves:
        """Return the curves of a step's job, or of the best one of a tuning step; none before it has ended."""
        job = made.name if "TrainingJob" in step.metadata else made.facts.get(BEST_JOB, "")
        if not job or step.status not in FINISHED:
            return {}
        if job not in self._known:
            lines = islice(lines_of_job(logs, LOG_GROUPS["TrainingJob"], job), _MOST_LINES)
            self._known[job] = learning_curves(lines)
        return self._known[job]
