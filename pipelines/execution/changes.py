"""Changes of an execution that exists: stop it, continue it, run it again from a step on."""

from collections.abc import Sequence
from typing import Any

from pipelines.errors import BadInput
from pipelines.execution import lookup
from pipelines.execution.pipeline import Progress, parameters_before

RETRIED = ("Failed", "Stopped")


def request_stop(sagemaker: Any, progress: Progress) -> None:
    """Stop an execution, without waiting for its jobs to end.

    Raises `BadInput` if it has ended.
    """
    if progress.finished:
        raise BadInput(f"{progress.arn} cannot be stopped: it has ended already ({progress.status}).")
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=progress.arn)


def retry(sagemaker: Any, progress: Progress) -> None:
    """Continue an execution where it ended.

    Raises `BadInput` if it has not failed or stopped, or a Fail step ended it.
    """
    _require_retryable(sagemaker, progress)
    sagemaker.retry_pipeline_execution(PipelineExecutionArn=progress.arn)


def _require_retryable(sagemaker: Any, progress: Progress) -> None:
    """Refuse an execution that SageMaker would refuse to retry."""
    if progress.status not in RETRIED:
        raise BadInput(f"{progress.arn} cannot be retried: it is {progress.status}, not {' or '.join(RETRIED)}.")
    failed = next((step for step in progress.steps if step.type == "Fail"), None)
    if failed is None:
        return
    names = parameters_before(lookup.definition_of(sagemaker, progress.arn), failed.name)
    given = "".join(f" --parameter {name}=VALUE" for name in names)
    change = f"another {' or '.join(names)}" if names else "other parameters"
    raise BadInput(
        f"{progress.arn} cannot be retried: the Fail step {failed.name} ended it, and SageMaker retries no such "
        f"execution. Start a new one with {change}, whose earlier steps come from the cache: boostpipe run --start"
        f"{given}"
    )


def run_selected(sagemaker: Any, pipeline: str, source: str, steps: Sequence[str]) -> str:
    """Start an execution that runs only some steps, on the results and with the parameters of another.

    Returns its ARN. It runs the pipeline's present definition.
    https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html
    """
    parameters = lookup.parameters_of(sagemaker, source)
    arn: str = sagemaker.start_pipeline_execution(
        PipelineName=pipeline,
        PipelineParameters=[{"Name": name, "Value": value} for name, value in parameters.items()],
        SelectiveExecutionConfig={
            "SourcePipelineExecutionArn": source,
            "SelectedSteps": [{"StepName": name} for name in steps],
        },
    )["PipelineExecutionArn"]
    return arn
