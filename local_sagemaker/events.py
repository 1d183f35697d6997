"""The events that SageMaker sends to EventBridge: status changes of executions, steps, jobs, endpoints and packages.

Each function passes ``Core.emit`` a function that makes the detail, so that nothing is read or converted while no rule
waits for events.
"""

from collections.abc import Callable, Mapping
from typing import Any

from local_sagemaker.core import tags
from local_sagemaker.core.core import Core
from local_sagemaker.core.names import constant_case
from local_sagemaker.core.store import Record
from local_sagemaker.definition.expressions import timestamp
from local_sagemaker.definition.shapes import convert, only_members, service_model

EXECUTION_CHANGE = "SageMaker Model Building Pipeline Execution Status Change"
STEP_CHANGE = "SageMaker Model Building Pipeline Execution Step Status Change"
PACKAGE_CHANGE = "SageMaker Model Package State Change"
_PACKAGE_MEMBERS = (
    "ModelPackageGroupName", "ModelPackageVersion", "ModelPackageArn", "ModelPackageStatus", "ModelApprovalStatus",
    "CustomerMetadataProperties",
)  # fmt: skip


def execution_changed(core: Core, execution: Record, before: str | None, *, ended: bool) -> None:
    """Send the event that the status of a pipeline execution has changed."""

    def detail() -> Mapping[str, Any]:
        return {
            "pipelineArn": execution["PipelineArn"],
            "pipelineExecutionArn": execution["PipelineExecutionArn"],
            "pipelineExecutionDisplayName": execution["PipelineExecutionDisplayName"],
            "pipelineExecutionDescription": execution.get("PipelineExecutionDescription"),
            "previousPipelineExecutionStatus": before,
            "currentPipelineExecutionStatus": execution["PipelineExecutionStatus"],
            "executionStartTime": timestamp(execution["StartTime"]),
            "executionEndTime": timestamp(execution["LastModifiedTime"]) if ended else None,
        }

    core.emit(EXECUTION_CHANGE, detail, [execution["PipelineArn"], execution["PipelineExecutionArn"]])


def step_changed(core: Core, execution_arn: str, find_step: Callable[[], Record | None], before: str | None) -> None:
    """Send the event that the status of an execution's step has changed."""
    pipeline_arn = execution_arn.partition("/execution/")[0]

    def detail() -> Mapping[str, Any] | None:
        step = find_step()
        return None if step is None else _step_detail(step, pipeline_arn, execution_arn, before)

    core.emit(STEP_CHANGE, detail, [pipeline_arn, execution_arn])


def _step_detail(step: Record, pipeline_arn: str, execution_arn: str, before: str | None) -> Mapping[str, Any]:
    detail = {
        "metadata": _lower_camel(step["Metadata"]),
        "stepStartTime": timestamp(step["StartTime"]),
        "stepName": step["StepName"],
        "stepType": step["StepType"],
        "previousStepStatus": before,
        "currentStepStatus": step["StepStatus"],
        "pipelineArn": pipeline_arn,
        "pipelineExecutionArn": execution_arn,
    }
    if "EndTime" in step:
        detail["stepEndTime"] = timestamp(step["EndTime"])
    for member in ("CacheHitResult", "FailureReason"):
        if member in step:
            detail[f"{member[:1].lower()}{member[1:]}"] = _lower_camel(step[member])
    return detail


def endpoint_changed(core: Core, endpoint: Record) -> None:
    """Send the event that the status of an endpoint has changed; its detail has the status in capitals."""
    detail = {**endpoint, "EndpointStatus": constant_case(endpoint["EndpointStatus"])}
    described_changed(core, "SageMaker Endpoint State Change", "DescribeEndpoint", detail, endpoint["EndpointArn"])


def package_changed(core: Core, package: Record) -> None:
    """Send the event that a model package was created, or its approval changed."""
    detail = {member: package[member] for member in _PACKAGE_MEMBERS if member in package}
    core.emit(PACKAGE_CHANGE, lambda: detail, [package["ModelPackageArn"]])


def described_changed(core: Core, detail_type: str, describe: str, record: Record, arn: str) -> None:
    """Send an event whose detail is the answer of a Describe operation, with times in milliseconds, and the tags."""

    def detail() -> Mapping[str, Any] | None:
        shape = service_model().operation_model(describe).output_shape
        if shape is None:
            return None
        labels = {tag["Key"]: tag["Value"] for tag in tags.of(core.store, arn)}
        return {**convert(shape, only_members(shape, record), _in_milliseconds), "Tags": labels}

    core.emit(detail_type, detail, [arn])


def _in_milliseconds(type_name: str, value: Any) -> Any:
    return int(value * 1000) if type_name == "timestamp" else value


def _lower_camel(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {f"{name[:1].lower()}{name[1:]}": _lower_camel(item) for name, item in value.items()}
    return value
