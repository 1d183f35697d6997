"""Upsert, start, query and stop: the same API calls on AWS and locally."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.aws.responses import listed, or_none
from pipelines.definition.document import Definition
from pipelines.errors import BadInput, EnvironmentProblem
from pipelines.settings.fields import Settings

DISPLAY_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}")
FINISHED = {"Succeeded", "Failed", "Stopped", "CompletedWithFailures"}
_FULL_DISK = "The disk of the state directory"
"""In the reason of a failed step, if the local service could not write."""


@dataclass(frozen=True)
class Step:
    """One step as the service lists it."""

    name: str
    type: str
    status: str
    seconds: float
    failure_reason: str | None
    cache_hit: bool
    metadata: Mapping[str, Any]
    started: datetime | None = None
    attempts: int = 1
    cached_from: str | None = None
    """The ARN of the execution whose result was taken."""

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints a step."""
        return {
            "name": self.name,
            "type": self.type,
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "failure_reason": self.failure_reason,
            "cache_hit": self.cache_hit,
        }


@dataclass(frozen=True)
class Progress:
    """An execution at one moment: its status, the reason if it failed, its steps in the order in which they started."""

    arn: str
    status: str
    failure_reason: str | None
    seconds: float
    steps: tuple[Step, ...]
    name: str = ""
    """The display name."""
    started: datetime | None = None

    @property
    def finished(self) -> bool:
        """Whether its status is final."""
        return self.status in FINISHED

    @property
    def succeeded(self) -> dict[str, Step]:
        """The steps that succeeded, by name."""
        return {step.name: step for step in self.steps if step.status == "Succeeded"}

    @property
    def exit_code(self) -> int:
        """The exit code of a command that waited for its end: 3 if the disk of the local service was full."""
        if self.status == "Succeeded":
            return 0
        return 3 if any(_FULL_DISK in (step.failure_reason or "") for step in self.steps) else 1

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints an execution, without the steps."""
        return {
            "arn": self.arn,
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "failure_reason": self.failure_reason,
        }


def upsert(
    sagemaker: Any, settings: Settings, role: str, definition: Definition, description: str | None = None
) -> str:
    """Create or update the pipeline, and return its ARN."""
    tags = [{"Key": key, "Value": value} for key, value in settings.tags]
    request = {
        "PipelineName": settings.pipeline_name,
        "PipelineDisplayName": settings.pipeline_name,
        "PipelineDescription": description or f"{settings.table.title['en']}: three built-in algorithms, one winner",
        "PipelineDefinition": definition.text,
        "RoleArn": role,
        "ParallelismConfiguration": {"MaxParallelExecutionSteps": settings.max_parallel_steps},
    }
    if describe_pipeline(sagemaker, settings.pipeline_name) is None:
        try:
            arn: str = sagemaker.create_pipeline(**request, Tags=tags)["PipelineArn"]
        except sagemaker.exceptions.ClientError:
            if describe_pipeline(sagemaker, settings.pipeline_name) is None:
                raise
            # Another command has created it in the meantime.
        else:
            return arn
    arn = sagemaker.update_pipeline(**request)["PipelineArn"]
    if tags:
        sagemaker.add_tags(ResourceArn=arn, Tags=tags)
    return arn


def describe_pipeline(sagemaker: Any, name: str) -> dict[str, Any] | None:
    """Describe a pipeline; None if there is none of that name."""
    description: dict[str, Any] | None = or_none(sagemaker.describe_pipeline, {"ResourceNotFound"}, PipelineName=name)
    return description


def stored_definition(sagemaker: Any, name: str) -> tuple[str, Definition]:
    """Return the ARN and the definition of a pipeline that exists."""
    description = describe_pipeline(sagemaker, name)
    if description is None:
        raise BadInput(f"There is no pipeline named {name}. Create it with --upsert.")
    return description["PipelineArn"], Definition(description["PipelineDefinition"])


def check_display_name(name: str) -> None:
    """Raise `BadInput` for a display name that the service would refuse."""
    if not DISPLAY_NAME.fullmatch(name):
        raise BadInput(
            f"--execution-name is {name!r}, but it must have 1 to 82 letters, digits and single hyphens between them."
        )


def start(
    sagemaker: Any, name: str, parameters: Mapping[str, str], display_name: str | None, token: str | None = None
) -> str:
    """Start an execution, and return its ARN; a second start with the same ``token`` starts nothing new."""
    request: dict[str, Any] = {
        "PipelineName": name,
        "PipelineParameters": [{"Name": key, "Value": value} for key, value in parameters.items()],
    }
    if display_name:
        request["PipelineExecutionDisplayName"] = display_name
    if token:
        request["ClientRequestToken"] = token
    arn: str = sagemaker.start_pipeline_execution(**request)["PipelineExecutionArn"]
    return arn


def look(sagemaker: Any, arn: str, types: Mapping[str, str]) -> Progress:
    """Query an execution's progress once; ``types`` maps step names to their types."""
    # The execution comes first: once it has finished, the list of steps is final.
    execution = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    status = execution["PipelineExecutionStatus"]
    ended = execution["LastModifiedTime"].timestamp() if status in FINISHED else time.time()
    return Progress(
        arn=arn,
        status=status,
        failure_reason=execution.get("FailureReason"),
        seconds=max(ended - execution["CreationTime"].timestamp(), 0.0),
        steps=steps_of(sagemaker, arn, types),
        name=execution.get("PipelineExecutionDisplayName", ""),
        started=execution["CreationTime"],
    )


