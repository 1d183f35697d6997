"""Description of one execution: parameters, steps, metrics, reasons, links."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.aws import console_links
from pipelines.aws.responses import last_part, or_none
from pipelines.execution.logs import log_of
from pipelines.execution.lookup import parameters_of
from pipelines.execution.pipeline import Progress, Step
from pipelines.execution.results import measured, read_evaluations
from pipelines.execution.training import Training, job_of, training_of, training_seconds
from pipelines.names import TaskSteps
from pipelines.settings.fields import Task
from pipelines.target.connection import Connection

_MISSING = {"ValidationException", "ResourceNotFound"}


@dataclass(frozen=True)
class Decision:
    """What the quality gate decided on a task's winner, and what was registered."""

    passed: bool | None
    """None if the gate was not reached."""
    version: int | None
    git_commit: str | None


@dataclass(frozen=True)
class Description:
    """An execution, its parameters, and what its evaluations measured, by task."""

    progress: Progress
    parameters: Mapping[str, str]
    metrics: Mapping[str, Mapping[str, Any]]
    links: Mapping[str, Mapping[str, str]]
    """By step: the addresses of its ``job`` and its ``log`` in the console; empty locally."""
    training: Mapping[str, float]
    """By step: the seconds of training alone, without the start of the instance, the download and the upload."""
    candidates: Mapping[str, Training]
    """By step: the hyperparameters and the learning curves of the training job, or the best one of a tuning step."""
    decided: Mapping[str, Decision]
    """By task: what the gate decided, and the version that was registered."""
    studio: str | None

    def as_json(self) -> dict[str, Any]:
        """Return it as one JSON object."""
        return {
            **self.progress.as_json(),
            "studio": self.studio,
            "parameters": dict(self.parameters),
            "steps": [
                {**step_as_json(step, self.links), "training_seconds": self.training.get(step.name)}
                for step in self.progress.steps
            ],
            "candidates": {name: asdict(candidate) for name, candidate in self.candidates.items()},
            "decided": {task: asdict(decision) for task, decision in self.decided.items()},
            "metrics": dict(self.metrics),
        }


def describe(connection: Connection, progress: Progress, pipeline_name: str) -> Description:
    """Query everything about an execution.

    The pipeline's name is in its own case: ARNs may have it in lower case, Studio's addresses may not.
    """
    sagemaker = connection.client("sagemaker")
    measures = read_evaluations(progress.steps, sagemaker, connection.client("s3"))
    on_aws = connection.name == "aws"
    jobs = {step.name: job for step in progress.steps if _may_have_trained(step) and (job := job_of(sagemaker, step))}
    named = progress.arn.split("/")[-3]
    name = pipeline_name if pipeline_name.lower() == named.lower() else named
    return Description(
        progress=progress,
        parameters=parameters_of(sagemaker, progress.arn),
        metrics={task: measured(evaluation) for task, evaluation in measures.items()},
        links={step.name: links_of(connection.region, step) for step in progress.steps} if on_aws else {},
        training={
            step.name: seconds
            for step in progress.steps
            if "TrainingJob" in step.metadata and (seconds := training_seconds(jobs.get(step.name, {})))
        },
        candidates={
            step.name: training_of(connection.client("logs"), jobs[step.name])
            for step in progress.steps
            if step.status == "Succeeded" and step.name in jobs
        },
        decided={task: _decision(sagemaker, task, progress.steps) for task in measures},
        studio=console_links.execution_link(connection.region, name, progress.arn) if on_aws else None,
    )


def step_as_json(step: Step, links: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, Any]:
    """Return a step as JSON, with the ARN of what it made, and its links."""
    return {**step.as_json(), "arn": made_by(step), "links": dict((links or {}).get(step.name, {}))}


def made_by(step: Step) -> str | None:
    """Return the ARN of the job, model or package that a step made."""
    return next((made["Arn"] for made in step.metadata.values() if isinstance(made, dict) and "Arn" in made), None)


def _may_have_trained(step: Step) -> bool:
    """Whether a step has a training job; a tuning step has chosen one when it has succeeded."""
    return "TrainingJob" in step.metadata or step.status == "Succeeded"


def _decision(sagemaker: Any, task: Task, steps: Iterable[Step]) -> Decision:
    names = TaskSteps(task)
    metadata = {step.name: step.metadata for step in steps}
    outcome = metadata.get(names.quality_gate, {}).get("Condition", {}).get("Outcome")
    package = metadata.get(names.register, {}).get("RegisterModel", {}).get("Arn")
    known = package and or_none(sagemaker.describe_model_package, _MISSING, ModelPackageName=package)
    return Decision(
        passed=None if outcome is None else outcome == "True",
        version=int(last_part(package)) if package else None,
        git_commit=(known or {}).get("CustomerMetadataProperties", {}).get("git_commit"),
    )


def links_of(region: str, step: Step) -> dict[str, str]:
    """Return the addresses of a step's ``job`` and ``log`` in the AWS console."""
    job, log = console_links.job_link(region, step.metadata), log_of(step)
    return {**({"job": job} if job else {}), **({"log": console_links.log_link(region, *log)} if log else {})}
