"""Finds what is there to take away, in the order in which it can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pipelines.admin.teardown.item import Item, Left, Site
from pipelines.admin.teardown.objects import delete_below, folders_of
from pipelines.definition.steps.context import group_name
from pipelines.execution import schedule as schedules
from pipelines.execution.lookup import recent
from pipelines.execution.pipeline import FINISHED, describe_pipeline, stop
from pipelines.serving.endpoints.deletion import delete as delete_endpoint
from pipelines.serving.endpoints.state import our_endpoints
from pipelines.settings import TASKS

STOPPING_SECONDS = 900.0
"""A job of AWS's may take minutes to stop."""
KEPT_FOLDERS = {"incoming": "what you put there yourself", "source": "the stack's"}
"""Below the pipeline's prefix, and not of its making."""
STACK_TAG = "aws:cloudformation:stack-name"

Found = Iterator[Item | Left]


def everything(site: Site) -> Found:
    """Give every thing that goes and every one that stays."""
    yield from _running_executions(site)
    yield from _schedule(site)
    yield from _endpoints(site)
    yield from _endpoint_configs(site)
    yield from _models(site)
    for task in TASKS:
        yield from _registry(site, group_name(site.pipeline, task))
    yield from _pipeline(site)
    yield from _objects(site)


def _running_executions(site: Site) -> Found:
    if describe_pipeline(site.sagemaker, site.pipeline) is None:
        return
    for execution in recent(site.sagemaker, site.pipeline):
        if execution.status not in FINISHED:
            remove = partial(stop, site.sagemaker, execution.arn, STOPPING_SECONDS)
            yield Item("running execution", execution.id, remove)


def _schedule(site: Site) -> Found:
    found = schedules.find(site.connection, site.pipeline)
    if found is not None:
        yield Item("schedule", found.name, partial(schedules.remove, site.connection, site.pipeline))


def _endpoints(site: Site) -> Found:
    for endpoint in our_endpoints(site.sagemaker):
        if endpoint.tags.get("pipeline") == site.pipeline:
            yield Item("endpoint", endpoint.name, partial(delete_endpoint, site, endpoint))


def _endpoint_configs(site: Site) -> Found:
    for listed in _listed(site, "list_endpoint_configs", "EndpointConfigs"):
        name = listed["EndpointConfigName"]
        if site.is_ours(listed["EndpointConfigArn"]):
            yield Item(
                "endpoint configuration", name, partial(site.sagemaker.delete_endpoint_config, EndpointConfigName=name)
            )


def _models(site: Site) -> Found:
    for listed in _listed(site, "list_models", "Models"):
        if site.is_ours(listed["ModelArn"]):
            name = listed["ModelName"]
            yield Item("model", name, partial(site.sagemaker.delete_model, ModelName=name))


def _registry(site: Site, group: str) -> Found:
    described = _describe_group(site, group)
    if described is None:
        return
    prefix, others = f"s3://{site.connection.bucket}/{site.pipeline}/", 0
    for listed in _listed(site, "list_model_packages", "ModelPackageSummaryList", ModelPackageGroupName=group):
        arn = listed["ModelPackageArn"]
        name = f"{group}/{arn.rsplit('/', 1)[-1]}"
        package = site.sagemaker.describe_model_package(ModelPackageName=arn)
        if package.get("CustomerMetadataProperties", {}).get("evaluation", "").startswith(prefix):
            yield Item("registered version", name, partial(site.sagemaker.delete_model_package, ModelPackageName=arn))
        else:
            others += 1
            yield Left("registered version", name, f"no execution that wrote below {prefix} registered it")
    stack = site.tags(described["ModelPackageGroupArn"]).get(STACK_TAG)
    if stack:
        yield Left("model package group", group, f"it is of the stack {stack}: python -m pipelines infra delete")
    elif others:
        yield Left("model package group", group, "not all of its versions are ours")
    else:
        remove = partial(site.sagemaker.delete_model_package_group, ModelPackageGroupName=group)
        yield Item("model package group", group, remove)


def _describe_group(site: Site, group: str) -> Mapping[str, Any] | None:
    names = _listed(site, "list_model_package_groups", "ModelPackageGroupSummaryList", NameContains=group)
    return next((listed for listed in names if listed["ModelPackageGroupName"] == group), None)


def _pipeline(site: Site) -> Found:
    if describe_pipeline(site.sagemaker, site.pipeline) is not None:
        yield Item("pipeline", site.pipeline, partial(site.sagemaker.delete_pipeline, PipelineName=site.pipeline))


def _objects(site: Site) -> Found:
    bucket = site.connection.bucket
    for folder in folders_of(site.s3, bucket, f"{site.pipeline}/"):
        name = f"s3://{bucket}/{folder}"
        why = KEPT_FOLDERS.get(folder.rstrip("/").rsplit("/", 1)[-1])
        if why:
            yield Left("objects", name, why)
        else:
            yield Item("objects", name, partial(delete_below, site.s3, bucket, folder))


def _listed(site: Site, operation: str, member: str, **request: str) -> list[dict[str, Any]]:
    pages = site.sagemaker.get_paginator(operation).paginate(**request)
    return [listed for page in pages for listed in page[member]]
