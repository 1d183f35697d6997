"""The batch prediction step: predicts the batch rows with the winner."""

from typing import Any

from pipelines.definition.steps.context import Context
from pipelines.definition.steps.evaluate import Verdict
from pipelines.definition.steps.preprocess import Preprocessed
from pipelines.names import TaskSteps


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
