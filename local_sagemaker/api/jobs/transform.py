"""The operations on batch transform jobs."""

from local_sagemaker.api import models
from local_sagemaker.api.jobs import common
from local_sagemaker.api.service import Service
from local_sagemaker.core.core import Request, Response
from local_sagemaker.jobs import lifecycle
from local_sagemaker.jobs.kinds import TRANSFORM


def _create(service: Service, request: Request) -> Response:
    model = models.for_containers(service.core, request["ModelName"])
    arn = common.create(service.core, TRANSFORM, request)
    name = request["TransformJobName"]
    lifecycle.run(service.core, TRANSFORM, name, lambda context: service.runners.transform(request, model, context))
    return {"TransformJobArn": arn}


OPERATIONS = common.operations(TRANSFORM, _create)
