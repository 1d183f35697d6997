"""EventBridge Scheduler: schedules that are kept over a restart, and really start pipelines."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.lifetime import open_service
from tests.conformance.stand_ins import ROLE, StandIns, definition, processing

TARGET = {
    "Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:startPipelineExecution",
    "RoleArn": ROLE,
    "Input": json.dumps(
        {"PipelineName": "scheduled", "PipelineExecutionDescription": "<aws.scheduler.scheduled-time>"}
    ),
}
SCHEDULE = {"Name": "weekly", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": TARGET}
LONGEST_WAIT = 120
"""Seconds; on a busy machine a start takes its time."""


@pytest.fixture
def opened(tmp_path: Path, aws: Callable[..., Any]) -> Any:
    """Opens the service on one state directory, again and again."""

    @contextmanager
    def open_it() -> Iterator[tuple[Any, Any, Any]]:
        with open_service(tmp_path / "state", runners=StandIns().runners) as service:
            yield service, aws("scheduler", service), aws("sagemaker", service)

    return open_it


def make_pipeline(sagemaker: Any) -> None:
    sagemaker.create_pipeline(
        PipelineName="scheduled",
        ClientRequestToken="x" * 32,
        RoleArn=ROLE,
        PipelineDefinition=definition(processing("A")),
    )


def started(sagemaker: Any) -> list[str]:
    """Wait for executions; return the times that they were scheduled for."""
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline:
        found = sagemaker.list_pipeline_executions(PipelineName="scheduled")["PipelineExecutionSummaries"]
        if found:
            arns = [each["PipelineExecutionArn"] for each in found]
            described = [sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn) for arn in arns]
            return [each["PipelineExecutionDescription"] for each in described]
        time.sleep(0.05)
    return []


def test_a_schedule_starts_the_pipeline_and_its_deletion_ends_that(opened: Any) -> None:
    with opened() as (service, scheduler, sagemaker):
        make_pipeline(sagemaker)
        start = datetime.now(UTC).replace(microsecond=0)
        scheduler.create_schedule(**SCHEDULE, ScheduleExpression="rate(1 day)", StartDate=start)
        assert started(sagemaker) == [start.strftime("%Y-%m-%dT%H:%M:%SZ")]
        assert service.use["schedules"] == 1, "so that the service does not end by itself"
        scheduler.delete_schedule(Name="weekly")
        assert service.use["schedules"] == 0


def test_a_start_is_made_once_also_over_a_restart(opened: Any) -> None:
    start = datetime.now(UTC).replace(microsecond=0)
    with opened() as (_, scheduler, sagemaker):
        make_pipeline(sagemaker)
        scheduler.create_schedule(**SCHEDULE, ScheduleExpression="rate(300 days)", StartDate=start)
    for _ in range(2):
        with opened() as (_, scheduler, sagemaker):
            assert started(sagemaker) == [start.strftime("%Y-%m-%dT%H:%M:%SZ")]


def test_schedules_survive_a_restart(opened: Any) -> None:
    more = {"ScheduleExpression": "cron(0 3 ? * MON 2199)", "ScheduleExpressionTimezone": "Asia/Seoul"}
    with opened() as (_, scheduler, _sagemaker):
        scheduler.create_schedule_group(Name="mine")
        scheduler.create_schedule(**SCHEDULE, **more, GroupName="mine")
        scheduler.create_schedule(**{**SCHEDULE, "Name": "gone"}, **more)
        scheduler.update_schedule(**SCHEDULE, **more, GroupName="mine", State="DISABLED")
        scheduler.delete_schedule(Name="gone")
        before = scheduler.get_schedule(Name="weekly", GroupName="mine")
    with opened() as (_, scheduler, _sagemaker):
        after = scheduler.get_schedule(Name="weekly", GroupName="mine")
        assert {**after, "ResponseMetadata": {}} == {**before, "ResponseMetadata": {}}
        assert after["State"] == "DISABLED"
        assert [each["Name"] for each in scheduler.list_schedules()["Schedules"]] == ["weekly"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ScheduleExpression": "daily"}, "Invalid Schedule Expression daily"),
        ({"ScheduleExpression": "cron(0 3 * * * *)"}, "exactly one of day-of-month and day-of-week must be"),
        ({"ScheduleExpressionTimezone": "Mars/Base"}, "there is no time zone Mars/Base"),
        (
            {"Target": {**TARGET, "Arn": "arn:aws:sqs:us-east-1:123456789012:q"}},
            "is not supported by the local SageMaker",
        ),
    ],
)
def test_what_cannot_be_honoured_is_refused(opened: Any, changed: dict[str, Any], reason: str) -> None:
    with opened() as (_, scheduler, _sagemaker):
        with pytest.raises(ClientError, match=reason):
            scheduler.create_schedule(**{**SCHEDULE, "ScheduleExpression": "rate(1 day)", **changed})
        assert scheduler.list_schedules()["Schedules"] == []
