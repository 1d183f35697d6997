"""Endpoints, as the API describes them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pipelines.aws.responses import listed, or_none, unless_of_others
from pipelines.aws.tags import tags_of
from pipelines.definition.endpoint_config import PACKAGE, read_expiry
from pipelines.errors import BadInput, PipelineError
from pipelines.names import PROJECT, own_prefixes
from pipelines.serving.endpoints.capacity import Capacity, capacity_of
from pipelines.target.connection import CommandContext

IN_SERVICE = "InService"
MISSING = {"ValidationException", "ResourceNotFound"}
"""Codes by which SageMaker answers that there is no such endpoint or configuration."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One endpoint as DescribeEndpoint has it, with its configuration and its tags."""

    name: str
    arn: str
    status: str
    failure: str | None
    created: datetime
    modified: datetime
    config: Mapping[str, Any]
    """The response of DescribeEndpointConfig; empty if the configuration was deleted."""
    package: str | None
    """The registered version that it serves, if its configuration names one."""
    capacity: Capacity | None
    """Instances or serverless memory; None if the configuration was deleted."""
    capture: Mapping[str, Any] | None
    """Its data capture, from DescribeEndpoint."""
    tags: Mapping[str, str]

    @property
    def ours(self) -> bool:
        """Whether it has our tag."""
        return PROJECT.items() <= self.tags.items()

    @property
    def variant(self) -> Mapping[str, Any]:
        """The first ProductionVariant of its configuration.

        Raises `PipelineError` if the configuration was deleted.
        """
        if not self.config:
            raise PipelineError(
                f"The configuration of the endpoint {self.name} was deleted, so it cannot be changed; delete it and "
                "deploy it again."
            )
        variant: Mapping[str, Any] = self.config["ProductionVariants"][0]
        return variant

    @property
    def expiry(self) -> datetime | None:
        """When ``endpoint delete --expired`` deletes it; None is never."""
        return read_expiry(self.tags.get("expiry"), self.config.get("CreationTime", self.created))

    @property
    def expired(self) -> bool:
        """Whether that time has passed."""
        return self.expiry is not None and self.expiry <= datetime.now(UTC)


def describe_endpoint(sagemaker: Any, name: str) -> dict[str, Any] | None:
    """Call DescribeEndpoint; None if there is none of that name."""
    description: dict[str, Any] | None = or_none(sagemaker.describe_endpoint, MISSING, EndpointName=name)
    return description


def find_endpoint(sagemaker: Any, name: str) -> Endpoint | None:
    """Read one endpoint; None if there is none of that name."""
    described = describe_endpoint(sagemaker, name)
    if described is None:
        return None
    config_name = described["EndpointConfigName"]
    config = or_none(sagemaker.describe_endpoint_config, MISSING, EndpointConfigName=config_name) or {}
    summary: dict[str, Any] = next(iter(described.get("ProductionVariants", [])), {})
    variants = config.get("ProductionVariants", [])
    config_tags = tags_of(sagemaker, config["EndpointConfigArn"]) if config else {}
    return Endpoint(
        name=name,
        arn=described["EndpointArn"],
        status=described["EndpointStatus"],
        failure=described.get("FailureReason"),
        created=described["CreationTime"],
        modified=described["LastModifiedTime"],
        config=config,
        package=config_tags.get(PACKAGE),
        capacity=capacity_of(variants[0], summary) if variants else None,
        capture=described.get("DataCaptureConfig"),
        tags=tags_of(sagemaker, described["EndpointArn"]),
    )


def require_endpoint(context: CommandContext, name: str) -> Endpoint:
    """Read one endpoint.

    Raises `BadInput` if there is none of that name; the message lists the others.
    """
    endpoint = find_endpoint(context.sagemaker, name)
    if endpoint is None:
        others = ", ".join(other.name for other in our_endpoints(context))
        there_are = f"there are {others}; choose with --name or --task" if others else "there is none; deploy one"
        raise BadInput(f"There is no endpoint {name}: {there_are}.")
    return endpoint


def our_endpoints(context: CommandContext) -> Iterator[Endpoint]:
    """Read every endpoint of ours, the newest first."""
    sagemaker, own = context.sagemaker, own_prefixes(context.pipeline)
    for entry in listed(sagemaker, "list_endpoints", "Endpoints", SortBy="CreationTime", SortOrder="Descending"):
        name = entry["EndpointName"]
        endpoint = unless_of_others(partial(find_endpoint, sagemaker, name), name, own)
        if endpoint is not None and endpoint.ours:
            yield endpoint
