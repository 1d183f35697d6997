"""Processing jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_sagemaker.api import jobs
from local_sagemaker.core.service import Request, Response, Service
from local_sagemaker.core.store import Record
from local_sagemaker.jobs import instances, lifecycle
from local_sagemaker.jobs.kinds import PROCESSING

if TYPE_CHECKING:
    from local_sagemaker.jobs.contract import JobOutcome


def _create(service: Service, request: Request) -> Response:
    instances.check(request["ProcessingResources"]["ClusterConfig"], "ProcessingResources.ClusterConfig")
    arn = jobs.create(service, PROCESSING, request)
    name = request["ProcessingJobName"]
    lifecycle.run(service, PROCESSING, name, lambda context: service.runners.processing(request, context), _conclude)
    return {"ProcessingJobArn": arn}


def _conclude(record: Record, outcome: JobOutcome) -> None:
    if outcome.exit_message:
        record["ExitMessage"] = outcome.exit_message[: lifecycle.LONGEST_REASON]


def _describe(service: Service, request: Request) -> Response:
    return jobs.describe(service, PROCESSING, request["ProcessingJobName"])


def _list(service: Service, request: Request) -> Response:
    return jobs.list_jobs(service, PROCESSING, request)


def _stop(service: Service, request: Request) -> None:
    jobs.stop(service, PROCESSING, request["ProcessingJobName"])


def _delete(service: Service, request: Request) -> None:
    jobs.delete(service, PROCESSING, request["ProcessingJobName"])


OPERATIONS = {
    "CreateProcessingJob": _create,
    "DescribeProcessingJob": _describe,
    "ListProcessingJobs": _list,
    "StopProcessingJob": _stop,
    "DeleteProcessingJob": _delete,
}
