"""The operations on batch transform jobs."""

from __future__ import annotations

from local_sagemaker.api import jobs, models
from local_sagemaker.api.service import Service
from local_sagemaker.core.core import Request, Response
from local_sagemaker.jobs import lifecycle
from local_sagemaker.jobs.kinds import TRANSFORM


def _create(service: Service, request: Request) -> Response:
    model = models.for_containers(service.core, request["ModelName"])
    arn = jobs.create(service.core, TRANSFORM, request)
    name = request["TransformJobName"]
    lifecycle.run(service.core, TRANSFORM, name, lambda context: service.runners.transform(request, model, context))
    return {"TransformJobArn": arn}


def _describe(service: Service, request: Request) -> Response:
    return jobs.describe(service.core, TRANSFORM, request["TransformJobName"])


def _list(service: Service, request: Request) -> Response:
    return jobs.list_jobs(service.core, TRANSFORM, request)


def _stop(service: Service, request: Request) -> None:
    jobs.stop(service.core, TRANSFORM, request["TransformJobName"])


OPERATIONS = {
    "CreateTransformJob": _create,
    "DescribeTransformJob": _describe,
    "ListTransformJobs": _list,
    "StopTransformJob": _stop,
}
