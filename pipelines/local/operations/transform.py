"""Batch transform jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.local.operations import jobs, models
from pipelines.local.operations.jobs import TRANSFORM
from pipelines.local.service import Request, Response, Service
from pipelines.local.store import Record

if TYPE_CHECKING:
    from pipelines.local.jobs.contract import JobOutcome


def _create(service: Service, request: Request) -> Response:
    model = models.for_containers(service, request["ModelName"])
    arn = jobs.create(service, TRANSFORM, request)
    name = request["TransformJobName"]
    jobs.run(service, TRANSFORM, name, lambda context: service.runners.transform(request, model, context), _conclude)
    return {"TransformJobArn": arn}


def _conclude(record: Record, outcome: JobOutcome) -> None:
    """A transform job's record says no more than how it ended."""


def _describe(service: Service, request: Request) -> Response:
    return jobs.describe(service, TRANSFORM, request["TransformJobName"])


def _list(service: Service, request: Request) -> Response:
    return jobs.list_jobs(service, TRANSFORM, request)


def _stop(service: Service, request: Request) -> None:
    jobs.stop(service, TRANSFORM, request["TransformJobName"])


OPERATIONS = {
    "CreateTransformJob": _create,
    "DescribeTransformJob": _describe,
    "ListTransformJobs": _list,
    "StopTransformJob": _stop,
}
