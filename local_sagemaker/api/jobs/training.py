"""The operations on training jobs."""

import functools
from collections.abc import Callable

from local_sagemaker.api.jobs import common
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.store import Record
from local_sagemaker.definition.shapes import Violation, message_of
from local_sagemaker.jobs import instances, lifecycle
from local_sagemaker.jobs.contract import JobOutcome, JobRunner
from local_sagemaker.jobs.kinds import TRAINING

_LAST_MESSAGES = {
    "Completed": "Training job completed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}


def start(
    core: Core, runner: JobRunner, request: Request, *, on_log: Callable[[str], None] | None = None, **more: object
) -> str:
    """Create a training job and start its work; returns its ARN.

    ``on_log`` gets the lines of the job's log as they come; ``more`` are additional members of the record
    (``TuningJobArn``).
    """
    name = request["TrainingJobName"]
    starting = {"Status": "Starting", "StartTime": now(), "StatusMessage": "Starting the training job"}
    arn = common.create(
        core, TRAINING, request, SecondaryStatus="Starting", SecondaryStatusTransitions=[starting], **more
    )
    lifecycle.run(core, TRAINING, name, functools.partial(runner, request), _conclude, on_log=on_log)
    return arn


def _conclude(record: Record, outcome: JobOutcome) -> None:
    last = outcome.secondary_status or outcome.status
    lifecycle.advance_secondary(record, last, _LAST_MESSAGES.get(last, outcome.failure_reason or ""))
    lifecycle.end_transitions(record)
    seconds = max(1, round(record["TrainingEndTime"] - record["TrainingStartTime"]))
    record["TrainingTimeInSeconds"] = seconds
    record["BillableTimeInSeconds"] = seconds
    if outcome.model_artifacts:
        record["ModelArtifacts"] = {"S3ModelArtifacts": outcome.model_artifacts}
    if outcome.metrics:
        record["FinalMetricDataList"] = [
            {"MetricName": metric.name, "Value": metric.value, "Timestamp": metric.timestamp}
            for metric in outcome.metrics
        ]


def _create(core: Core, runner: JobRunner, request: Request) -> Response:
    _check(request)
    return {"TrainingJobArn": start(core, runner, request)}


def _check(request: Request) -> None:
    """Check the constraints between members, which the shape of the request does not express."""
    if "AlgorithmSpecification" not in request:  # optional in the API model, for serverless jobs
        raise ValidationException(message_of([Violation("algorithmSpecification", None, "Member must not be null")]))
    channels = [channel["ChannelName"] for channel in request.get("InputDataConfig", [])]
    if len(set(channels)) < len(channels):
        raise ValidationException(f"The names of channels must be unique; they are {channels}.")
    instances.check(request.get("ResourceConfig", {}), "ResourceConfig")
    condition = request.get("StoppingCondition", {})
    waits = condition.get("MaxWaitTimeInSeconds", 0)
    if request.get("EnableManagedSpotTraining") and waits < condition.get("MaxRuntimeInSeconds", 1):
        raise ValidationException(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds."
        )


WITH_RUNNER = {"CreateTrainingJob": _create}
