"""The export of executions: a run for each, a run below it for each candidate, and the registered versions.

An execution that has not ended is left for the next export. One that was exported is not exported again, unless it was
retried since.
"""

import logging
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.admin.tracking.store import EXECUTION, Store
from pipelines.aws.responses import last_part
from pipelines.definition.algorithms import ALGORITHMS
from pipelines.execution.lookup import parameters_of
from pipelines.execution.outcomes import Winner, cause_of, winners_of
from pipelines.execution.pipeline import FINISHED, Step, steps_of
from pipelines.execution.results import download_evaluation, read_evaluations
from pipelines.execution.training import job_of, training_of
from pipelines.models.registry import APPROVED
from pipelines.names import TaskSteps, group_name
from pipelines.settings.fields import Task
from pipelines.target.connection import CommandContext

_STATUSES = {"Succeeded": "FINISHED", "Stopped": "KILLED"}
_PER_CANDIDATE = "predictions-"
CHAMPION = "champion"
"""The alias of the newest approved version."""

logger = logging.getLogger(__name__)


@dataclass
class Exported:
    """ARNs of the executions that were exported, of those that had been before, and of those that have not ended."""

    exported: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    candidates: int = 0


def export(context: CommandContext, store: Store, executions: Iterable[str]) -> Exported:
    """Export executions, given by their ARNs, that are not in the store as they ended."""
    done, known = Exported(), store.exported()
    for arn in executions:
        described = context.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        if described["PipelineExecutionStatus"] not in FINISHED:
            done.running.append(arn)
        elif known.get(arn) == described["LastModifiedTime"].isoformat():
            done.known.append(arn)
        else:
            store.remove(arn)
            done.candidates += _export(context, store, described)
            done.exported.append(arn)
            logger.info("Exported %s", arn)
    for task in context.settings.tasks:
        _refresh(context, store, group_name(context.pipeline, task))
    return done


def _export(context: CommandContext, store: Store, described: Mapping[str, Any]) -> int:
    """Export one execution, and return its number of candidates."""
    arn, status = described["PipelineExecutionArn"], described["PipelineExecutionStatus"]
    began, ended = described["CreationTime"], described["LastModifiedTime"]
    steps = steps_of(context.sagemaker, arn, {})
    winners = winners_of(steps, context.sagemaker, context.s3)
    evaluations = read_evaluations(steps, context.sagemaker, context.s3) if winners else {}
    tags = {EXECUTION: arn, "pipeline": context.pipeline, "status": status, "target": context.connection.name,
            "cause": cause_of(steps, described.get("FailureReason")), **_tags_of(winners)}  # fmt: skip
    name = described.get("PipelineExecutionDisplayName") or last_part(arn)
    with store.run(name, _STATUSES.get(status, "FAILED"), began, ended, tags) as parent:
        parameters = parameters_of(context.sagemaker, arn)
        measured = {
            f"{task}/{name}": {0: value} for task, one in winners.items() for name, value in one.measured.items()
        }
        store.log(parent, ended, parameters=parameters, metrics=measured)
        for task, evaluation in evaluations.items():
            _export_task(_Task(context, store, task, steps, winners[task], parent), evaluation, arn, (began, ended))
    return sum(len(evaluation["candidates"]) for evaluation in evaluations.values())


@dataclass(frozen=True)
class _Task:
    context: CommandContext
    store: Store
    name: Task
    steps: Sequence[Step]
    winner: Winner
    parent: str

    def step(self, *names: str) -> Step | None:
        """Return the first step of one of these names that succeeded."""
        return next((step for step in self.steps if step.name in names and step.status == "Succeeded"), None)


def _export_task(task: _Task, evaluation: Mapping[str, Any], arn: str, times: tuple[datetime, datetime]) -> None:
    evaluated = task.step(TaskSteps(task.name).evaluate)
    assert evaluated is not None  # its evaluation was read
    with tempfile.TemporaryDirectory() as folder:
        files = download_evaluation(evaluated, task.context.sagemaker, task.context.s3, Path(folder))
        task.store.keep(task.parent, {path: task.name for path in files if not path.name.startswith(_PER_CANDIDATE)})
        for name, candidate in evaluation["candidates"].items():
            chosen = name == task.winner.algorithm
            tags = {
                EXECUTION: arn,
                "task": task.name,
                "algorithm": name,
                "chosen": "yes" if chosen else "no",
                "model_data": candidate["model_data"],
                "image": candidate["image"],
            }
            with task.store.run(f"{task.name} {name}", "FINISHED", *times, tags, parent=task.parent) as run:
                _log_candidate(task, run, name, candidate, times[1])
                predictions = [path for path in files if path.name == f"{_PER_CANDIDATE}{name}.csv"]
                task.store.keep(run, dict.fromkeys(predictions, ""))
                if chosen:
                    _register(task, run)


def _log_candidate(task: _Task, run: str, name: str, candidate: Mapping[str, Any], at: datetime) -> None:
    """Log the hyperparameters, the metrics on both sets, the costs and the learning curves."""
    title, names = ALGORITHMS[name].title, TaskSteps(task.name)
    trained = task.step(names.train(title), names.tune(title))
    job = trained and job_of(task.context.sagemaker, trained)
    training = training_of(task.context.client("logs"), job) if job else None
    metrics = {
        f"{part}/{metric}": {0: value} for part in ("validation", "test") for metric, value in candidate[part].items()
    }
    metrics |= {f"cost/{key}": {0: value} for key, value in candidate["cost"].items()}
    curves = {f"curve/{part}": curve for part, curve in training.curves.items()} if training else {}
    parameters = training.hyperparameters if training else {}
    task.store.log(run, at, parameters=parameters, metrics={**metrics, **curves})


def _register(task: _Task, run: str) -> None:
    """Record the version that the execution registered, if it did."""
    registered = task.step(TaskSteps(task.name).register)
    if registered is None:
        return
    package = registered.metadata["RegisterModel"]["Arn"]
    described = task.context.sagemaker.describe_model_package(ModelPackageName=package)
    properties = described.get("CustomerMetadataProperties", {})
    source = described["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    tags = {**properties, "version": str(described["ModelPackageVersion"]), "status": described["ModelApprovalStatus"]}
    task.store.register(described["ModelPackageGroupName"], package, source, run, tags)


def _refresh(context: CommandContext, store: Store, group: str) -> None:
    """Bring the approval of a group's exported versions up to date, and the alias of the newest approved one."""
    approved: dict[int, str] = {}
    for version in store.versions(group):
        described = context.sagemaker.describe_model_package(ModelPackageName=version.tags["arn"])
        status = described["ModelApprovalStatus"]
        if version.tags.get("status") != status:
            store.client.set_model_version_tag(group, version.version, "status", status)
        if status == APPROVED:
            approved[described["ModelPackageVersion"]] = version.version
    if approved:
        store.client.set_registered_model_alias(group, CHAMPION, approved[max(approved)])


def _tags_of(winners: Mapping[Task, Winner]) -> dict[str, Any]:
    known = {(task, key): value for task, winner in winners.items() for key, value in winner.as_json().items()}
    return {f"{task}.{key}": value for (task, key), value in known.items()}
