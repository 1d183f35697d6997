"""What is taken away, one thing at a time, and how ours are known.

Taggable things are ours where they carry both tags that the pipeline puts on everything: ``project`` and ``pipeline``.
Where SageMaker takes no tags, other marks hold: a registered version is ours where its evaluation lies below the
pipeline's prefix, a schedule where it starts the pipeline, an object where it lies below the prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipelines.hosting import PROJECT, as_mapping
from pipelines.settings import Settings
from pipelines.target import Connection


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


@dataclass(frozen=True)
class Site:
    """Where things are looked for: the settings, a connection, and its clients."""

    settings: Settings
    connection: Connection

    @cached_property
    def sagemaker(self) -> Any:
        """SageMaker's client."""
        return self.connection.client("sagemaker")

    @cached_property
    def s3(self) -> Any:
        """S3's client."""
        return self.connection.client("s3")

    @property
    def pipeline(self) -> str:
        """The pipeline's name, which is also its prefix in the bucket."""
        return self.settings.pipeline_name

    def is_ours(self, arn: str) -> bool:
        """Whether a thing carries our tags."""
        return (PROJECT | {"pipeline": self.pipeline}).items() <= self.tags(arn).items()

    def tags(self, arn: str) -> Mapping[str, str]:
        """Read the tags of a thing of SageMaker's."""
        pages = self.sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
        return as_mapping(tag for page in pages for tag in page["Tags"])
