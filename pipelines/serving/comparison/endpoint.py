"""A temporary endpoint, deleted at the end of a block, however the block ends."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from pipelines.aws.tags import as_list
from pipelines.aws.temporary import deleted_after
from pipelines.definition.endpoint_config import VARIANT, expiry_from_now
from pipelines.errors import PipelineError
from pipelines.execution.follow import POLL_SECONDS
from pipelines.models.registry import RegisteredModel
from pipelines.names import PROJECT
from pipelines.serving.endpoints.state import IN_SERVICE, describe_endpoint
from pipelines.target.connection import Connection

HOURS_TO_LIVE = 2
"""After this, ``boostpipe endpoint delete --expired`` deletes it, in case this machine loses power."""

logger = logging.getLogger(__name__)


@contextmanager
def endpoint(connection: Connection, name: str, model: RegisteredModel, instance_type: str) -> Iterator[str]:
    """Create an endpoint of one instance, wait until it is in service, and delete it with all that was created for it.

    It uses the registered version's container, approved or not.

    Raises `PipelineError` if it did not come into service.
    """
    sagemaker, tags = connection.client("sagemaker"), as_list({**PROJECT, "expiry": expiry_from_now(HOURS_TO_LIVE)})
    with ExitStack() as undo:
        undo.enter_context(deleted_after(sagemaker.delete_model, ModelName=name))
        sagemaker.create_model(
            ModelName=name,
            PrimaryContainer={"Image": model.image, "ModelDataUrl": model.model_data},
            ExecutionRoleArn=connection.find_role(),
            Tags=tags,
        )
        variant = {"VariantName": VARIANT, "ModelName": name, "InstanceType": instance_type, "InitialInstanceCount": 1}
        undo.enter_context(deleted_after(sagemaker.delete_endpoint_config, EndpointConfigName=name))
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], Tags=tags)
        undo.callback(_delete, sagemaker, name, POLL_SECONDS[connection.name])
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=tags)
        logger.info("Endpoint %s: created for this comparison and deleted after it", name)
        described = _at_rest(sagemaker, name, POLL_SECONDS[connection.name])
        if described is None or described["EndpointStatus"] != IN_SERVICE:
            reason = (described or {}).get("FailureReason", "it gives no reason")
            raise PipelineError(f"The endpoint {name} did not come into service: {reason}")
        yield name


def _delete(sagemaker: Any, name: str, interval: float) -> None:
    """Delete the endpoint, if it was created, and wait until it no longer exists and costs nothing."""
    # The service refuses to delete an endpoint that it is still creating.
    if _at_rest(sagemaker, name, interval) is None:
        return
    sagemaker.delete_endpoint(EndpointName=name)
    while describe_endpoint(sagemaker, name) is not None:
        time.sleep(interval)
    logger.info("Endpoint %s: deleted", name)


def _at_rest(sagemaker: Any, name: str, interval: float) -> dict[str, Any] | None:
    while (described := describe_endpoint(sagemaker, name)) is not None and described["EndpointStatus"] == "Creating":
        time.sleep(interval)
    return described
