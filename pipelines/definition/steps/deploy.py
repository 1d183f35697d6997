"""The steps that use the winner: a batch prediction, and an endpoint that the next execution updates."""

from typing import Any

from pipelines.aws.tags import as_list, as_mapping
from pipelines.definition.endpoint_config import ENDPOINT, PACKAGE, VARIANT, data_capture, expiry_after
from pipelines.definition.steps.context import Context
from pipelines.definition.steps.evaluate import Verdict
from pipelines.definition.steps.preprocess import Preprocessed
from pipelines.names import TaskSteps, endpoint_config_prefix, group_name
from pipelines.settings.fields import Task


def batch_predict(context: Context, verdict: Verdict, model: Any, data: Preprocessed) -> Any:
    """Predict the batch rows with a transform job.

    All three images accept CSV without an Accept header; only XGBoost's accepts RecordIO. Their responses differ (lines
    of numbers, or JSON); the code that joins them with their keys reads both.
    """
    from sagemaker.core.transformer import Transformer
    from sagemaker.mlops.workflow.steps import TransformStep

    name = TaskSteps(verdict.task).batch_predict
    transformer = Transformer(
        model_name=model.properties.ModelName,
        instance_count=1,
        instance_type=context.parameters.transform_instance_type,
        strategy="MultiRecord",
        assemble_with="Line",
        output_path=context.execution_uri(name),
        sagemaker_session=context.session,
        tags=context.tags,
    )
    return TransformStep(
        name=name,
        display_name=f"Batch predictions: {verdict.task}",
        description="Predicts the batch rows with the winner",
        step_args=transformer.transform(
            data=data.batch, content_type=data.format.content_type, split_type=data.format.split_type
        ),
        cache_config=context.cache(),
        retry_policies=context.job_retries(),
    )


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
