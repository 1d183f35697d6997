"""The lineage of jobs and registered versions, derived from their records.

A job is represented by its trial component, between its input artifacts (data, the image, a model) and its output
artifacts. A registered version is an artifact that belongs to the context of its group.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from local_sagemaker.api import models, package_groups
from local_sagemaker.core.core import Core
from local_sagemaker.core.errors import ApiError
from local_sagemaker.core.store import Record
from local_sagemaker.jobs.kinds import PROCESSING, TRAINING, TRANSFORM, JobKind

CONTRIBUTED, PRODUCED, BELONGS = "ContributedTo", "Produced", "AssociatedWith"


@dataclass(frozen=True)
class Node:
    """One entity of the lineage: an artifact has a URI, any other entity has a name."""

    arn: str
    type: str
    name: str | None = None
    uri: str | None = None


@dataclass(frozen=True)
class Link:
    """An association between two entities, with its time in seconds since 1970."""

    source: Node
    destination: Node
    kind: str
    created: float


def links(core: Core) -> list[Link]:
    """All associations, oldest first; an artifact keeps the type of its first association."""
    found = [
        *(link for kind in (PROCESSING, TRAINING, TRANSFORM) for link in _of_jobs(core, kind)),
        *(link for package in core.store.list(package_groups.PACKAGE) for link in _of_package(core, package)),
    ]
    found.sort(key=lambda link: link.created)
    types: dict[str, str] = {}

    def as_first_seen(node: Node) -> Node:
        return replace(node, type=types.setdefault(node.arn, node.type))

    return [
        replace(each, source=as_first_seen(each.source), destination=as_first_seen(each.destination)) for each in found
    ]


def artifacts(core: Core) -> dict[Node, float]:
    """All artifacts, each with the time of its first association."""
    first: dict[Node, float] = {}
    for link in links(core):
        for node in (link.source, link.destination):
            if node.uri is not None:
                first.setdefault(node, link.created)
    return first


def _artifact(core: Core, kind: str, uri: str) -> Node:
    return Node(core.arn(f"artifact/{hashlib.md5(uri.encode(), usedforsecurity=False).hexdigest()}"), kind, uri=uri)


def _of_jobs(core: Core, kind: JobKind) -> Iterator[Link]:
    for job in core.store.list(kind.noun):
        name = f"{job[kind.name]}-aws-{kind.noun}"
        component = Node(core.arn(f"experiment-trial-component/{name}"), f"SageMaker{kind.word}", name=name)
        for what, uri in _inputs(core, kind, job):
            yield Link(_artifact(core, what, uri), component, CONTRIBUTED, job["CreationTime"])
        if job[kind.status] == "Completed":
            for what, uri in _outputs(kind, job):
                yield Link(component, _artifact(core, what, uri), PRODUCED, job[kind.ended])


def _inputs(core: Core, kind: JobKind, job: Record) -> Iterator[tuple[str, str]]:
    if kind is TRANSFORM:
        sources: Iterable[Record] = [job["TransformInput"]["DataSource"]]
        yield from _containers(core, job["ModelName"])
    elif kind is TRAINING:
        sources = [channel["DataSource"] for channel in job.get("InputDataConfig", [])]
        yield from _parts([{"Image": job["AlgorithmSpecification"].get("TrainingImage")}])
    else:
        sources = [{"S3DataSource": each.get("S3Input")} for each in job.get("ProcessingInputs", [])]
        yield "Image", job["AppSpecification"]["ImageUri"]
    for source in sources:
        if source.get("S3DataSource"):
            yield "DataSet", source["S3DataSource"]["S3Uri"]


def _outputs(kind: JobKind, job: Record) -> Iterator[tuple[str, str]]:
    if kind is TRANSFORM:
        yield "DataSet", job["TransformOutput"]["S3OutputPath"]
    elif kind is TRAINING and "ModelArtifacts" in job:
        yield "Model", job["ModelArtifacts"]["S3ModelArtifacts"]
    for output in job.get("ProcessingOutputConfig", {}).get("Outputs", []):
        if "S3Output" in output:
            yield "DataSet", output["S3Output"]["S3Uri"]


def _containers(core: Core, model_name: str) -> Iterator[tuple[str, str]]:
    try:
        model = models.for_containers(core, model_name)
    except ApiError:
        return  # the model has been deleted
    yield from _parts(model.get("Containers") or [model["PrimaryContainer"]])


def _parts(containers: Iterable[Record]) -> Iterator[tuple[str, str]]:
    for container in containers:
        for what, member in (("Model", "ModelDataUrl"), ("Image", "Image")):
            if container.get(member):
                yield what, container[member]


def _of_package(core: Core, package: Record) -> Iterator[Link]:
    created = package["CreationTime"]
    version = _artifact(core, "Model", package["ModelPackageArn"])
    for what, uri in _parts(package.get("InferenceSpecification", {}).get("Containers", [])):
        yield Link(_artifact(core, what, uri), version, CONTRIBUTED, created)
    group, number = package.get("ModelPackageGroupName"), package.get("ModelPackageVersion")
    if group:
        approval = f"{group}-{number}-{package['ModelApprovalStatus']}-{int(created)}-aws-model-package"
        action = Node(core.arn(f"action/{approval}"), "Approval", name=approval)
        yield Link(action, version, CONTRIBUTED, package.get("LastModifiedTime") or created)
        made = (core.store.get(package_groups.KIND, group) or package)["CreationTime"]
        context = f"{group}-{int(made)}-aws-model-group"
        yield Link(version, Node(core.arn(f"context/{context}"), "ModelGroup", name=context), BELONGS, created)
