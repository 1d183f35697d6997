"""The operations on processing jobs."""

import functools

from local_sagemaker.api.jobs import common
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.store import Record
from local_sagemaker.jobs import instances, lifecycle
from local_sagemaker.jobs.contract import LONGEST_REASON, JobOutcome, JobRunner
from local_sagemaker.jobs.kinds import PROCESSING


def _create(core: Core, runner: JobRunner, request: Request) -> Response:
    instances.check(request["ProcessingResources"]["ClusterConfig"], "ProcessingResources.ClusterConfig")
    for given in request.get("ProcessingInputs", []):
        if given.get("S3Input") and not given.get("AppManaged") and not given["S3Input"].get("LocalPath"):
            raise ValidationException(
                f"LocalPath of the processing input {given['InputName']} is required when AppManaged is False."
            )
    arn = common.create(core, PROCESSING, request)
    name = request["ProcessingJobName"]
    lifecycle.run(core, PROCESSING, name, functools.partial(runner, request), _conclude)
    return {"ProcessingJobArn": arn}


def _conclude(record: Record, outcome: JobOutcome) -> None:
    if outcome.exit_message:
        record["ExitMessage"] = outcome.exit_message[:LONGEST_REASON]


WITH_RUNNER = {"CreateProcessingJob": _create}
