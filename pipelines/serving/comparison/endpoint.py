"""An endpoint for as long as a block lasts, whatever happens in it."""

from __future__ import annotations

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
from pipelines.target import Connection

HOURS_TO_LIVE = 2
"""After which ``boostpipe endpoint delete --expired`` ends it, should this machine lose its power."""

logger = logging.getLogger(__name__)


@contextmanager
def endpoint(connection: Connection, name: str, model: RegisteredModel, instance_type: str) -> Iterator[str]:
    """Make an endpoint of one instance, wait until it answers, and delete it with all that was made for it.

    Of the registered version, whoever approved it, its container is used.

    Raises
    ------
    PipelineError
        It did not come into service.
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
        logger.info("Endpoint %s: made for this comparison and deleted after it", name)
        described = _at_rest(sagemaker, name, POLL_SECONDS[connection.name])
        if described is None or described["EndpointStatus"] != IN_SERVICE:
            reason = (described or {}).get("FailureReason", "it gives no reason")
            raise PipelineError(f"The endpoint {name} did not come into service: {reason}")
        yield name


def _delete(sagemaker: Any, name: str, interval: float) -> None:
    """End the endpoint, if there is one by now, and wait until it is gone: from then on it costs nothing."""
    # The service refuses to delete what it is still making.
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
