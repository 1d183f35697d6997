"""Deployment of a registered version: a model, a configuration, and a new endpoint or the update of one.

A configuration cannot be changed, so each deployment and each update creates its own, and a model of its own. Both have
the name of their endpoint in a tag, and are deleted when the endpoint no longer needs them.
"""

import getpass
import logging
import re
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from pipelines.aws.responses import last_part
from pipelines.aws.tags import as_list, tags_of
from pipelines.definition.endpoint_config import ENDPOINT, PACKAGE, VARIANT, data_capture, expiry_from_now
from pipelines.errors import BadInput, PipelineError
from pipelines.execution.logs import last_endpoint_lines
from pipelines.models.registry import RegisteredModel
from pipelines.names import Layout, deployment_name, project_tags
from pipelines.serving.endpoints.capacity import Capacity, Instances, Serverless
from pipelines.serving.endpoints.state import IN_SERVICE, Endpoint, find_endpoint, require_endpoint
from pipelines.target.connection import CommandContext

NAME = re.compile(r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$")
CHANGING = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")
INSTALL_AT_START = ("lightgbm", "catboost")
"""Algorithms whose containers install packages when they start."""
HALF_OF_THE_INSTANCES = {
    "RollingUpdatePolicy": {"MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50}, "WaitIntervalInSeconds": 0}
}
"""A batch has at most half of the instances, so a single instance cannot be updated in this way."""

logger = logging.getLogger(__name__)


def check(context: CommandContext, name: str, model: RegisteredModel, capacity: Capacity) -> None:
    """Check, before anything is changed, that an endpoint can be created.

    Raises `BadInput` if the name is invalid or taken, or the version does not support the capacity. Raises
    `EnvironmentProblem` if there is no execution role.
    """
    context.connection.find_role()
    if not NAME.match(name):
        raise BadInput(f"--name is {name!r}, but an endpoint's name has 1 to 63 letters, digits and hyphens.")
    there = find_endpoint(context.sagemaker, name)
    if there is not None:
        raise BadInput(
            f"There is an endpoint {name} already, {there.status}. Serve another version with update, delete it with "
            "delete, or give the new one another --name."
        )
    check_serverless(model, capacity)
    if isinstance(capacity, Instances):
        types = model.description["InferenceSpecification"].get("SupportedRealtimeInferenceInstanceTypes", [])
        if types and capacity.instance_type not in types:
            raise BadInput(
                f"--hosting-instance-type is {capacity.instance_type}, but {model.title} is "
                f"registered for {', '.join(types)}."
            )


def check_serverless(model: RegisteredModel, capacity: Capacity | None) -> None:
    """Check that a model can start where it is to be served.

    The artifacts of the JumpStart algorithms have requirements that their server installs when it starts, but the
    containers of serverless endpoints cannot write (https://github.com/aws/sagemaker-python-sdk/issues/4310).

    Raises `BadInput` if the model's container has to install packages, and the endpoint is serverless.
    """
    if isinstance(capacity, Serverless) and model.algorithm in INSTALL_AT_START:
        raise BadInput(
            f"{model.title} is a {model.algorithm} model: its container installs packages when it starts, which a "
            "serverless endpoint does not allow. Deploy it on an instance, with --hosting-instance-type and --ttl."
        )


def deploy(context: CommandContext, name: str, model: RegisteredModel, capacity: Capacity) -> Endpoint:
    """Create an endpoint, and wait until it is in service.

    Raises `PipelineError` if the endpoint failed.
    """
    settings = context.settings
    tags = {**project_tags(context.pipeline), "owner": _owner(context), "expiry": expiry_from_now(settings.ttl)}
    tags |= dict(settings.tags)
    capture = data_capture(settings.data_capture, Layout(context.connection.bucket, settings.pipeline_name))
    with ExitStack() as undo:
        config = _configure(context, undo, name, model, capacity.variant(), capture)
        context.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config, Tags=as_list(tags))
        undo.pop_all()
    endpoint = wait_at_rest(context, name)
    if endpoint.status != IN_SERVICE:
        for line in last_endpoint_lines(context.client("logs"), name, 15):
            logger.info("  | %s", line.message)
        raise PipelineError(
            f"The endpoint {name} is {endpoint.status}: {endpoint.failure}. Read its log "
            f"({context.command(f'endpoint logs --name {name}')}) and delete it "
            f"({context.command(f'endpoint delete --name {name}')})."
        )
    return endpoint


def was_created_meanwhile(error: Exception) -> bool:
    """Whether the endpoint was created by someone else after `check`, as by a build for another approval."""
    return "CreateEndpoint operation: Cannot create already existing endpoint" in str(error)


def update(context: CommandContext, endpoint: Endpoint, model: RegisteredModel) -> Endpoint:
    """Serve another version; the present one serves until the new one is in service.

    Several instances are updated in two halves; a single one is replaced by another that is in service already. If
    another command updates the endpoint, as after two approvals, this update follows.

    Raises `PipelineError` if the new version did not come into service; the endpoint serves the one before.
    """
    while True:
        try:
            return _update(context, _now_at_rest(context, endpoint.name), model)
        except Exception as error:
            if "Cannot update in-progress endpoint" not in str(error):
                raise
            logger.info("Another command updates %s; this one follows.", endpoint.name)


def _update(context: CommandContext, endpoint: Endpoint, model: RegisteredModel) -> Endpoint:
    sagemaker, before = context.sagemaker, endpoint.config
    count = endpoint.capacity.count if isinstance(endpoint.capacity, Instances) else 0
    variant = {**endpoint.variant, **({"InitialInstanceCount": count} if count else {})}
    rolling = {"DeploymentConfig": HALF_OF_THE_INSTANCES} if count > 1 else {}
    with ExitStack() as undo:
        config = _configure(context, undo, endpoint.name, model, variant, before.get("DataCaptureConfig"))
        sagemaker.update_endpoint(EndpointName=endpoint.name, EndpointConfigName=config, **rolling)
        undo.pop_all()
    updated = wait_at_rest(context, endpoint.name)
    if updated.config.get("EndpointConfigName") != config:
        forget_config(sagemaker, endpoint.name, sagemaker.describe_endpoint_config(EndpointConfigName=config))
        raise PipelineError(
            f"{model.title} did not come into service: {updated.failure}. The endpoint {endpoint.name} is "
            f"{updated.status} and serves the version before."
        )
    forget_config(sagemaker, endpoint.name, before)
    return updated


def _now_at_rest(context: CommandContext, name: str) -> Endpoint:
    endpoint = require_endpoint(context, name)
    return wait_at_rest(context, name) if endpoint.status in CHANGING else endpoint


def renew_expiry(context: CommandContext, endpoint: Endpoint) -> Endpoint:
    """Let the time to live of an endpoint count from now."""
    expiry = {"expiry": expiry_from_now(context.settings.ttl)}
    context.sagemaker.add_tags(ResourceArn=endpoint.arn, Tags=as_list(expiry))
    return replace(endpoint, tags={**endpoint.tags, **expiry})


def wait_at_rest(context: CommandContext, name: str) -> Endpoint:
    """Wait until an endpoint is neither being created nor changed, and log its status."""
    try:
        return _followed(context, name)
    except KeyboardInterrupt:
        logger.warning(
            "%s continues without this command; delete it with: %s",
            name,
            context.command(f"endpoint delete --name {name}"),
        )
        raise


def _followed(context: CommandContext, name: str) -> Endpoint:
    shown = None
    while True:
        status = context.sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"]
        if status != shown:
            logger.info("%s: %s", name, status)
            shown = status
        if status not in CHANGING:
            return require_endpoint(context, name)
        time.sleep(context.poll_seconds)


def forget_config(sagemaker: Any, endpoint: str, config: Mapping[str, Any]) -> None:
    """Delete a configuration that an endpoint no longer needs, and the model that was created for it."""
    models = [variant["ModelName"] for variant in config.get("ProductionVariants", [])]
    if config and _made_for(sagemaker, config["EndpointConfigArn"], endpoint):
        sagemaker.delete_endpoint_config(EndpointConfigName=config["EndpointConfigName"])
        for name in models:
            model_arn = config["EndpointConfigArn"].rpartition(":")[0] + f":model/{name}"
            if _made_for(sagemaker, model_arn, endpoint):
                sagemaker.delete_model(ModelName=name)


def _configure(
    context: CommandContext,
    undo: ExitStack,
    endpoint: str,
    model: RegisteredModel,
    variant: Mapping[str, Any],
    capture: Mapping[str, Any] | None,
) -> str:
    """Create a model and a configuration, and return the configuration's name; ``undo`` deletes both."""
    sagemaker = context.sagemaker
    name = deployment_name(endpoint, model.version)
    tags = as_list({**project_tags(context.pipeline), PACKAGE: model.arn, ENDPOINT: endpoint})
    sagemaker.create_model(
        ModelName=name,
        PrimaryContainer={"ModelPackageName": model.arn},
        ExecutionRoleArn=context.connection.find_role(),
        Tags=tags,
        **({"VpcConfig": context.settings.vpc} if context.settings.vpc else {}),
    )
    undo.callback(lambda: sagemaker.delete_model(ModelName=name))
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[{"InitialVariantWeight": 1.0, "VariantName": VARIANT, **variant, "ModelName": name}],
        Tags=tags,
        **({"DataCaptureConfig": dict(capture)} if capture else {}),
    )
    undo.callback(lambda: sagemaker.delete_endpoint_config(EndpointConfigName=name))
    return name


def _owner(context: CommandContext) -> str:
    """Return the caller's name on AWS, or the local user, in the characters that tags allow."""
    if context.connection.name == "aws":
        name = last_part(context.caller["Arn"])
    else:
        try:
            name = getpass.getuser()
        except (OSError, KeyError):  # a container without users
            name = "unknown"
    return re.sub(r"[^\w.:/=+@ -]", "_", name)


def _made_for(sagemaker: Any, arn: str, endpoint: str) -> bool:
    return tags_of(sagemaker, arn).get(ENDPOINT) == endpoint
