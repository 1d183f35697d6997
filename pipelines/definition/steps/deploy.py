"""Deploy: the winner answers behind an endpoint, which the next execution updates."""

from __future__ import annotations

from typing import Any

from pipelines.definition.endpoint_config import ENDPOINT, PACKAGE, VARIANT, as_list, data_capture, expiry_after
from pipelines.definition.steps.context import Context, group_name, title
from pipelines.settings import Task


def deploy(context: Context, task: Task, model: Any, registered: Any) -> list[Any]:
    """Make an endpoint configuration from the model and an endpoint from that, or update the one there is.

    A configuration cannot be changed, so each execution makes one, named by its id. It says which registered version
    it serves, for whoever asks the endpoint needs the schema that came with that.
    """
    from sagemaker.mlops.workflow.endpoint_step import EndpointConfigStep, EndpointStep

    settings, name = context.settings, group_name(context.settings.pipeline_name, task)
    tags = {tag["Key"]: tag["Value"] for tag in context.tags}
    config = EndpointConfigStep(
        name=f"ConfigureEndpoint{title(task)}",
        display_name=f"Configure endpoint: {task}",
        description="Says what the endpoint serves and on what it runs",
        step_args=context.session.create_endpoint_config(
            name=_config_name(context, task),
            production_variants=[_variant(context, model)],
            tags=as_list({**tags, PACKAGE: registered.properties.ModelPackageArn, ENDPOINT: name}),
            data_capture_config_dict=data_capture(
                settings.data_capture, context.locations.bucket, settings.pipeline_name
            ),
        ),
        retry_policies=context.step_retries(),
    )
    endpoint = EndpointStep(
        name=f"DeployEndpoint{title(task)}",
        display_name=f"Deploy endpoint: {task}",
        description="Makes the endpoint, or lets the one there is serve this winner",
        step_args=context.session.create_endpoint(
            endpoint_name=name,
            config_name=config.properties.EndpointConfigName,
            tags=as_list({"owner": settings.pipeline_name, **tags, "expiry": expiry_after(settings.ttl)}),
        ),
    )
    return [config, endpoint]


def _variant(context: Context, model: Any) -> dict[str, Any]:
    return {
        "VariantName": VARIANT,
        "ModelName": model.properties.ModelName,
        "InstanceType": context.parameters.hosting_instance_type,
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 1.0,
    }


def _config_name(context: Context, task: Task) -> Any:
    from sagemaker.core.workflow.execution_variables import ExecutionVariables
    from sagemaker.core.workflow.functions import Join

    name = config_prefix(context.settings.pipeline_name, task)
    return Join(on="-", values=[name, ExecutionVariables.PIPELINE_EXECUTION_ID])


def config_prefix(pipeline_name: str, task: Task) -> str:
    """What the names of a task's endpoint configurations begin with: at most 37 of their 63 characters.

    There is room for the execution's id twice. The service itself adds a suffix of the execution, as the authors of the
    SDK's step say (aws/sagemaker-python-sdk, pull request 6224); were it not so, a fixed name would be refused at the
    second execution. A pipeline's name that the stack allows (30 characters) is never cut, as the execution role's
    permission for configurations begins with it; the task's is.

    Examples
    --------
    >>> config_prefix("SeoulBikeDemand", "regression")
    'SeoulBikeDemand-regression'
    """
    return group_name(pipeline_name[:30], task)[:37]
