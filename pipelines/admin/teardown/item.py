"""What is taken away, one thing at a time, and how ours are known.

Taggable things are ours where they carry both tags that the pipeline puts on everything: ``project`` and ``pipeline``.
Where SageMaker takes no tags, other marks hold: a registered version is ours where its evaluation lies below the
pipeline's prefix, a schedule where it starts the pipeline, an object where it lies below the prefix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.aws.tags import tags_of
from pipelines.names import PROJECT
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
