"""Executions of a pipeline: listed, and found by ARN, id, name or as the latest."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.aws.responses import last_part, listed
from pipelines.definition.document import Definition
from pipelines.errors import BadInput
from pipelines.execution.pipeline import Progress, Step, look, step_types

LATEST = "latest"
EXECUTION_ARN = re.compile(r"arn:[^:]+:sagemaker:[^:]+:\d{12}:pipeline/[^/]+/execution/[^/]+")


@dataclass(frozen=True)
class Summary:
    """An execution in the list."""

    arn: str
    name: str
    status: str
    started: datetime
    failure_reason: str | None

    @property
    def id(self) -> str:
        """The last part of the ARN: twelve letters and digits."""
        return last_part(self.arn)

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        return {
            "id": self.id,
            "arn": self.arn,
            "name": self.name,
            "status": self.status,
            "started": self.started.isoformat(),
            "failure_reason": self.failure_reason,
        }


def recent(sagemaker: Any, pipeline_name: str, most: int | None = None) -> list[Summary]:
    """List the executions of a pipeline, the latest first.

    Raises `BadInput` if there is no such pipeline.
    """
    found = listed(
        sagemaker,
        "list_pipeline_executions",
        "PipelineExecutionSummaries",
        PipelineName=pipeline_name,
        SortBy="CreationTime",
        SortOrder="Descending",
        PaginationConfig={"MaxItems": most} if most else {},
    )
    with _not_found(f"There is no pipeline named {pipeline_name}. Create it with: boostpipe run --upsert"):
        return [summary_of(each) for each in found]


def find(sagemaker: Any, pipeline_name: str, wanted: str) -> str:
    """Return the ARN of an execution, given by its ARN, its id, its display name, or as ``latest``.

    Raises `BadInput` if there is none, or several have that name.
    """
    if wanted.startswith("arn:"):
        if not EXECUTION_ARN.fullmatch(wanted):
            raise BadInput(
                f"{wanted} is not the ARN of a pipeline execution, which ends in pipeline/NAME/execution/ID."
            )
        return wanted
    known = recent(sagemaker, pipeline_name)
    if not known:
        raise BadInput(f"The pipeline {pipeline_name} has no executions. Start one with: boostpipe run --start")
    if wanted == LATEST:
        return known[0].arn
    named = [summary for summary in known if wanted in (summary.id, summary.name)]
    if len(named) > 1:
        ids = ", ".join(summary.id for summary in named)
        raise BadInput(
            f"The pipeline {pipeline_name} has more than one execution named {wanted}. Name one by its id: {ids}"
        )
    if not named:
        ids = ", ".join(summary.id for summary in known[:5])
        raise BadInput(f"The pipeline {pipeline_name} has no execution {wanted}. The latest are: {ids}")
    return named[0].arn


def definition_of(sagemaker: Any, arn: str) -> Definition:
    """Return the definition that an execution runs or ran; the pipeline's may have changed since.

    Raises `BadInput` if there is no such execution.
    """
    with _not_found(f"There is no execution {arn}. See: boostpipe executions list"):
        answer = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    return Definition(answer["PipelineDefinition"])


def progress_of(sagemaker: Any, arn: str) -> Progress:
    """Query the progress of an execution once."""
    return look(sagemaker, arn, step_types(definition_of(sagemaker, arn)))


def find_step(progress: Progress, name: str) -> Step:
    """Find a step of an execution by its name, in upper or lower case.

    Raises `BadInput` if it has not started, or there is no such step.
    """
    for step in progress.steps:
        if step.name.lower() == name.lower():
            return step
    started = ", ".join(step.name for step in progress.steps) or "none yet"
    raise BadInput(f"The execution {last_part(progress.arn)} has started no step {name}. It has started: {started}")


def parameters_of(sagemaker: Any, arn: str) -> dict[str, str]:
    """Return the parameters of an execution, defaults included."""
    found = listed(sagemaker, "list_pipeline_parameters_for_execution", "PipelineParameters", PipelineExecutionArn=arn)
    return {parameter["Name"]: parameter["Value"] for parameter in found}


def summary_of(execution: dict[str, Any]) -> Summary:
    """Read an execution of the list that SageMaker returns."""
    return Summary(
        arn=execution["PipelineExecutionArn"],
        name=execution.get("PipelineExecutionDisplayName", ""),
        status=execution["PipelineExecutionStatus"],
        started=execution["StartTime"].astimezone(UTC),
        failure_reason=execution.get("PipelineExecutionFailureReason"),
    )


@contextlib.contextmanager
def _not_found(message: str) -> Iterator[None]:
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFound":
            raise
        raise BadInput(message) from error
