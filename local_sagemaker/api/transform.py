"""Batch transform jobs."""

from __future__ import annotations

from local_sagemaker.api import jobs, models
from local_sagemaker.core.service import Request, Response, Service
from local_sagemaker.jobs import lifecycle
from local_sagemaker.jobs.kinds import TRANSFORM


def _create(service: Service, request: Request) -> Response:
    model = models.for_containers(service, request["ModelName"])
    arn = jobs.create(service, TRANSFORM, request)
    name = request["TransformJobName"]
    lifecycle.run(service, TRANSFORM, name, lambda context: service.runners.transform(request, model, context))
    return {"TransformJobArn": arn}


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
