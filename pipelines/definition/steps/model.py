"""The model step: creates the winner as a SageMaker model."""

from types import SimpleNamespace
from typing import Any

from pipelines.definition.steps.context import Context
from pipelines.definition.steps.evaluate import Verdict
from pipelines.names import TaskSteps


def create_best_model(context: Context, verdict: Verdict, after: Any) -> Any:
    """Create a SageMaker model from the winner, after it was registered."""
    from sagemaker.mlops.workflow.model_step import ModelStep

    session = context.session
    session.init_model_step_arguments(SimpleNamespace(sagemaker_session=session))
    session.create_model(
        name=None,  # the service names it
        role=context.locations.role,
        container_defs={"Image": verdict.best("image"), "ModelDataUrl": verdict.best("model_data")},
        vpc_config=context.settings.vpc,
        tags=context.tags,
    )
    arguments, session.context = session.context, None
    return ModelStep(
        name=TaskSteps(verdict.task).create_model,
        display_name=f"Create model: {verdict.task}",
        description="Creates a model of the winner for transform jobs and endpoints",
        step_args=arguments,
        depends_on=[after],
        retry_policies=context.step_retries(),
    )
