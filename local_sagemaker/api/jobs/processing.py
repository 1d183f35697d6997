"""The operations on processing jobs."""

from local_sagemaker.api.jobs import common
from local_sagemaker.api.service import Service
from local_sagemaker.core.core import Request, Response
from local_sagemaker.core.store import Record
from local_sagemaker.jobs import instances, lifecycle
from local_sagemaker.jobs.contract import JobOutcome
from local_sagemaker.jobs.kinds import PROCESSING


def _create(service: Service, request: Request) -> Response:
    instances.check(request["ProcessingResources"]["ClusterConfig"], "ProcessingResources.ClusterConfig")
    arn = common.create(service.core, PROCESSING, request)
    name = request["ProcessingJobName"]
    lifecycle.run(
        service.core, PROCESSING, name, lambda context: service.runners.processing(request, context), _conclude
    )
    return {"ProcessingJobArn": arn}


def _conclude(record: Record, outcome: JobOutcome) -> None:
    if outcome.exit_message:
        record["ExitMessage"] = outcome.exit_message[: lifecycle.LONGEST_REASON]


OPERATIONS = common.operations(PROCESSING, _create)
