"""What the list of executions shows beside their status: duration, parameters, and the winner of each task."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from pipelines.execution.lookup import Summary, parameters_of
from pipelines.execution.outcomes import Winner, winners_of
from pipelines.execution.pipeline import look

_AT_ONCE = {"local": 20, "aws": 2}
"""Executions that one poll reads; each takes about five calls."""


@dataclass(frozen=True)
class Details:
    """Details of one execution, in the status that it had when they were read."""

    seconds: float
    parameters: Mapping[str, str]
    winners: Mapping[str, Winner]
    """By task."""


def details_of(sagemaker: Any, s3: Any, arn: str) -> Details:
    """Query the details of one execution; one without evaluations of our kind has no winners."""
    progress = look(sagemaker, arn, {})
    return Details(progress.seconds, parameters_of(sagemaker, arn), winners_of(progress.steps, sagemaker, s3))


class DetailStore:
    """Details that were read once: an execution has others only after its status has changed."""

    def __init__(self, target: str) -> None:
        self._at_once = _AT_ONCE[target]
        self._known: dict[str, tuple[str, Details]] = {}
        self._wanted: dict[str, str] = {}
        self._lock = Lock()

    def get(self, execution: Summary) -> Details | None:
        """Return the details of an execution in its present status; None if they have not been read."""
        status, details = self._known.get(execution.arn, (None, None))
        return details if status == execution.status else None

    def want(self, executions: Iterable[Summary]) -> None:
        """Have details read by the next polls, instead of those that were wanted before and are still missing."""
        with self._lock:
            self._wanted = {each.arn: each.status for each in executions if self.get(each) is None}

    def refresh(self, sagemaker: Any, s3: Any) -> bool:
        """Read some of the wanted details, and return whether there were any."""
        with self._lock:
            taken = [*self._wanted.items()][: self._at_once]
            for arn, _ in taken:
                del self._wanted[arn]
        for arn, status in taken:
            self._known[arn] = status, details_of(sagemaker, s3, arn)
        return bool(taken)
