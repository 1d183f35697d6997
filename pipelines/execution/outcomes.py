"""What became of executions: the winner of each task with its metrics, the champion's verdict, and why one failed."""

import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from pipelines.aws.responses import last_part
from pipelines.execution.follow import or_none_of_ours
from pipelines.execution.lookup import Summary
from pipelines.execution.pipeline import Step, steps_of
from pipelines.execution.results import read_evaluations
from pipelines.names import TaskSteps
from pipelines.settings.fields import Task

_AT_ONCE = 8


@dataclass(frozen=True)
class Winner:
    """The selected candidate of a task, and its metric on the test set."""

    algorithm: str
    metric: str
    value: float
    measured: Mapping[str, float] = field(default_factory=dict)
    """Every metric on the test set, by name."""
    champion: str | None = None
    """How it compares with the version that served: ``better``, ``no difference`` or ``worse``; ``none`` if no version
    was approved, ``failed`` if it could not be compared; None in executions that compared nothing."""
    version: int | None = None
    """The registered version; None if it was not registered."""

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        return {
            "winner": self.algorithm,
            "metric": self.metric,
            "value": self.value if math.isfinite(self.value) else None,
            "champion": self.champion,
            "version": self.version,
        }


@dataclass(frozen=True)
class Outcome:
    """What became of one execution, as far as it has come."""

    winners: Mapping[Task, Winner]
    cause: str | None
    """The failed step and the first line of its reason."""

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        return {"tasks": {task: winner.as_json() for task, winner in self.winners.items()}, "cause": self.cause}


def outcomes(sagemaker: Any, s3: Any, executions: Sequence[Summary]) -> list[Outcome]:
    """Query what became of executions, several at once, in their order."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [*pool.map(lambda execution: _outcome(sagemaker, s3, execution), executions)]


def winners_of(steps: Sequence[Step], sagemaker: Any, s3: Any) -> dict[Task, Winner]:
    """Read the winner of every task that was evaluated; none if its files are gone, or are not of our kind."""

    def read() -> dict[Task, Winner]:
        verdicts = read_evaluations(steps, sagemaker, s3, "verdict.json")
        return {task: _winner(verdict, _version(steps, task)) for task, verdict in verdicts.items()}

    return or_none_of_ours(read) or {}


def cause_of(steps: Iterable[Step], reason: str | None) -> str | None:
    """Name the step that failed first, with the first line of its reason; else the execution's own reason."""
    failed = next((step for step in steps if step.status == "Failed"), None)
    if failed is None:
        return _first_line(reason) if reason else None
    return f"{failed.name}: {_first_line(failed.failure_reason or 'it gives no reason')}"


def _outcome(sagemaker: Any, s3: Any, execution: Summary) -> Outcome:
    steps = steps_of(sagemaker, execution.arn, {})
    return Outcome(winners_of(steps, sagemaker, s3), cause_of(steps, execution.failure_reason))


def _winner(verdict: Mapping[str, Any], version: int | None) -> Winner:
    best, metric, champion = verdict["best"], verdict["metric"], verdict.get("champion") or {}
    return Winner(
        algorithm=best["algorithm"],
        metric=metric,
        value=float(best["test"][metric]),
        measured={name: float(value) for name, value in best["test"].items()},
        champion=champion.get("verdict") or champion.get("status"),
        version=version,
    )


def _version(steps: Iterable[Step], task: Task) -> int | None:
    made = (step.metadata.get("RegisterModel", {}) for step in steps if step.name == TaskSteps(task).register)
    arn = next((each["Arn"] for each in made if "Arn" in each), None)
    return None if arn is None else int(last_part(arn))


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
