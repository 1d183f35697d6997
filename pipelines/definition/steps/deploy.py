"""The deployment steps: serve the winner behind an endpoint, which the next execution updates."""

from typing import Any

from pipelines.aws.tags import as_list, as_mapping
from pipelines.definition.endpoint_config import ENDPOINT, PACKAGE, VARIANT, data_capture, expiry_after
from pipelines.definition.steps.context import Context
from pipelines.names import TaskSteps, endpoint_config_prefix, group_name
from pipelines.settings import Task


def deploy(context: Context, task: Task, model: Any, registered: Any) -> list[Any]:
    """Create an endpoint configuration of the model, and create the endpoint or update it.

    A configuration cannot be changed, so each execution creates one with its ID in the name. A tag names the
    registered version that it serves, because clients of the endpoint need that version's schema.
    """
    from sagemaker.mlops.workflow.endpoint_step import EndpointConfigStep, EndpointStep

    settings, name = context.settings, group_name(context.settings.pipeline_name, task)
    tags = as_mapping(context.tags)
    config = EndpointConfigStep(
        name=TaskSteps(task).configure_endpoint,
        display_name=f"Configure endpoint: {task}",
        description="Sets the model and the instance type of the endpoint",
        step_args=context.session.create_endpoint_config(
            name=_config_name(context, task),
            production_variants=[_variant(context, model)],
            tags=as_list({**tags, PACKAGE: registered.properties.ModelPackageArn, ENDPOINT: name}),
            data_capture_config_dict=data_capture(settings.data_capture, context.layout),
        ),
    )
    endpoint = EndpointStep(
        name=TaskSteps(task).deploy_endpoint,
        display_name=f"Deploy endpoint: {task}",
        description="Creates the endpoint, or updates it to serve the winner",
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

    name = endpoint_config_prefix(context.settings.pipeline_name, task)
    return Join(on="-", values=[name, ExecutionVariables.PIPELINE_EXECUTION_ID])
