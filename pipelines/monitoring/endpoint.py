"""The calls that an endpoint captured, as a window."""

from datetime import UTC

from pipelines.definition.monitoring import EVER
from pipelines.errors import BadInput
from pipelines.models.registry import RegisteredModel
from pipelines.monitoring.run import Window
from pipelines.serving.endpoints.asked import captures
from pipelines.serving.endpoints.invocation import served_model
from pipelines.serving.endpoints.state import require_endpoint
from pipelines.target.connection import CommandContext


def captured_window(
    context: CommandContext, name: str, actuals: str | None, since: str | None, until: str | None
) -> tuple[RegisteredModel, Window]:
    """Return the version that an endpoint serves, and its captured calls; by default all since it serves that version.

    Raises `BadInput` if there is no such endpoint, or it captures nothing.
    """
    endpoint = require_endpoint(context, name)
    model = served_model(context.sagemaker, endpoint)
    if not captures(endpoint) or endpoint.capture is None:
        raise BadInput(f"The endpoint {name} keeps no calls; deploy it with --data-capture 100.")
    began = endpoint.config["CreationTime"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    address = f"{endpoint.capture['DestinationS3Uri'].rstrip('/')}/{name}/"
    return model, Window(address, actuals, since or began, until or EVER)
