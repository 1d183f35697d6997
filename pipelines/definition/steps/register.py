"""The steps that register the winner as a new version in the model registry, and create a model of it."""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from pipelines.definition.formats import CSV, FORMATS
from pipelines.definition.steps.context import Context
from pipelines.definition.steps.evaluate import Verdict
from pipelines.names import TaskSteps, group_name

REALTIME_INSTANCE_TYPES = ["ml.m5.large", "ml.m5.xlarge", "ml.c5.large", "ml.c5.xlarge", "ml.t2.medium"]
TRANSFORM_INSTANCE_TYPES = ["ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge"]


def register_best(context: Context, verdict: Verdict) -> Any:
    """Register the winner with its metrics, its model card, and the hashes of its data and its schema.

    The container has no Environment, so that one step fits every image: an empty SAGEMAKER_PROGRAM would break
    XGBoost's server, and the others find ``code/inference.py`` in the artifact.
    """
    from sagemaker.core.model_registry import create_model_package_from_containers

    record = partial(
        create_model_package_from_containers,
        context.session,
        containers=[{"Image": verdict.best("image"), "ModelDataUrl": verdict.best("model_data")}],
        content_types=list(dict.fromkeys([CSV.content_type, FORMATS[context.settings.batch_format].content_type])),
        response_types=["text/csv", "application/json"],
        inference_instances=REALTIME_INSTANCE_TYPES,
        transform_instances=TRANSFORM_INSTANCE_TYPES,
        model_package_group_name=group_name(context.settings.pipeline_name, verdict.task),
        model_metrics=_model_metrics(verdict),
        drift_check_baselines={"ModelDataQuality": _baseline(verdict)},
        approval_status=context.parameters.model_approval_status,
        customer_metadata_properties=_metadata(context, verdict),
        model_card={"ModelCardContent": verdict.model_card, "ModelCardStatus": "PendingReview"},
        skip_model_validation="None",
    )
    return _model_step(
        context,
        record,
        name=TaskSteps(verdict.task).register,
        display_name=f"Register: {verdict.task}",
        description="Registers the winner as a new version in its model package group",
    )


def create_best_model(context: Context, verdict: Verdict, after: Any) -> Any:
    """Create a SageMaker model from the winner, after it was registered."""
    record = partial(
        context.session.create_model,
        name=None,  # the service names it
        role=context.locations.role,
        container_defs={"Image": verdict.best("image"), "ModelDataUrl": verdict.best("model_data")},
        vpc_config=context.settings.vpc,
        tags=context.tags,
    )
    return _model_step(
        context,
        record,
        name=TaskSteps(verdict.task).create_model,
        display_name=f"Create model: {verdict.task}",
        description="Creates a model of the winner for transform jobs and endpoints",
        depends_on=[after],
    )


def _model_step(context: Context, record: Callable[[], object], **step: Any) -> Any:
    """Make a step of the request that ``record`` would send; the session keeps it instead."""
    from sagemaker.mlops.workflow.model_step import ModelStep

    session = context.session
    session.init_model_step_arguments(SimpleNamespace(sagemaker_session=session))
    record()
    arguments, session.context = session.context, None
    return ModelStep(step_args=arguments, retry_policies=context.step_retries(), **step)


def _model_metrics(verdict: Verdict) -> dict[str, Any]:
    return {"ModelQuality": {"Statistics": _file(verdict, "metrics.json")}, "ModelDataQuality": _baseline(verdict)}


def _baseline(verdict: Verdict) -> dict[str, Any]:
    """Refer to the baseline of the training set, which the monitor compares later rows with."""
    return {"Statistics": _file(verdict, "statistics.json"), "Constraints": _file(verdict, "constraints.json")}


def _file(verdict: Verdict, name: str) -> dict[str, Any]:
    from sagemaker.core.workflow.functions import Join

    return {"ContentType": "application/json", "S3Uri": Join(on="/", values=[verdict.output, name])}


def _metadata(context: Context, verdict: Verdict) -> dict[str, Any]:
    from sagemaker.core.workflow.execution_variables import ExecutionVariables

    versions = {f"{candidate.algorithm.name}_version": candidate.resources.version for candidate in verdict.candidates}
    return {
        "task": verdict.task,
        "algorithm": verdict.best("algorithm"),
        "dataset": verdict.best("dataset"),
        "dataset_sha256": verdict.best("dataset_sha256"),
        "schema_sha256": verdict.best("schema_sha256"),
        "input_data_version": context.parameters.input_data_version,
        # The evaluation is below another execution's ID if it came from the cache.
        "execution": ExecutionVariables.PIPELINE_EXECUTION_ID,
        "evaluation": verdict.output,
        "preprocessing_code": context.locations.code["processing_scripts"],
        **context.settings.dataset_options,
        "threshold": verdict.best("threshold"),
        "seed": str(context.settings.seed),
        "tuned": "yes" if context.settings.tune else "no",
        "git_commit": context.locations.commit,
        **versions,
    }