def steps_of(sagemaker: Any, arn: str, types: Mapping[str, str]) -> tuple[Step, ...]:
    """Query the steps of an execution, in the order in which they started."""
    request = {"PipelineExecutionArn": arn, "SortOrder": "Ascending"}
    steps = listed(sagemaker, "list_pipeline_execution_steps", "PipelineExecutionSteps", **request)
    return tuple(_step(step, types) for step in steps)


def _step(step: dict[str, Any], types: Mapping[str, str]) -> Step:
    started = step.get("StartTime")
    ended = step["EndTime"].timestamp() if "EndTime" in step else time.time()
    return Step(
        name=step["StepName"],
        type=types.get(step["StepName"], "Unknown"),
        status=step["StepStatus"],
        seconds=max(ended - started.timestamp(), 0.0) if started else 0.0,
        failure_reason=step.get("FailureReason"),
        cache_hit=bool(step.get("CacheHitResult")),
        metadata=step.get("Metadata", {}),
        started=started,
        attempts=step.get("AttemptCount", 1),
        cached_from=step.get("CacheHitResult", {}).get("SourcePipelineExecutionArn"),
    )


def step_types(definition: Definition) -> dict[str, str]:
    """Map every step's name to its type, steps inside branches included."""
    from local_sagemaker.definition.parse import parse

    return {step.name: step.type for step in parse(definition.text).steps.values()}


def parameters_before(definition: Definition, name: str) -> list[str]:
    """Return the parameters that decide whether a step runs: those in the conditions before it."""
    from local_sagemaker.definition.expressions import all_expressions
    from local_sagemaker.definition.parse import parse

    parsed = parse(definition.text)
    conditions = [parsed.steps[condition].arguments for condition, _ in parsed.branches(parsed.steps[name])]
    read = [str(expression.get("Get", "")) for expression in all_expressions(conditions)]
    return [*dict.fromkeys(get.removeprefix("Parameters.") for get in read if get.startswith("Parameters."))]


def stop(sagemaker: Any, arn: str, patience: float = 60) -> None:
    """Stop an execution and wait until it has stopped."""
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"] in FINISHED:
            return
        time.sleep(0.2)
    raise EnvironmentProblem(f"The execution {arn} did not stop within {patience:.0f} s.")
