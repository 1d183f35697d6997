"""The operations on batch transform jobs."""

import functools

from local_sagemaker.api import models
from local_sagemaker.api.jobs import common
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.jobs import lifecycle
from local_sagemaker.jobs.contract import TransformRunner
from local_sagemaker.jobs.kinds import TRANSFORM

# As in aws/sagemaker-python-sdk issues 4777 and 5160.
_NO_DATA_SOURCE = (
    "SageMaker Batch currently doesn't support Model entity with container definitions which use ModelDataSource "
    "attribute"
)


def _create(core: Core, runner: TransformRunner, request: Request) -> Response:
    model = models.for_containers(core, request["ModelName"])
    containers = model.get("Containers") or [model["PrimaryContainer"]]
    if any("ModelDataSource" in container for container in containers):
        raise ValidationException(_NO_DATA_SOURCE)
    arn = common.create(core, TRANSFORM, request)
    name = request["TransformJobName"]
    lifecycle.run(core, TRANSFORM, name, functools.partial(runner, request, model))
    return {"TransformJobArn": arn}


WITH_RUNNER = {"CreateTransformJob": _create}
