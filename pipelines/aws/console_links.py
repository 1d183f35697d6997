"""Addresses in the AWS console: of an execution's graph in Studio, of a job, and of its log."""

from collections.abc import Mapping
from typing import Any

from pipelines.aws.responses import last_part

_PAGES = {
    "ProcessingJob": "processing-jobs",
    "TrainingJob": "jobs",
    "TuningJob": "hyper-tuning-jobs",
    "TransformJob": "transform-jobs",
    "Model": "models",
}


def execution_link(region: str, pipeline_name: str, execution_arn: str) -> str:
    """Return the address of an execution's graph in Studio."""
    execution_id = last_part(execution_arn)
    return (
        f"{_console(region)}/sagemaker/home?region={region}#/pipelines/{pipeline_name}/executions/{execution_id}/graph"
    )


def job_link(region: str, metadata: Mapping[str, Any]) -> str | None:
    """Return the address of what a step made, by the step's metadata; None if the console has no page for it."""
    for kind, page in _PAGES.items():
        if kind in metadata:
            name = last_part(metadata[kind]["Arn"])
            return f"{_console(region)}/sagemaker/home?region={region}#/{page}/{name}"
    return None


def log_link(region: str, group: str, stream_prefix: str) -> str:
    """Return the address of a log."""
    # The console wants it encoded twice, with dollar signs for percent signs.
    encoded = group.replace("/", "$252F")
    return (
        f"{_console(region)}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{encoded}"
        f"$3FlogStreamNameFilter$3D{stream_prefix}"
    )


def _console(region: str) -> str:
    if region.startswith("cn-"):
        return f"https://{region}.console.amazonaws.cn"
    if region.startswith("us-gov-"):
        return f"https://{region}.console.amazonaws-us-gov.com"
    return f"https://{region}.console.aws.amazon.com"
