"""Ends endpoints, with everything that was made for them."""

import logging
import time

from pipelines.serving.endpoints.deployment import CHANGING, forget_config, wait_at_rest
from pipelines.serving.endpoints.scaling import stop_scaling
from pipelines.serving.endpoints.state import Endpoint, find_endpoint
from pipelines.target.connection import CommandContext

logger = logging.getLogger(__name__)


def delete(context: CommandContext, endpoint: Endpoint) -> None:
    """End an endpoint and wait until it is gone: from then on it costs nothing."""
    if endpoint.status in CHANGING:
        endpoint = wait_at_rest(context, endpoint.name)  # the service refuses while it works on it
    context.sagemaker.delete_endpoint(EndpointName=endpoint.name)
    while find_endpoint(context.sagemaker, endpoint.name) is not None:
        time.sleep(context.poll_seconds)
    forget_config(context.sagemaker, endpoint.name, endpoint.config)
    stop_scaling(context, endpoint.name)
    logger.info("%s: deleted", endpoint.name)
