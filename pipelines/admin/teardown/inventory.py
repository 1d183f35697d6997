"""Inventory of what a teardown deletes and keeps, in the order in which it can be deleted.

A resource with tags is ours if it has both tags of everything that the pipeline creates, ``project`` and ``pipeline``.
Without tags, a registered version is ours if its evaluation is below the pipeline's prefix, a schedule if it starts the
pipeline, an object if it is below the prefix.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipelines.aws.responses import last_part, listed, unless_of_others
from pipelines.aws.s3 import delete_versions_below, folders_below, split_uri
from pipelines.aws.tags import tags_of
from pipelines.execution import schedule as schedules
from pipelines.execution.lookup import recent
from pipelines.execution.pipeline import FINISHED, describe_pipeline, stop
from pipelines.names import Layout, group_name, monitor_name, own_prefixes, project_tags
from pipelines.serving.endpoints.deletion import delete as delete_endpoint
from pipelines.serving.endpoints.state import our_endpoints
from pipelines.target.connection import CommandContext

STOPPING_SECONDS = 900.0
"""On AWS, a job may take minutes to stop."""
STACK_TAG = "aws:cloudformation:stack-name"


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


Found = Iterator[Item | Kept]


def everything(context: CommandContext) -> Found:
    """Yield every resource to delete and every resource to keep."""
    for pipeline in _pipelines(context):
        yield from _running_executions(context, pipeline)
    yield from _schedules(context)
    yield from _endpoints(context)
    yield from _endpoint_configs(context)
    yield from _models(context)
    for task in context.settings.table.tasks:
        yield from _registry(context, group_name(context.pipeline, task.name))
    for pipeline in _pipelines(context):
        yield Item("pipeline", pipeline, partial(context.sagemaker.delete_pipeline, PipelineName=pipeline))
    yield from _objects(context)


def _pipelines(context: CommandContext) -> list[str]:
    """Name the pipeline and its monitor, as far as they exist."""
    names = (context.pipeline, monitor_name(context.pipeline))
    return [name for name in names if describe_pipeline(context.sagemaker, name) is not None]


def _running_executions(context: CommandContext, pipeline: str) -> Found:
    for execution in recent(context.sagemaker, pipeline):
        if execution.status not in FINISHED:
            remove = partial(stop, context.sagemaker, execution.arn, STOPPING_SECONDS)
            yield Item("running execution", execution.id, remove)


def _schedules(context: CommandContext) -> Found:
    monitored = ((monitor_name(context.pipeline), task.name) for task in context.settings.table.tasks)
    for pipeline, task in ((context.pipeline, None), *monitored):
        found = schedules.find(context.connection, pipeline, task)
        if found is not None:
            yield Item("schedule", found.name, partial(schedules.remove, context.connection, pipeline, task))


def _endpoints(context: CommandContext) -> Found:
    for endpoint in our_endpoints(context):
        if endpoint.tags.get("pipeline") == context.pipeline:
            yield Item("endpoint", endpoint.name, partial(delete_endpoint, context, endpoint))


def _endpoint_configs(context: CommandContext) -> Found:
    for config in listed(context.sagemaker, "list_endpoint_configs", "EndpointConfigs"):
        name = config["EndpointConfigName"]
        if _is_ours(context, name, config["EndpointConfigArn"]):
            yield Item(
                "endpoint configuration",
                name,
                partial(context.sagemaker.delete_endpoint_config, EndpointConfigName=name),
            )


def _models(context: CommandContext) -> Found:
    for model in listed(context.sagemaker, "list_models", "Models"):
        name = model["ModelName"]
        if _is_ours(context, name, model["ModelArn"]):
            yield Item("model", name, partial(context.sagemaker.delete_model, ModelName=name))


def _registry(context: CommandContext, group: str) -> Found:
    described = _describe_group(context, group)
    if described is None:
        return
    prefix, others = f"{Layout(context.connection.bucket, context.pipeline).root}/", 0
    versions = listed(context.sagemaker, "list_model_packages", "ModelPackageSummaryList", ModelPackageGroupName=group)
    for version in versions:
        arn = version["ModelPackageArn"]
        name = f"{group}/{last_part(arn)}"
        package = context.sagemaker.describe_model_package(ModelPackageName=arn)
        if package.get("CustomerMetadataProperties", {}).get("evaluation", "").startswith(prefix):
            yield Item(
                "registered version", name, partial(context.sagemaker.delete_model_package, ModelPackageName=arn)
            )
        else:
            others += 1
            yield Kept("registered version", name, f"no execution that wrote below {prefix} registered it")
    stack = tags_of(context.sagemaker, described["ModelPackageGroupArn"]).get(STACK_TAG)
    if stack:
        yield Kept("model package group", group, f"it belongs to the stack {stack}: boostpipe infra delete")
    elif others:
        yield Kept("model package group", group, "not all of its versions are ours")
    else:
        remove = partial(context.sagemaker.delete_model_package_group, ModelPackageGroupName=group)
        yield Item("model package group", group, remove)


def _describe_group(context: CommandContext, group: str) -> Mapping[str, Any] | None:
    groups = listed(context.sagemaker, "list_model_package_groups", "ModelPackageGroupSummaryList", NameContains=group)
    return next((each for each in groups if each["ModelPackageGroupName"] == group), None)


def _objects(context: CommandContext) -> Found:
    layout = Layout(context.connection.bucket, context.pipeline)
    bucket, prefix = split_uri(f"{layout.root}/")
    for folder in folders_below(context.s3, bucket, prefix):
        name = f"s3://{bucket}/{folder}"
        why = layout.of_the_user.get(last_part(folder.rstrip("/")))
        if why:
            yield Kept("objects", name, why)
        else:
            yield Item("objects", name, partial(delete_versions_below, context.s3, bucket, folder))


def _is_ours(context: CommandContext, name: str, arn: str) -> bool:
    tags = unless_of_others(partial(tags_of, context.sagemaker, arn), name, own_prefixes(context.pipeline))
    return tags is not None and project_tags(context.pipeline).items() <= tags.items()
