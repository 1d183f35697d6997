"""What SageMaker tells EventBridge: how executions, steps, jobs and endpoints go on, and of model packages.

moto's EventBridge matches the rules and delivers (to log groups, SQS and other buses). It is only told where someone
uses it: events for which there can be no rule are not made.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_sagemaker.core.names import constant_case
from local_sagemaker.core.store import Record
from local_sagemaker.definition.expressions import timestamp
from local_sagemaker.definition.shapes import only_members, service_model
from local_sagemaker.engine import records

if TYPE_CHECKING:
    from local_sagemaker.core.service import Service
    from local_sagemaker.jobs.kinds import JobKind

EXECUTION_CHANGE = "SageMaker Model Building Pipeline Execution Status Change"
STEP_CHANGE = "SageMaker Model Building Pipeline Execution Step Status Change"
PACKAGE_CHANGE = "SageMaker Model Package State Change"
_LOG = logging.getLogger(__name__)


def execution_changed(service: Service, execution: Record, before: str | None) -> None:
    """Tell that the status of a pipeline execution has changed."""
    status = execution["PipelineExecutionStatus"]
    detail = {
        "pipelineArn": execution["PipelineArn"],
        "pipelineExecutionArn": execution["PipelineExecutionArn"],
        "pipelineExecutionDisplayName": execution["PipelineExecutionDisplayName"],
        "pipelineExecutionDescription": execution.get("PipelineExecutionDescription"),
        "previousPipelineExecutionStatus": before,
        "currentPipelineExecutionStatus": status,
        "executionStartTime": timestamp(execution["StartTime"]),
        "executionEndTime": timestamp(execution["LastModifiedTime"]) if status in records.FINAL else None,
    }
    _tell(service, EXECUTION_CHANGE, detail, execution["PipelineArn"], execution["PipelineExecutionArn"])


def step_changed(service: Service, execution_arn: str, step: str, before: str | None) -> None:
    """Tell that the status of an execution's step has changed."""
    record = service.store.get(records.STEP, f"{execution_arn}/{step}") if _someone_listens() else None
    if record is None:
        return
    pipeline_arn = execution_arn.partition("/execution/")[0]
    detail = {
        "metadata": _lower_camel(record["Metadata"]),
        "stepStartTime": timestamp(record["StartTime"]),
        "stepName": step,
        "stepType": record["StepType"],
        "previousStepStatus": before,
        "currentStepStatus": record["StepStatus"],
        "pipelineArn": pipeline_arn,
        "pipelineExecutionArn": execution_arn,
    }
    if "EndTime" in record:
        detail["stepEndTime"] = timestamp(record["EndTime"])
    for member in ("CacheHitResult", "FailureReason"):
        if member in record:
            detail[f"{member[:1].lower()}{member[1:]}"] = _lower_camel(record[member])
    _tell(service, STEP_CHANGE, detail, pipeline_arn, execution_arn)


def job_changed(service: Service, kind: JobKind, job: Record) -> None:
    """Tell that the status of a job has changed: what Describe answers, its times in milliseconds."""
    title = kind.word.removesuffix("Job").replace("ParameterTuning", "Parameter Tuning")
    _tell_described(service, f"SageMaker {title} Job State Change", f"Describe{kind.word}", job, job[kind.arn])


def endpoint_changed(service: Service, endpoint: Record) -> None:
    """Tell that the status of an endpoint has changed; statuses are written in capitals there."""
    written = {**endpoint, "EndpointStatus": constant_case(endpoint["EndpointStatus"])}
    _tell_described(service, "SageMaker Endpoint State Change", "DescribeEndpoint", written, endpoint["EndpointArn"])


def package_changed(service: Service, package: Record) -> None:
    """Tell that a model package was made, or its approval changed."""
    members = (
        "ModelPackageGroupName",
        "ModelPackageVersion",
        "ModelPackageArn",
        "ModelPackageStatus",
        "ModelApprovalStatus",
        "CustomerMetadataProperties",
    )
    detail = {member: package[member] for member in members if member in package}
    _tell(service, PACKAGE_CHANGE, detail, package["ModelPackageArn"])


def _someone_listens() -> bool:
    return "moto.events.models" in sys.modules


def _tell_described(service: Service, detail_type: str, describe: str, record: Record, arn: str) -> None:
    shape = service_model().operation_model(describe).output_shape
    if _someone_listens() and shape is not None:
        from local_sagemaker.api import tags

        labels = {tag["Key"]: tag["Value"] for tag in tags.of(service, arn)}
        detail = _in_milliseconds(shape, only_members(shape, record))
        _tell(service, detail_type, {**detail, "Tags": labels}, arn)


def _in_milliseconds(shape: Shape, value: Any) -> Any:
    """A document with its times as events write them."""
    if isinstance(shape, StructureShape):
        return {name: _in_milliseconds(shape.members[name], item) for name, item in value.items()}
    if isinstance(shape, ListShape):
        return [_in_milliseconds(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: _in_milliseconds(shape.value, item) for key, item in value.items()}
    return int(value * 1000) if shape.type_name == "timestamp" else value


def _lower_camel(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {f"{name[:1].lower()}{name[1:]}": _lower_camel(item) for name, item in value.items()}
    return value


def _tell(service: Service, detail_type: str, detail: Mapping[str, Any], *resources: str) -> None:
    """Send one event about some resources to the default bus."""
    if not _someone_listens():
        return
    from moto.events.models import events_backends

    event = {
        "Source": "aws.sagemaker",
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "Resources": list(resources),
    }
    try:
        events_backends[service.account_id][service.region].put_events([event])
    except Exception:  # noqa: BLE001 - whatever keeps moto from delivering must not touch the execution itself
        _LOG.warning("the event %r could not be delivered", detail_type, exc_info=True)
