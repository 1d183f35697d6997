"""What is taken away, one thing at a time, and how ours are known.

Taggable things are ours where they carry both tags that the pipeline puts on everything: ``project`` and ``pipeline``.
Where SageMaker takes no tags, other marks hold: a registered version is ours where its evaluation lies below the
pipeline's prefix, a schedule where it starts the pipeline, an object where it lies below the prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipelines.definition.endpoint_config import PROJECT, as_mapping
from pipelines.serving.endpoints.context import Place


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


class Site(Place):
    """The place where things are looked for, and how ours are told from others there."""

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
