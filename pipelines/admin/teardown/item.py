"""Resources to delete, resources to keep, and the rule by which a resource is ours.

A resource with tags is ours if it has both tags of everything that the pipeline creates, ``project`` and ``pipeline``.
Without tags, a registered version is ours if its evaluation is below the pipeline's prefix, a schedule if it starts the
pipeline, an object if it is below the prefix.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.aws.tags import tags_of
from pipelines.names import PROJECT
from pipelines.target import CommandContext


@dataclass(frozen=True)
class Item:
    """One resource, and the call that deletes it."""

    kind: str
    name: str
    remove: Callable[[], object]


@dataclass(frozen=True)
class Kept:
    """One resource that looks like ours and is kept, and why."""

    kind: str
    name: str
    why: str


def is_ours(context: CommandContext, arn: str) -> bool:
    """Whether a resource has both of our tags."""
    return (PROJECT | {"pipeline": context.pipeline}).items() <= tags_of(context.sagemaker, arn).items()
