"""What SageMaker tells EventBridge: how pipeline executions go on, and what becomes of model packages.

moto's EventBridge matches the rules and delivers (to log groups, SQS and other buses). It is only told where someone
uses it: events for which there can be no rule are not made.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipelines.local.engine.expressions import timestamp
from pipelines.local.engine.records import FINAL
from pipelines.local.store import Record

if TYPE_CHECKING:
    from pipelines.local.service import Service

EXECUTION_CHANGE = "SageMaker Model Building Pipeline Execution Status Change"
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
        "executionEndTime": timestamp(execution["LastModifiedTime"]) if status in FINAL else None,
    }
    _tell(service, EXECUTION_CHANGE, detail, execution["PipelineArn"], execution["PipelineExecutionArn"])


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


def _tell(service: Service, detail_type: str, detail: Mapping[str, Any], *resources: str) -> None:
    """Send one event about some resources to the default bus."""
    if "moto.events.models" not in sys.modules:
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
