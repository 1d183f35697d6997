"""What is taken away, one thing at a time, and how ours are known.

Taggable things are ours where they carry both tags that the pipeline puts on everything: ``project`` and ``pipeline``.
Where SageMaker takes no tags, other marks hold: a registered version is ours where its evaluation lies below the
pipeline's prefix, a schedule where it starts the pipeline, an object where it lies below the prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.definition.endpoint_config import PROJECT, as_mapping
from pipelines.target import CommandContext


@dataclass(frozen=True)
class Item:
    """One thing, and the call that takes it away."""

    kind: str
    name: str
    remove: Callable[[], object]


@dataclass(frozen=True)
class Left:
    """One thing that looks like ours and stays, and why."""

    kind: str
    name: str
    why: str


def is_ours(context: CommandContext, arn: str) -> bool:
    """Whether a resource carries our tags."""
    return (PROJECT | {"pipeline": context.pipeline}).items() <= tags_of(context.sagemaker, arn).items()


def tags_of(sagemaker: Any, arn: str) -> Mapping[str, str]:
    """Read the tags of one of SageMaker's resources."""
    pages = sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
    return as_mapping(tag for page in pages for tag in page["Tags"])
