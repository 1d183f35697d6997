"""Tags, as the API takes and returns them."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.aws.responses import listed


def as_list(tags: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return tags as the API takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def as_mapping(tags: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the tags of an API response as a dictionary."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def tags_of(sagemaker: Any, arn: str) -> dict[str, str]:
    """Read all tags of a SageMaker resource."""
    return as_mapping(listed(sagemaker, "list_tags", "Tags", ResourceArn=arn))
