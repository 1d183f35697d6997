"""The DAG of the pipeline, from top to bottom."""

from typing import Any

from pipelines.definition.algorithms import ALGORITHMS
from pipelines.definition.steps.context import Context, Locations, Parameters, read_models_once, silence_telemetry
from pipelines.definition.steps.deploy import batch_predict, deploy
from pipelines.definition.steps.evaluate import evaluate
from pipelines.definition.steps.gate import quality_gate
from pipelines.definition.steps.preprocess import preprocess
from pipelines.definition.steps.register import create_best_model, register_best
from pipelines.definition.steps.train import train
from pipelines.definition.steps.tune import tune
from pipelines.names import gate_parameter
from pipelines.settings.fields import PROMOTE, Settings


def build_pipeline(settings: Settings, locations: Locations) -> Any:
    """Build the SDK's ``Pipeline``; nothing is sent anywhere."""
    context = _context(settings, locations)
    algorithms = [ALGORITHMS[name] for name in settings.algorithms]
    make_candidate = tune if settings.tune else train

    data = preprocess(context)
    steps = [data.step]
    for task in settings.tasks:
        candidates = [make_candidate(context, task, algorithm, data) for algorithm in algorithms]
        verdict = evaluate(context, task, candidates, data)
        registered = register_best(context, verdict)
        model = create_best_model(context, verdict, after=registered)
        predictions = batch_predict(context, verdict, model, data)
        endpoint = deploy(context, task, model, registered) if settings.deploy else []
        gate = quality_gate(context, verdict, passed=[registered, model, predictions, *endpoint])
        steps += [*(candidate.step for candidate in candidates), verdict.step, gate]

    return _pipeline(context, steps)


def _pipeline(context: Context, steps: list[Any]) -> Any:
    from sagemaker.mlops.workflow.pipeline import Pipeline

    return Pipeline(
        name=context.settings.pipeline_name,
        parameters=context.parameters.all(),
        steps=steps,
        sagemaker_session=context.session,
    )


def _context(settings: Settings, locations: Locations) -> Context:
    from sagemaker.core.workflow.pipeline_context import PipelineSession

    read_models_once()
    silence_telemetry()
    session = PipelineSession(default_bucket=locations.bucket, default_bucket_prefix=settings.pipeline_name)
    return Context(settings, session, _parameters(settings), locations)


def _parameters(settings: Settings) -> Parameters:
    from sagemaker.core.workflow.parameters import ParameterFloat, ParameterString

    return Parameters(
        input_data_uri=ParameterString("InputDataUri"),
        batch_input_uri=ParameterString("BatchInputUri"),
        input_data_version=ParameterString("InputDataVersion", default_value="unknown"),
        champion=ParameterString("Champion"),
        promote=ParameterString("Promote", settings.promote, enum_values=list(PROMOTE)),
        processing_instance_type=ParameterString("ProcessingInstanceType", settings.processing_instance_type),
        training_instance_type=ParameterString("TrainingInstanceType", settings.training_instance_type),
        transform_instance_type=ParameterString("TransformInstanceType", settings.transform_instance_type),
        model_approval_status=ParameterString(
            "ModelApprovalStatus",
            default_value="PendingManualApproval",
            enum_values=["PendingManualApproval", "Approved", "Rejected"],
        ),
        thresholds={
            task: ParameterFloat(gate_parameter(task, settings.table.task(task).metric), gate)
            for task, gate in settings.gates.items()
        },
        hosting_instance_type=(
            ParameterString("HostingInstanceType", settings.hosting_instance_type) if settings.deploy else None
        ),
    )
